#pragma once
// Lexer of the query language: text to tokens, each with its place.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace levada::timestream::sql {

struct Place {
  std::uint32_t line = 1, column = 1;
};

enum class TokenKind : std::uint8_t { name, quoted, string, whole, fraction, duration, sign, end };

struct Token {
  TokenKind kind;
  std::string text;  // of strings and quoted names without their quotes
  Place place;
  std::size_t offset = 0;
  // Whether it is that keyword, in any letter case, or that sign.
  bool is(std::string_view word) const;
};

tl::unexpected<Error> refuse_at(Place place, std::string_view text);  // "line 1:7: …"
std::string lower(std::string_view text);
bool same_name(std::string_view a, std::string_view b);  // in any letter case

Result<std::vector<Token>> tokens_of(std::string_view query);

}  // namespace levada::timestream::sql
