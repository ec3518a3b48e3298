#pragma once
// What CREATE TABLE and CREATE SOURCE may say of columns and of keys that come twice.

#include "query/sql_error.h"
#include "sql/statement.h"
#include "streaming/objects.h"

namespace levada::streaming {

// Each name once, and not too many.
query::SqlResult<Unit> check_columns(const Relation& relation);

Conflict conflict_of(const sql::CreateTable& create);

}  // namespace levada::streaming
