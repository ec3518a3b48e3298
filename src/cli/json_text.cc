#include "cli/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>

#include "base/ascii.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  Result<Document> read() {
    if (text_.starts_with("\xef\xbb\xbf"))
      return complain("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0);
    skip_space();
    Document root = TRY(value(0));
    skip_space();
    if (at_ != text_.size()) return complain("Extra data", at_);
    return root;
  }

 private:
  // Python counts characters, not bytes.
  unexpected<Error> complain(std::string_view what, std::size_t where) const {
    const std::string_view before = text_.substr(0, where);
    const std::size_t line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
    const std::size_t line_begin = before.rfind('\n') + 1;  // 0 when there is none
    const std::size_t column = character_count(before.substr(line_begin)) + 1;
    return fail(ErrorKind::invalid, std::string(what) + ": line " + std::to_string(line) +
                                        " column " + std::to_string(column) + " (char " +
                                        std::to_string(character_count(before)) + ")");
  }

  bool at_end() const { return at_ == text_.size(); }
  bool next_is(char c) const { return !at_end() && text_[at_] == c; }
  void skip_space() {
    while (!at_end() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Result<Document> value(int depth) {
    if (depth > json_depth_max)
      return fail(ErrorKind::invalid, "maximum recursion depth exceeded while decoding JSON");
    if (at_end()) return complain("Expecting value", at_);
    const char c = text_[at_];
    if (c == '"') return Document::of_string(TRY(string()));
    if (c == '{') return object(depth);
    if (c == '[') return array(depth);
    if (take_word("null")) return Document();
    if (take_word("true")) return Document::of_boolean(true);
    if (take_word("false")) return Document::of_boolean(false);
    if (take_word("NaN")) return Document::of_real(std::numeric_limits<double>::quiet_NaN());
    if (take_word("Infinity")) return Document::of_real(std::numeric_limits<double>::infinity());
    if (take_word("-Infinity")) return Document::of_real(-std::numeric_limits<double>::infinity());
    if (c == '-' || is_digit(c)) return number();
    return complain("Expecting value", at_);
  }

  Result<Document> number() {
    const std::size_t begin = at_;
    std::size_t end = at_ + (text_[at_] == '-' ? 1 : 0);
    if (end == text_.size() || !is_digit(text_[end])) return complain("Expecting value", begin);
    const auto skip_digits = [&] {
      while (end < text_.size() && is_digit(text_[end])) ++end;
    };
    if (text_[end] == '0') {
      ++end;
    } else {
      skip_digits();
    }
    bool is_real = false;
    if (end + 1 < text_.size() && text_[end] == '.' && is_digit(text_[end + 1])) {
      is_real = true;
      ++end;
      skip_digits();
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      std::size_t exponent = end + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < text_.size() && is_digit(text_[exponent])) {
        is_real = true;
        end = exponent;
        skip_digits();
      }
    }
    at_ = end;
    const std::string digits(text_.substr(begin, end - begin));
    if (is_real) return Document::of_real(std::strtod(digits.c_str(), nullptr));
    std::int64_t integer = 0;
    const auto [_, error] = std::from_chars(digits.data(), digits.data() + digits.size(), integer);
    if (error == std::errc{}) return Document::of_integer(integer);
    return Document::of_big_integer(digits);
  }

  Result<Document> array(int depth) {
    ++at_;
    Document::Array items;
    skip_space();
    if (next_is(']')) {
      ++at_;
      return Document::of_array(std::move(items));
    }
    for (;;) {
      items.push_back(TRY(value(depth + 1)));
      skip_space();
      if (next_is(']')) break;
      if (!next_is(',')) return complain("Expecting ',' delimiter", at_);
      ++at_;
      skip_space();
    }
    ++at_;
    return Document::of_array(std::move(items));
  }

  Result<Document> object(int depth) {
    ++at_;
    Document object = Document::of_object({});
    skip_space();
    if (next_is('}')) {
      ++at_;
      return object;
    }
    for (;;) {
      if (!next_is('"')) return complain("Expecting property name enclosed in double quotes", at_);
      const std::string name = TRY(string());
      skip_space();
      if (!next_is(':')) return complain("Expecting ':' delimiter", at_);
      ++at_;
      skip_space();
      object.set(name, TRY(value(depth + 1)));
      skip_space();
      if (next_is('}')) break;
      if (!next_is(',')) return complain("Expecting ',' delimiter", at_);
      ++at_;
      skip_space();
    }
    ++at_;
    return object;
  }

  Result<std::string> string() {
    const std::size_t begin = at_++;
    std::string out;
    for (;;) {
      const std::size_t plain = at_;
      while (!at_end() && text_[at_] != '"' && text_[at_] != '\\') {
        if (static_cast<unsigned char>(text_[at_]) < 0x20)
          return complain("Invalid control character at", at_);
        ++at_;
      }
      out += text_.substr(plain, at_ - plain);
      if (at_end()) return complain("Unterminated string starting at", begin);
      if (text_[at_++] == '"') return out;
      if (at_end()) return complain("Unterminated string starting at", begin);
      TRY(escape(out));
    }
  }

  // `at_` is behind the backslash.
  Result<Unit> escape(std::string& out) {
    const char c = text_[at_++];
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (const std::size_t place = letters.find(c); place != std::string_view::npos) {
      out += meanings[place];
      return Unit{};
    }
    if (c != 'u') return complain("Invalid \\escape: ", at_ - 2);
    char32_t code = TRY(code_unit());
    const bool is_high = code >= 0xd800 && code <= 0xdbff;
    if (is_high && text_.substr(at_).starts_with("\\u")) {
      const std::size_t behind_first = at_;
      at_ += 2;
      const char32_t low = TRY(code_unit());
      if (low >= 0xdc00 && low <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      } else {
        at_ = behind_first;
      }
    }
    append_utf8(out, code);
    return Unit{};
  }

  Result<char32_t> code_unit() {
    const std::size_t letter = at_ - 1;
    std::uint32_t code = 0;
    if (text_.size() - at_ <= 4) return complain("Invalid \\uXXXX escape", letter);
    const char* const digits = text_.data() + at_;
    const auto [end, error] = std::from_chars(digits, digits + 4, code, 16);
    if (error != std::errc{} || end != digits + 4)
      return complain("Invalid \\uXXXX escape", letter);
    at_ += 4;
    return static_cast<char32_t>(code);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

struct JsonStyle {
  std::string_view between_items;
  std::string_view behind_name;
  bool ascii_only;
  int indent;  // 0: everything on one line
};

class JsonPrinter {
 public:
  JsonPrinter(std::string& out, JsonStyle style) : out_(out), style_(style) {}

  void print(const Document& document, int depth = 0) {
    using Kind = Document::Kind;
    switch (document.kind()) {
      case Kind::null:
        out_ += "null";
        break;
      case Kind::boolean:
        out_ += document.boolean() ? "true" : "false";
        break;
      case Kind::integer:
        out_ += std::to_string(document.integer());
        break;
      case Kind::big_integer:
        out_ += document.digits();
        break;
      case Kind::real:
        out_ += json_real(document.real());
        break;
      case Kind::string:
        append_json_string(out_, document.string(), style_.ascii_only);
        break;
      case Kind::bytes:
        append_json_string(out_, document.bytes(), style_.ascii_only);
        break;
      case Kind::array:
        print_array(document.items(), depth);
        break;
      case Kind::object:
        print_object(document.members(), depth);
    }
  }

 private:
  static std::string json_real(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
    return real_text(number);
  }

  void new_line(int depth) {
    if (style_.indent == 0) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth * style_.indent), ' ');
  }

  void print_array(const Document::Array& items, int depth) {
    if (items.empty()) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    for (const Document& item : items) {
      if (&item != &items.front()) out_ += style_.between_items;
      new_line(depth + 1);
      print(item, depth + 1);
    }
    new_line(depth);
    out_ += ']';
  }

  void print_object(const Document::Object& members, int depth) {
    if (members.empty()) {
      out_ += "{}";
      return;
    }
    out_ += '{';
    for (const Document::Member& member : members) {
      if (&member != &members.front()) out_ += style_.between_items;
      new_line(depth + 1);
      append_json_string(out_, member.name, style_.ascii_only);
      out_ += style_.behind_name;
      print(member.value, depth + 1);
    }
    new_line(depth);
    out_ += '}';
  }

  std::string& out_;
  JsonStyle style_;
};

void append_escape(std::string& out, std::uint32_t unit) {
  std::array<char, 8> text;
  std::snprintf(text.data(), text.size(), "\\u%04x", unit & 0xffff);
  out += text.data();
}

}  // namespace

Result<Document> read_json(std::string_view text) { return JsonReader(text).read(); }

void append_indented_json(std::string& out, const Document& document) {
  JsonPrinter(out, {",", ": ", false, 4}).print(document);
}

std::string json_line(const Document& document) {
  std::string out;
  JsonPrinter(out, {", ", ": ", true, 0}).print(document);
  return out;
}

std::string compact_json(const Document& document) {
  std::string out;
  JsonPrinter(out, {",", ":", false, 0}).print(document);
  return out;
}

void append_json_string(std::string& out, std::string_view text, bool ascii_only) {
  out += '"';
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    constexpr std::string_view named = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    if (const std::size_t place = named.find(text.front()); place != std::string_view::npos) {
      out += '\\';
      out += letters[place];
    } else if (c < 0x20) {
      append_escape(out, c);
    } else if (c < 0x80 || !ascii_only) {
      out += text.front();
    } else {
      const char32_t code = take_character(text);
      if (code >= 0x10000) append_escape(out, 0xd800 + ((code - 0x10000) >> 10));
      append_escape(out, code < 0x10000 ? code : 0xdc00 + ((code - 0x10000) & 0x3ff));
      continue;
    }
    text.remove_prefix(1);
  }
  out += '"';
}

std::string real_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  std::array<char, 32> scientific;
  const auto written = std::to_chars(scientific.data(), scientific.data() + scientific.size(),
                                     number, std::chars_format::scientific);
  const std::string_view text(scientific.data(), written.ptr - scientific.data());
  const std::size_t e = text.find('e');
  const int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  // Python's repr: digits as they are between 1e-4 and 1e16, an exponent elsewhere.
  if (exponent < -4 || exponent >= 16) return std::string(text);
  std::array<char, 64> fixed;
  const auto end =
      std::to_chars(fixed.data(), fixed.data() + fixed.size(), number, std::chars_format::fixed);
  std::string out(fixed.data(), end.ptr);
  if (out.find('.') == std::string::npos) out += ".0";
  return out;
}

}  // namespace levada::cli
