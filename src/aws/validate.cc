#include "aws/validate.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"

namespace levada::aws {
namespace {

using wire::Value;
using wire::ValueKind;

// Bytes of a value that a message repeats. The service repeats all; a message has up to ten values,
// and one request's bytes ten times over would be too long an answer.
constexpr std::size_t shown_max = 16 * 1024;

std::string lower_camel(std::string_view name) {
  std::string path(name);
  if (!path.empty() && path[0] >= 'A' && path[0] <= 'Z')
    path[0] = static_cast<char>(path[0] | 0x20);
  return path;
}

std::string joined(Names names) {
  std::string text = "[";
  for (const std::string_view name : names) {
    if (text.size() > 1) text += ", ";
    text += name;
  }
  return text + "]";
}

std::string at_least(const Shape& shape, bool number) {
  return std::string("Member must have ") + (number ? "value" : "length") +
         " greater than or equal to " + std::to_string(shape.min);
}
std::string at_most(const Shape& shape, bool number) {
  return std::string("Member must have ") + (number ? "value" : "length") +
         " less than or equal to " + std::to_string(shape.max);
}

bool is_number(const Shape& shape) {
  return shape.type == Type::integer || shape.type == Type::long_integer ||
         shape.type == Type::real;
}

// What the bounds of a shape are about.
std::int64_t measure(const Shape& shape, const Value& value) {
  switch (shape.type) {
    case Type::string:
      return static_cast<std::int64_t>(character_count(value.string()));
    case Type::blob:
      return static_cast<std::int64_t>(value.bytes().size());
    case Type::list:
      return static_cast<std::int64_t>(value.items().size());
    case Type::map:
      return static_cast<std::int64_t>(value.members().size());
    case Type::integer:
    case Type::long_integer:
      return value.integer();
    default:
      return 0;
  }
}

bool has_bounds(const Shape& shape) {
  return (shape.min != no_min || shape.max != no_max) && shape.type != Type::real;
}

bool fits(const Shape& shape, const Value& value) {
  if (!shape.values.empty() &&
      std::ranges::find(shape.values, value.string()) == shape.values.end())
    return false;
  if (shape.pattern != nullptr && !shape.pattern->matches(value.string())) return false;
  if (!has_bounds(shape)) return true;
  const std::int64_t size = measure(shape, value);
  return size >= shape.min && size <= shape.max;
}

bool holds(const Shape& shape, const Value& value);

bool members_hold(const Shape& structure, const Value& value) {
  return std::ranges::all_of(structure.fields, [&](const Field& field) {
    const Value* member = value.find(field.name);
    if (member != nullptr) return holds(*field.shape, *member);
    return !field.required || field.lenient ||
           (!field.unless.empty() && value.find(field.unless) != nullptr);
  });
}

// Whether validate would find nothing. Nearly every request holds, and words cost more than this.
bool holds(const Shape& shape, const Value& value) {
  if (!fits(shape, value)) return false;
  if (shape.type == Type::structure) return members_hold(shape, value);
  if (shape.type == Type::list)
    return std::ranges::all_of(value.items(),
                               [&](const Value& item) { return holds(*shape.element, item); });
  if (shape.type == Type::map)
    return std::ranges::all_of(value.members(), [&](const wire::Member& member) {
      return fits(*shape.key, Value::of_string(member.key)) && holds(*shape.element, member.value);
    });
  return true;
}

// "Member must have length less than or equal to 128, Member must have length greater …", as the
// constraints of elements are listed.
std::string element_constraints(const Shape& shape) {
  std::string text = "[";
  const auto add = [&text](const std::string& entry) {
    if (text.size() > 1) text += ", ";
    text += entry;
  };
  if (!shape.values.empty()) add("Member must satisfy enum value set: " + joined(shape.values));
  if (shape.max != no_max) add(at_most(shape, is_number(shape)));
  if (shape.min != no_min) add(at_least(shape, is_number(shape)));
  if (shape.pattern != nullptr)
    add("Member must satisfy regular expression pattern: " + std::string(shape.pattern->text()));
  return text + "]";
}

class Validator {
 public:
  explicit Validator(const Service& service) : service_(service) {}

  void structure(const Shape& shape, const Value& value, const std::string& prefix) {
    if (shape.validated.empty()) {
      for (const Field& field : shape.fields) member(field, value, prefix);
      return;
    }
    for (const std::string_view name : shape.validated)
      member(*find_field(shape, name), value, prefix);
  }

  std::optional<std::string> message() && {
    if (!failed_) return std::nullopt;
    entries_.resize(std::min(entries_.size(), validation_errors_max));
    std::string text = std::to_string(entries_.size()) + " validation error" +
                       (entries_.size() == 1 ? "" : "s") + " detected: ";
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (i > 0) text += "; ";
      text += entries_[i];
    }
    return text;
  }

 private:
  bool full() const { return failed_ && entries_.size() >= validation_errors_max; }

  void member(const Field& field, const Value& parent, const std::string& prefix) {
    if (full()) return;
    const Value* value = parent.find(field.name);
    const std::string path = prefix + lower_camel(field.name);
    if (value != nullptr)
      present(*field.shape, *value, path);
    else if (field.required && (field.unless.empty() || parent.find(field.unless) == nullptr))
      add("Value null at '" + path + "'", "Member must not be null", field.lenient);
  }

  // In the order of the messages: enumeration or pattern, lower bound, upper bound, elements,
  // children.
  void present(const Shape& shape, const Value& value, const std::string& path) {
    if (!shape.values.empty() &&
        std::ranges::find(shape.values, value.string()) == shape.values.end())
      fail(shape, value, path, "Member must satisfy enum value set: " + joined(shape.values));
    if (shape.pattern != nullptr && !shape.pattern->matches(value.string()))
      fail(shape, value, path,
           "Member must satisfy regular expression pattern: " + std::string(shape.pattern->text()));
    if (has_bounds(shape)) bounds(shape, value, path);
    if (shape.type == Type::list) items(shape, value, path);
    if (shape.type == Type::map) entries(shape, value, path);
    if (shape.type == Type::structure) structure(shape, value, path + ".");
  }

  void bounds(const Shape& shape, const Value& value, const std::string& path) {
    const std::int64_t size = measure(shape, value);
    if (size < shape.min) fail(shape, value, path, at_least(shape, is_number(shape)));
    if (size <= shape.max) return;
    if (shape.value_hidden)
      add("Value at '" + path + "'", at_most(shape, is_number(shape)));
    else
      fail(shape, value, path, at_most(shape, is_number(shape)));
  }

  void items(const Shape& shape, const Value& value, const std::string& path) {
    const Shape& element = *shape.element;
    if (element.type == Type::structure || element.type == Type::list) {
      std::size_t number = 0;
      for (const Value& item : value.items()) {
        ++number;
        if (full()) return;
        present(element, item, path + "." + std::to_string(number) + ".member");
      }
      return;
    }
    for (const Value& item : value.items())
      if (!fits(element, item))
        return fail(shape, value, path,
                    "Member must satisfy constraint: " + element_constraints(element));
  }

  void entries(const Shape& shape, const Value& value, const std::string& path) {
    const auto bad_key = [&](const wire::Member& m) {
      return !fits(*shape.key, Value::of_string(m.key));
    };
    if (std::ranges::any_of(value.members(), bad_key))
      fail(shape, value, path,
           "Map keys must satisfy constraint: " + element_constraints(*shape.key));
    const Shape& element = *shape.element;
    if (element.type == Type::structure || element.type == Type::list) {
      for (const wire::Member& m : value.members()) {
        if (full()) return;
        present(element, m.value, path + "." + std::string(m.key) + ".member");
      }
      return;
    }
    const auto bad_value = [&](const wire::Member& m) { return !fits(element, m.value); };
    if (std::ranges::any_of(value.members(), bad_value))
      fail(shape, value, path,
           "Map value must satisfy constraint: " + element_constraints(element));
  }

  void fail(const Shape& shape, const Value& value, const std::string& path,
            const std::string& constraint) {
    if (full()) return;
    std::string shown;
    render(shape, value, shown);
    add("Value '" + shown + "' at '" + path + "'", constraint);
  }

  void add(const std::string& subject, const std::string& constraint, bool lenient = false) {
    if (full()) return;
    entries_.push_back(subject + " failed to satisfy constraint: " + constraint);
    failed_ = failed_ || !lenient;
  }

  // As Java shows it. Elements beyond what is shown are left out, not shown empty.
  void render(const Shape& shape, const Value& value, std::string& out) const {
    switch (shape.type) {
      case Type::string:
        out += utf8_prefix(value.string(), shown_max);
        break;
      case Type::blob: {
        const std::string size = std::to_string(value.bytes().size());
        out += "java.nio.HeapByteBuffer[pos=0 lim=" + size + " cap=" + size + "]";
        break;
      }
      case Type::integer:
      case Type::long_integer:
        out += std::to_string(value.integer());
        break;
      case Type::real: {
        char text[32];
        out.append(text, std::to_chars(text, text + sizeof text, value.real()).ptr);
        break;
      }
      case Type::boolean:
        out += value.boolean() ? "true" : "false";
        break;
      case Type::timestamp:
        out += std::to_string(value.epoch_millis());
        break;
      case Type::list:
        out += '[';
        for (const Value& item : value.items()) {
          if (out.size() > shown_max) break;
          if (&item != value.items().data()) out += ", ";
          render(*shape.element, item, out);
        }
        out += ']';
        break;
      case Type::map:
        out += '{';
        for (const wire::Member& m : value.members()) {
          if (out.size() > shown_max) break;
          if (&m != value.members().data()) out += ", ";
          out += utf8_prefix(m.key, shown_max);
          out += '=';
          render(*shape.element, m.value, out);
        }
        out += '}';
        break;
      case Type::structure:  // Java's hash code, of which only the form is known
        out += std::string(service_.structure_package) + "." + std::string(shape.name) + "@" +
               java_hash(value);
        break;
    }
  }

  static std::string java_hash(const Value& value) {
    const auto number = static_cast<std::uint32_t>(value.members().size() * 2654435761u);
    char text[16];
    return {text, std::to_chars(text, text + sizeof text, number, 16).ptr};
  }

  const Service& service_;
  std::vector<std::string> entries_;
  bool failed_ = false;  // by more than lenient ones
};

}  // namespace

std::optional<std::string> validate(const Service& service, const Shape& structure,
                                    const Value& input) {
  if (holds(structure, input)) return std::nullopt;
  Validator validator(service);
  validator.structure(structure, input, "");
  std::optional<std::string> message = std::move(validator).message();
  CHECK(message, "what does not hold has a message");
  return message;
}

std::string validation_error(std::string_view entry) {
  return "1 validation error detected: " + std::string(entry);
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace levada::aws
