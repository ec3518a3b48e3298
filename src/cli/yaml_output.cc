// --output yaml: block style with sorted keys, folded at 80 columns, scalars quoted as libyaml
// does for YAML 1.2, because the AWS CLI prints through it.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/text.h"
#include "cli/yaml_scalar.h"

namespace levada::cli {

namespace {

constexpr std::size_t width_best = 80;
constexpr std::size_t indent_step = 2;

std::string yaml_real(double number) {
  if (std::isnan(number)) return ".nan";
  if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
  return real_text(number);
}

class YamlWriter {
 public:
  explicit YamlWriter(std::string& out) : out_(out) {}

  void write(const Document& document) {
    node(document, 0, false);
    indent_to(0);
  }

 private:
  // `indent` is where a block inside begins.
  void node(const Document& value, std::size_t indent, bool in_mapping) {
    using Kind = Document::Kind;
    switch (value.kind()) {
      case Kind::array:
        return sequence(value.items(), indent, in_mapping);
      case Kind::object:
        return mapping(value.members(), indent);
      case Kind::string:
        return string(value.string(), indent, false);
      case Kind::null:
        return plain("null", indent, true);
      case Kind::boolean:
        return plain(value.boolean() ? "true" : "false", indent, true);
      case Kind::real:
        return plain(yaml_real(value.real()), indent, true);
      default:
        return plain(python_text(value), indent, true);
    }
  }

  void sequence(const Document::Array& items, std::size_t indent, bool in_mapping) {
    if (items.empty()) return indicator("[]", true, false, false);
    // A list in a mapping stands as far left as its key.
    const std::size_t own = in_mapping && !indention_ ? indent - indent_step : indent;
    for (const Document& item : items) {
      indent_to(own);
      indicator("-", true, false, true);
      node(item, own + indent_step, false);
    }
  }

  void mapping(const Document::Object& members, std::size_t indent) {
    if (members.empty()) return indicator("{}", true, false, false);
    std::vector<const Document::Member*> sorted;
    for (const Document::Member& member : members) sorted.push_back(&member);
    std::ranges::sort(sorted, {}, &Document::Member::name);
    for (const Document::Member* const member : sorted) {
      indent_to(indent);
      if (is_simple_key(member->name)) {
        string(member->name, indent + indent_step, true);
        indicator(":", false, false, false);
      } else {
        indicator("?", true, false, true);
        string(member->name, indent + indent_step, false);
        indent_to(indent);
        indicator(":", true, false, true);
      }
      node(member->value, indent + indent_step, true);
    }
  }

  static bool is_simple_key(const std::string& name) {
    constexpr std::size_t length_max = 128;
    return name.size() <= length_max && !analyze_yaml_scalar(name).is_multiline;
  }

  void string(const std::string& text, std::size_t indent, bool is_key) {
    const YamlScalar scalar = analyze_yaml_scalar(text);
    const bool is_plain = scalar.allows_plain && !text.empty() && !means_another_type(text);
    if (is_plain && !(is_key && scalar.is_multiline)) return plain(text, indent, !is_key);
    if (scalar.allows_single_quoted) return single_quoted(text, indent, !is_key);
    double_quoted(text, indent, !is_key);
  }

  // ---- what libyaml's emitter does with characters ----

  void put(char32_t c) {
    append_utf8(out_, c);
    ++column_;
  }
  void put_break(char32_t c) {
    append_utf8(out_, c);
    column_ = 0;
  }
  void indent_to(std::size_t indent) {
    if (!indention_ || column_ > indent || (column_ == indent && !whitespace_)) put_break('\n');
    while (column_ < indent) put(' ');
    whitespace_ = true;
    indention_ = true;
  }
  void indicator(std::string_view text, bool needs_space, bool is_space, bool is_indention) {
    if (needs_space && !whitespace_) put(' ');
    for (const char c : text) put(static_cast<unsigned char>(c));
    whitespace_ = is_space;
    indention_ = indention_ && is_indention;
  }

  static std::u32string characters(std::string_view text) {
    std::u32string out;
    while (!text.empty()) out += take_character(text);
    return out;
  }

  void plain(std::string_view text, std::size_t indent, bool folds) {
    if (!whitespace_) put(' ');
    const std::u32string all = characters(text);
    bool after_space = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i] == ' ') {
        const bool doubled = i + 1 < all.size() && all[i + 1] == ' ';
        if (folds && !after_space && column_ > width_best && !doubled) {
          indent_to(indent);
        } else {
          put(' ');
        }
        after_space = true;
      } else {
        put(all[i]);
        indention_ = false;
        after_space = false;
      }
    }
    whitespace_ = false;
    indention_ = false;
  }

  void single_quoted(std::string_view text, std::size_t indent, bool folds) {
    indicator("'", true, false, false);
    const std::u32string all = characters(text);
    bool after_space = false;
    bool after_break = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i] == ' ') {
        const bool is_inner = i > 0 && i + 1 < all.size() && all[i + 1] != ' ';
        if (folds && !after_space && column_ > width_best && is_inner) {
          indent_to(indent);
        } else {
          put(' ');
        }
        after_space = true;
      } else if (is_yaml_break(all[i])) {
        if (!after_break && all[i] == '\n') put_break('\n');
        put_break(all[i]);
        indention_ = true;
        after_break = true;
      } else {
        if (after_break) indent_to(indent);
        if (all[i] == '\'') put('\'');
        put(all[i]);
        indention_ = false;
        after_space = false;
        after_break = false;
      }
    }
    if (after_break) indent_to(indent);
    indicator("'", false, false, false);
    whitespace_ = false;
    indention_ = false;
  }

  void escape(char32_t c) {
    constexpr std::pair<char32_t, char> named[] = {
        {0x00, '0'},  {0x07, 'a'}, {0x08, 'b'}, {0x09, 't'},   {0x0a, 'n'},
        {0x0b, 'v'},  {0x0c, 'f'}, {0x0d, 'r'}, {0x1b, 'e'},   {0x22, '"'},
        {0x5c, '\\'}, {0x85, 'N'}, {0xa0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
    put('\\');
    for (const auto& [code, letter] : named)
      if (code == c) return put(static_cast<unsigned char>(letter));
    std::array<char, 12> digits;
    const char* const form = c <= 0xff ? "x%02X" : c <= 0xffff ? "u%04X" : "U%08X";
    std::snprintf(digits.data(), digits.size(), form, static_cast<unsigned>(c));
    for (const char* digit = digits.data(); *digit != '\0'; ++digit)
      put(static_cast<unsigned char>(*digit));
  }

  void double_quoted(std::string_view text, std::size_t indent, bool folds) {
    indicator("\"", true, false, false);
    const std::u32string all = characters(text);
    bool after_space = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const char32_t c = all[i];
      if (!is_yaml_printable(c) || is_yaml_break(c) || c == '"' || c == '\\') {
        escape(c);
        after_space = false;
      } else if (c == ' ') {
        const bool is_inner = i > 0 && i + 1 < all.size();
        if (folds && !after_space && column_ > width_best && is_inner) {
          indent_to(indent);
          if (all[i + 1] == ' ') put('\\');
        } else {
          put(' ');
        }
        after_space = true;
      } else {
        put(c);
        after_space = false;
      }
    }
    indicator("\"", false, false, false);
    whitespace_ = false;
    indention_ = false;
  }

  std::string& out_;
  std::size_t column_ = 0;
  bool whitespace_ = true;  // the last character was a space, or the line is new
  bool indention_ = true;   // only indention and dashes stand on this line
};

}  // namespace

void append_yaml(std::string& out, const Document& document) {
  if (document.is_scalar()) {  // YAML would end a lone scalar with dots
    std::string text;
    append_indented_json(text, document);
    out += text + '\n';
    return;
  }
  YamlWriter(out).write(document);
}

}  // namespace levada::cli
