#pragma once
// Parser: the text of one statement to its syntax tree. Refuses with line and column; depth is
// limited, so that no text can exhaust the stack.

#include "timestream/sql/syntax.h"

namespace levada::timestream::sql {

Result<Statement> parse(std::string_view text);

// "15m", "10day", "8month"; used by literals and parse_duration.
struct Duration {
  bool months;
  std::int64_t size;
};
std::optional<Duration> duration_of(std::string_view text);

}  // namespace levada::timestream::sql
