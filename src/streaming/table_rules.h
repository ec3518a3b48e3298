#pragma once
// What CREATE TABLE and CREATE SOURCE may say of columns and of keys that come twice.

#include "query/sql_error.h"
#include "sql/statement.h"
#include "streaming/objects.h"

namespace levada::streaming {

// Each name once, and not too many.
query::SqlResult<Unit> check_columns(const Relation& relation);
// Lists, structures and maps in each other, so deep that rows can be read back. Errors: 54001.
query::SqlResult<Unit> check_depth(const query::Type& type);

Conflict conflict_of(const sql::CreateTable& create);

}  // namespace levada::streaming
