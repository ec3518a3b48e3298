#pragma once
// The parser: SQL text to statements, in PostgreSQL's and RisingWave's grammar (streaming
// spec 4.1), by recursive descent; operators by precedence. Depth and size are bounded, so that no
// text can exhaust the stack. Errors are 42601 with PostgreSQL's words and the position.

#include <span>
#include <string_view>
#include <vector>

#include "query/sql_error.h"
#include "sql/statement.h"

namespace levada::sql {

// All statements of a text; none of an empty one.
query::SqlResult<std::vector<Statement>> parse(std::string_view text);

// A query alone, as definitions keep it, and a term alone, as defaults are kept.
query::SqlResult<std::shared_ptr<Query>> parse_query(std::string_view text);
query::SqlResult<TermRef> parse_term(std::string_view text);
// The words that are no names unless they are quoted, sorted.
std::span<const std::string_view> reserved_word_list();
// A type's name, as casts to regtype and the like give it at run time.
query::SqlResult<TypeName> parse_type(std::string_view text);

}  // namespace levada::sql
