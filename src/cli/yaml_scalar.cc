#include "cli/yaml_scalar.h"

#include <algorithm>
#include <string>

#include "cli/text.h"

namespace levada::cli {

namespace {

bool is_blank_or_end(char32_t c) { return c == ' ' || c == '\t' || c == 0 || is_yaml_break(c); }

// A cursor for small patterns.
class Matcher {
 public:
  explicit Matcher(std::string_view text) : text_(text) {}
  bool any(std::string_view set) {
    if (text_.empty() || set.find(text_[0]) == set.npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::size_t many(std::string_view set, std::size_t most = std::string_view::npos) {
    std::size_t count = 0;
    while (count < most && any(set)) ++count;
    return count;
  }
  bool word(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  bool end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

constexpr std::string_view digits = "0123456789";
constexpr std::string_view digits_and_line = "0123456789_";

bool is_integer(std::string_view text) {
  const auto based = [&](std::string_view prefix, std::string_view set) {
    Matcher match(text);
    match.any("-+");
    return match.word(prefix) && match.many(set) > 0 && match.end();
  };
  return based("", digits_and_line) || based("0b", "01_") || based("0o", "01234567_") ||
         based("0x", "0123456789abcdefABCDEF_");
}

bool is_real(std::string_view text) {
  Matcher match(text);
  match.any("-+");
  if (match.word(".inf") || match.word(".Inf") || match.word(".INF")) return match.end();
  if (match.any(digits)) {
    match.many(digits_and_line);
    const bool has_point = match.any(".");
    if (has_point) match.many(digits_and_line);
    if (match.end()) return has_point;
    if (!match.any("eE")) return false;
    match.any("-+");
    return match.many(digits) > 0 && match.end();
  }
  if (!match.any(".")) return false;
  if (match.many(digits_and_line) == 0) return text == ".nan" || text == ".NaN" || text == ".NAN";
  if (match.end()) return true;
  return match.any("eE") && match.any("-+") && match.many(digits) > 0 && match.end();
}

bool is_date(std::string_view text) {
  Matcher match(text);
  if (match.many(digits, 4) != 4 || !match.any("-")) return false;
  const std::size_t month = match.many(digits, 2);
  if (month == 0 || !match.any("-")) return false;
  const std::size_t day = match.many(digits, 2);
  if (day == 0) return false;
  if (match.end()) return month == 2 && day == 2;
  if (!match.any("Tt") && match.many(" \t") == 0) return false;
  if (match.many(digits, 2) == 0 || !match.any(":") || match.many(digits, 2) != 2 ||
      !match.any(":") || match.many(digits, 2) != 2)
    return false;
  if (match.any(".")) match.many(digits);
  if (match.end()) return true;
  match.many(" \t");
  if (match.any("Z")) return match.end();
  if (!match.any("-+") || match.many(digits, 2) == 0) return false;
  if (match.any(":") && match.many(digits, 2) != 2) return false;
  return match.end();
}

}  // namespace

bool is_yaml_break(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_yaml_printable(char32_t c) {
  return c == '\n' || (c >= 0x20 && c <= 0x7e) || (c >= 0xa0 && c <= 0xd7ff) ||
         (c >= 0xe000 && c <= 0xfffd && c != 0xfeff);
}

YamlScalar analyze_yaml_scalar(std::string_view text) {
  YamlScalar scalar;
  if (text.empty()) {
    scalar.allows_plain = false;  // of strings; it would mean null
    return scalar;
  }
  std::u32string all;
  for (std::string_view rest = text; !rest.empty();) all += take_character(rest);
  const auto at = [&](std::size_t i) { return i < all.size() ? all[i] : U'\0'; };

  bool indicators = text.starts_with("---") || text.starts_with("...");
  bool special = false;
  bool edges = false;  // a space or a break at either end
  bool space_break = false;
  bool break_space = false;
  bool previous_space = false;
  bool previous_break = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const char32_t c = all[i];
    const bool followed_by_blank = is_blank_or_end(at(i + 1));
    const bool preceded_by_blank = i == 0 || is_blank_or_end(all[i - 1]);
    if (i == 0) {
      constexpr std::u32string_view starts = U"#,[]{}&*!|>'\"%@`";
      indicators = indicators || starts.find(c) != starts.npos ||
                   ((c == '?' || c == ':' || c == '-') && followed_by_blank);
    } else {
      indicators = indicators || (c == ':' && followed_by_blank) || (c == '#' && preceded_by_blank);
    }
    if (!is_yaml_printable(c) && !(c == 0x2028 || c == 0x2029)) special = true;
    const bool is_edge = i == 0 || i + 1 == all.size();
    if (c == ' ') {
      edges = edges || is_edge;
      break_space = break_space || previous_break;
      previous_space = true;
      previous_break = false;
    } else if (is_yaml_break(c)) {
      scalar.is_multiline = true;
      edges = edges || is_edge;
      space_break = space_break || previous_space;
      previous_space = false;
      previous_break = true;
    } else {
      previous_space = false;
      previous_break = false;
    }
  }
  const bool broken = space_break || break_space || special;
  scalar.allows_plain = !indicators && !edges && !broken && !scalar.is_multiline;
  scalar.allows_single_quoted = !broken;
  return scalar;
}

bool means_another_type(std::string_view text) {
  constexpr std::string_view words[] = {"~",    "null",  "Null",  "NULL",  "true", "True",
                                        "TRUE", "false", "False", "FALSE", "=",    "<<"};
  return std::ranges::find(words, text) != std::end(words) || is_integer(text) || is_real(text) ||
         is_date(text);
}

}  // namespace levada::cli
