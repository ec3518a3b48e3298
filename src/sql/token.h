#pragma once
// Tokens of SQL text, as PostgreSQL 15's scanner cuts them (manual, 4.1): identifiers folded to
// lower case unless quoted, strings of every spelling decoded, comments dropped.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/sql_error.h"

namespace levada::sql {

enum class TokenKind : std::uint8_t {
  word,         // a keyword or an identifier, folded
  quoted,       // "an identifier" as it stands
  number,       // as written
  string,       // decoded
  bit_string,   // B'…' and X'…': "b101", "x1f"
  parameter,    // $1: the number
  operator_,    // one or more of + - * / < > = ~ ! @ # % ^ & | ` ?
  punctuation,  // ( ) [ ] , ; . : :: := =>
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;
  std::uint32_t begin = 0;  // bytes into the text
  std::uint32_t end = 0;
};

inline constexpr std::size_t tokens_max = 4'000'000;  // of one text

// The last token is `end`. Errors: 42601, with position.
query::SqlResult<std::vector<Token>> tokens_of(std::string_view text);

// The position that errors carry: characters from 1, of a byte offset.
std::uint32_t character_position(std::string_view text, std::size_t byte);

}  // namespace levada::sql
