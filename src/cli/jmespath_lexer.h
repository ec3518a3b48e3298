#pragma once
// Divides a JMESPath expression into tokens. Private to jmespath*.cc.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/document.h"

namespace levada::cli {

enum class JmespathTokenType {
  eof,
  unquoted_identifier,
  quoted_identifier,
  literal,
  number,
  current,
  dot,
  star,
  comma,
  colon,
  lparen,
  rparen,
  lbrace,
  rbrace,
  lbracket,
  rbracket,
  flatten,
  filter,
  pipe,
  either,
  both,
  expref,
  negation,
  eq,
  ne,
  lt,
  lte,
  gt,
  gte,
};

// As messages call them: "unquoted_identifier", "or".
std::string_view name(JmespathTokenType type);

struct JmespathToken {
  JmespathTokenType type;
  Document value;     // an identifier's or operator's text, a number, a literal
  std::size_t start;  // in characters
};

Result<std::vector<JmespathToken>> tokenize_jmespath(std::string_view expression);

}  // namespace levada::cli
