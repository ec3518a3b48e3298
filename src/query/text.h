#pragma once
// Values as PostgreSQL writes and reads them: what a client sees, what a quoted literal means, what
// COPY carries. Binary forms belong to the face.

#include <string>
#include <string_view>

#include "query/sql_error.h"
#include "query/type.h"
#include "query/value.h"

namespace levada::query {

// What text depends on besides the value.
struct TextStyle {
  std::string_view time_zone = "UTC";  // for timestamptz
};

// Appends the text of a value that is not NULL.
void append_text(const Type& type, const Datum& datum, const TextStyle& style, std::string& out);
std::string to_text(const Type& type, const Datum& datum, const TextStyle& style = {});

// Without blanks and ends of lines around it.
std::string_view trimmed(std::string_view text);
// The value that a text means; errors as PostgreSQL words them (22P02, 22003, 22007, 22008).
SqlResult<Value> from_text(const Type& type, std::string_view text, const TextStyle& style = {});

}  // namespace levada::query
