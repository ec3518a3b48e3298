#pragma once
// Pattern: the regular expressions that AWS's service models put on strings, matched against the
// whole text in one pass per element, whatever the text: no backtracking, no allocation. Knows what
// the models use: alternatives of sequences of characters, `.`, \d \S \w \s, classes with ranges,
// each with *, +, ? or {m}, {m,n}; anchors and groups that only group are read over. A pattern that
// asks for more does not compile.

#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>

namespace levada::aws {

class Pattern {
 public:
  // Texts longer than this match nothing; every model bounds the length of what has a pattern.
  static constexpr std::size_t text_max = 2048;

  explicit consteval Pattern(std::string_view text) : text_(text) { parse(); }

  std::string_view text() const { return text_; }  // as the model spells it
  bool matches(std::string_view text) const;

 private:
  static constexpr std::size_t elements_max = 64;
  static constexpr std::size_t alternatives_max = 4;
  static constexpr std::uint16_t unlimited = 0xffff;

  // A set of bytes and how often one of them comes. Bytes above 127 are all alike.
  struct Element {
    std::uint64_t low = 0, high = 0;  // the ASCII characters
    bool other = false;
    std::uint16_t min = 1, max = 1;

    constexpr void add(unsigned char c) { (c < 64 ? low : high) |= std::uint64_t{1} << (c & 63); }
    constexpr bool has(unsigned char c) const {
      if (c >= 128) return other;
      return ((c < 64 ? low : high) >> (c & 63) & 1) != 0;
    }
    constexpr void invert() {
      low = ~low;
      high = ~high;
      other = !other;
    }
  };

  constexpr void parse();
  constexpr Element read_element(std::size_t& at) const;
  constexpr Element read_class(std::size_t& at) const;
  static constexpr void add_escape(Element& element, char c);
  constexpr void read_count(std::size_t& at, Element& element) const;
  constexpr std::uint16_t read_number(std::size_t& at) const;
  bool matches_alternative(std::size_t first, std::size_t last, std::string_view text) const;

  std::string_view text_;
  std::array<Element, elements_max> elements_{};
  std::array<std::size_t, alternatives_max + 1> ends_{};  // of alternative n, from 1
  std::size_t alternatives_ = 1;
};

constexpr void Pattern::parse() {
  std::size_t size = 0;
  int depth = 0;
  for (std::size_t at = 0; at < text_.size();) {
    const char c = text_[at];
    if (c == '^' || c == '$') {
      ++at;
    } else if (c == '(' || c == ')') {
      depth += c == '(' ? 1 : -1;
      ++at;
      if (c == ')' && at < text_.size() &&
          std::string_view("*+?{").find(text_[at]) != std::string_view::npos)
        throw "a group that is repeated";
    } else if (c == '|') {
      if (depth > 0) throw "alternatives in a group";
      ends_[alternatives_++] = size;
      ++at;
    } else {
      elements_[size] = read_element(at);
      read_count(at, elements_[size++]);
    }
  }
  ends_[alternatives_] = size;
}

constexpr Pattern::Element Pattern::read_element(std::size_t& at) const {
  Element element;
  const char c = text_[at++];
  if (c == '.') {
    element.add('\n');
    element.invert();
  } else if (c == '[') {
    return read_class(at);
  } else if (c == '\\') {
    add_escape(element, text_[at++]);
  } else {
    element.add(static_cast<unsigned char>(c));
  }
  return element;
}

constexpr Pattern::Element Pattern::read_class(std::size_t& at) const {
  Element element;
  const bool inverted = text_[at] == '^';
  if (inverted) ++at;
  while (text_[at] != ']') {
    char first = text_[at++];
    if (first == '\\') {
      add_escape(element, text_[at++]);
      continue;
    }
    char last = first;
    if (text_[at] == '-' && text_[at + 1] != ']') {
      last = text_[at + 1];
      at += 2;
    }
    for (int c = first; c <= last; ++c) element.add(static_cast<unsigned char>(c));
  }
  ++at;
  if (inverted) element.invert();
  return element;
}

constexpr void Pattern::add_escape(Element& element, char c) {
  if (c == 'd' || c == 'w')
    for (char digit = '0'; digit <= '9'; ++digit) element.add(static_cast<unsigned char>(digit));
  if (c == 'w') {
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      element.add(static_cast<unsigned char>(letter));
      element.add(static_cast<unsigned char>(letter - 'a' + 'A'));
    }
    element.add('_');
  }
  if (c == 's' || c == 'S')
    for (const char space : {' ', '\t', '\n', '\v', '\f', '\r'})
      element.add(static_cast<unsigned char>(space));
  if (c == 'S') element.invert();
  if (c != 'd' && c != 'w' && c != 's' && c != 'S') element.add(static_cast<unsigned char>(c));
}

constexpr void Pattern::read_count(std::size_t& at, Element& element) const {
  if (at == text_.size()) return;
  const char c = text_[at];
  if (c == '*' || c == '+') {
    element.min = c == '+' ? 1 : 0;
    element.max = unlimited;
    ++at;
  } else if (c == '?') {
    element.min = 0;
    ++at;
  } else if (c == '{') {
    ++at;
    element.min = element.max = read_number(at);
    if (text_[at] == ',') {
      ++at;
      element.max = text_[at] == '}' ? unlimited : read_number(at);
    }
    ++at;
  }
}

constexpr std::uint16_t Pattern::read_number(std::size_t& at) const {
  std::uint16_t number = 0;
  while (text_[at] >= '0' && text_[at] <= '9')
    number = static_cast<std::uint16_t>(number * 10 + (text_[at++] - '0'));
  return number;
}

}  // namespace levada::aws
