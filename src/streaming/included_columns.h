#pragma once
// The columns that INCLUDE adds to a source, and places of columns by their names.

#include <string>
#include <string_view>

#include "query/relation.h"
#include "query/sql_error.h"
#include "sql/statement.h"

namespace levada::streaming {

using query::Relation;

query::SqlResult<std::size_t> column_index(const Relation& relation, std::string_view name);
query::SqlResult<Unit> add_included(const sql::CreateTable& create, const std::string& connector,
                                    Relation& relation);

}  // namespace levada::streaming
