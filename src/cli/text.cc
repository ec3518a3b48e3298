#include "cli/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <map>

#include "base/ascii.h"
#include "cli/json_text.h"

namespace levada::cli {

namespace {

// (.)([A-Z][a-z]+) → \1-\2, left to right, without overlaps, as re.sub does it.
std::string divide_before_words(std::string_view name, char separator) {
  std::string out;
  std::size_t at = 0;
  while (at < name.size()) {
    if (at + 2 < name.size() && is_upper(name[at + 1]) && is_lower(name[at + 2])) {
      out += name[at];
      out += separator;
      out += name[at + 1];
      at += 2;
      while (at < name.size() && is_lower(name[at])) out += name[at++];
    } else {
      out += name[at++];
    }
  }
  return out;
}

// ([a-z0-9])([A-Z]) → \1-\2
std::string divide_before_capitals(std::string_view name, char separator) {
  std::string out;
  for (std::size_t at = 0; at < name.size(); ++at) {
    out += name[at];
    const bool ends_here = is_lower(name[at]) || is_digit(name[at]);
    if (ends_here && at + 1 < name.size() && is_upper(name[at + 1])) {
      out += separator;
      out += name[++at];
    }
  }
  return out;
}

// The ratio of difflib's SequenceMatcher: twice the characters in matching blocks over all. Its
// heuristic for texts of 200 characters and more does not apply to words.
std::size_t matching_characters(std::string_view a, std::string_view b) {
  std::size_t best = 0;
  std::size_t best_a = 0;
  std::size_t best_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      std::size_t size = 0;
      while (i + size < a.size() && j + size < b.size() && a[i + size] == b[j + size]) ++size;
      if (size > best) {
        best = size;
        best_a = i;
        best_b = j;
      }
    }
  }
  if (best == 0) return 0;
  return matching_characters(a.substr(0, best_a), b.substr(0, best_b)) + best +
         matching_characters(a.substr(best_a + best), b.substr(best_b + best));
}

}  // namespace

char32_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xc2 ? 0
                           : first < 0xe0 ? 2
                           : first < 0xf0 ? 3
                           : first < 0xf5 ? 4
                                          : 0;
  char32_t code = size == 1 ? first : first & (0xff >> (size + 1));
  bool good = size != 0 && size <= text.size();
  for (std::size_t i = 1; good && i < size; ++i) {
    good = (byte(i) & 0xc0) == 0x80;
    code = (code << 6) | (byte(i) & 0x3f);
  }
  if (!good) code = 0xdc00 + first;
  text.remove_prefix(good ? size : 1);
  return code;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    take_character(text);
    ++count;
  }
  return count;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view space = " \t\n\r\v\f";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

std::string join(std::span<const std::string> words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) {
    if (&word != &words.front()) out += between;
    out += word;
  }
  return out;
}

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

std::string kebab_case(std::string_view name, char separator) {
  // A plural of an acronym is one word: StreamARNs is stream-arns.
  std::string prepared(name);
  if (name.ends_with('s')) {
    std::size_t begin = name.size() - 1;
    while (begin > 0 && is_upper(name[begin - 1])) --begin;
    if (name.size() - 1 - begin >= 2)
      prepared = std::string(name.substr(0, begin)) + separator + lowered(name.substr(begin));
  }
  return lowered(divide_before_capitals(divide_before_words(prepared, separator), separator));
}

std::optional<std::string> lenient_base64(std::string_view text) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  unsigned in_group = 0;
  unsigned pads = 0;
  for (const char c : text) {
    if (c == '=') {
      if (in_group >= 2 && in_group + ++pads >= 4) return out;
      continue;
    }
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) continue;
    pads = 0;
    bits = (bits << 6 | static_cast<unsigned>(value)) & 0xffffff;
    if (in_group > 0) out += static_cast<char>(bits >> (6 - 2 * in_group) & 0xff);
    in_group = (in_group + 1) % 4;
  }
  if (in_group != 0) return std::nullopt;
  return out;
}

std::string python_repr(std::string_view text) {
  const bool double_quoted =
      text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char quote = double_quoted ? '"' : '\'';
  std::string out(1, quote);
  while (!text.empty()) {
    const char c = text.front();
    const char32_t code = take_character(text);
    std::array<char, 12> escape;
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (code == '\n' || code == '\r' || code == '\t') {
      out += code == '\n' ? "\\n" : code == '\r' ? "\\r" : "\\t";
    } else if (code < 0x20 || code == 0x7f) {
      std::snprintf(escape.data(), escape.size(), "\\x%02x", static_cast<unsigned>(code));
      out += escape.data();
    } else if (code >= 0xd800 && code <= 0xdfff) {
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(code));
      out += escape.data();
    } else {
      append_utf8(out, code);
    }
  }
  return out + quote;
}

std::string python_repr(const Document& document) {
  using Kind = Document::Kind;
  switch (document.kind()) {
    case Kind::null:
      return "None";
    case Kind::boolean:
      return document.boolean() ? "True" : "False";
    case Kind::integer:
      return std::to_string(document.integer());
    case Kind::big_integer:
      return document.digits();
    case Kind::real:
      return real_text(document.real());
    case Kind::string:
      return python_repr(document.string());
    case Kind::bytes:
      return "b" + python_repr(document.bytes());
    case Kind::array: {
      std::string out = "[";
      for (const Document& item : document.items()) {
        if (out.size() > 1) out += ", ";
        out += python_repr(item);
      }
      return out + "]";
    }
    case Kind::object:
      break;
  }
  std::string out = "{";
  for (const Document::Member& member : document.members()) {
    if (out.size() > 1) out += ", ";
    out += python_repr(member.name) + ": " + python_repr(member.value);
  }
  return out + "}";
}

std::optional<Document> python_integer(std::string_view text) {
  text = trim(text);
  std::string digits;
  if (text.starts_with('-') || text.starts_with('+')) {
    if (text.front() == '-') digits += '-';
    text.remove_prefix(1);
  }
  const std::size_t sign = digits.size();
  bool is_digit_next = true;  // no underscore begins, ends or follows another
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (c != '_' || is_digit_next)) return std::nullopt;
    if (is_digit && (c != '0' || digits.size() != sign)) digits += c;
    is_digit_next = !is_digit;
  }
  if (is_digit_next) return std::nullopt;
  if (digits.size() == sign) digits = "0";
  std::int64_t number = 0;
  const auto [_, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc::result_out_of_range) return Document::of_big_integer(std::move(digits));
  return Document::of_integer(number);
}

std::string python_text(const Document& document) {
  return document.is_string() ? document.string() : python_repr(document);
}

std::string python_type(const Document& document) {
  using Kind = Document::Kind;
  switch (document.kind()) {
    case Kind::null:
      return "<class 'NoneType'>";
    case Kind::boolean:
      return "<class 'bool'>";
    case Kind::integer:
    case Kind::big_integer:
      return "<class 'int'>";
    case Kind::real:
      return "<class 'float'>";
    case Kind::string:
      return "<class 'str'>";
    case Kind::bytes:
      return "<class 'bytes'>";
    case Kind::array:
      return "<class 'list'>";
    case Kind::object:
      break;
  }
  return "<class 'dict'>";
}

std::vector<std::string> close_matches(std::string_view word,
                                       std::span<const std::string> candidates) {
  constexpr double ratio_min = 0.8;
  constexpr std::size_t count_max = 3;
  std::vector<std::pair<double, std::string>> scored;
  for (const std::string& candidate : candidates) {
    const double ratio = 2.0 * static_cast<double>(matching_characters(candidate, word)) /
                         static_cast<double>(candidate.size() + word.size());
    if (ratio >= ratio_min) scored.emplace_back(ratio, candidate);
  }
  std::ranges::sort(scored, std::greater<>());
  if (scored.size() > count_max) scored.resize(count_max);
  std::vector<std::string> words;
  for (auto& [_, candidate] : scored) words.push_back(std::move(candidate));
  return words;
}

}  // namespace levada::cli
