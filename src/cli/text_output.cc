// --output text: scalars of an object on one line with tabs, its lists and objects below under
// their upper-case names.

#include <algorithm>
#include <map>
#include <set>

#include "base/ascii.h"
#include "cli/output.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

using Keys = std::vector<std::string>;

class TextWriter {
 public:
  explicit TextWriter(std::string& out) : out_(out) {}

  // `name` is that of the member that holds the item; `keys` are the columns of a list of objects.
  void write(const Document& item, const std::string* name, const Keys* keys) {
    if (item.is_object()) {
      write_object(item, name, keys);
    } else if (item.is_array()) {
      write_list(item.items(), name);
    } else {
      out_ += python_text(item) + '\n';
    }
  }

 private:
  void write_list(const Document::Array& items, const std::string* name) {
    if (std::ranges::any_of(items, &Document::is_object)) {
      const Keys keys = scalar_keys(items);
      for (const Document& item : items) write(item, name, &keys);
    } else if (std::ranges::any_of(items, &Document::is_array)) {
      std::vector<const Document*> scalars;
      for (const Document& item : items)
        if (item.is_scalar()) scalars.push_back(&item);
      if (!scalars.empty()) write_scalars(scalars, name);
      for (const Document& item : items)
        if (!item.is_scalar()) write(item, name, nullptr);
    } else if (!items.empty()) {
      std::vector<const Document*> scalars;
      for (const Document& item : items) scalars.push_back(&item);
      write_scalars(scalars, name);
    }
  }

  void write_scalars(const std::vector<const Document*>& scalars, const std::string* name) {
    for (const Document* const scalar : scalars) {
      if (name != nullptr) {
        out_ += uppered(*name) + '\t' + python_text(*scalar) + '\n';
      } else {
        if (scalar != scalars.front()) out_ += '\t';
        out_ += python_text(*scalar);
      }
    }
    if (name == nullptr) out_ += '\n';
  }

  static Keys scalar_keys(const Document::Array& items) {
    std::set<std::string> keys;
    for (const Document& item : items) {
      if (!item.is_object()) continue;
      for (const Document::Member& member : item.members())
        if (member.value.is_scalar()) keys.insert(member.name);
    }
    return Keys(keys.begin(), keys.end());
  }

  void write_object(const Document& item, const std::string* name, const Keys* keys) {
    std::vector<std::string> scalars;
    std::map<std::string, const Document*> rest;
    for (const Document::Member& member : item.members()) {
      const bool is_column = keys == nullptr ? member.value.is_scalar()
                                             : std::ranges::find(*keys, member.name) != keys->end();
      if (!is_column) rest[member.name] = &member.value;
    }
    if (keys != nullptr) {
      for (const std::string& key : *keys) {
        const Document* const value = item.find(key);
        scalars.push_back(value == nullptr ? "" : python_text(*value));
      }
    } else {
      std::map<std::string, const Document*> sorted;
      for (const Document::Member& member : item.members())
        if (member.value.is_scalar()) sorted[member.name] = &member.value;
      for (const auto& [_, value] : sorted) scalars.push_back(python_text(*value));
    }
    if (!scalars.empty()) {
      if (name != nullptr) scalars.insert(scalars.begin(), uppered(*name));
      out_ += join(scalars, "\t") + '\n';
    }
    for (const auto& [key, value] : rest) write(*value, &key, nullptr);
  }

  std::string& out_;
};

}  // namespace

void append_text(std::string& out, const Document& document) {
  TextWriter(out).write(document, nullptr, nullptr);
}

}  // namespace levada::cli
