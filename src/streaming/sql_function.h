#pragma once
// CREATE FUNCTION … LANGUAGE SQL: what is checked, and the term that stands for a call.

#include "query/relation.h"
#include "query/sql_error.h"
#include "sql/binder.h"
#include "sql/statement.h"

namespace levada::streaming {

query::SqlResult<query::SqlFunction> sql_function(const sql::CreateFunction& create,
                                                  const std::string& schema,
                                                  const query::RelationCatalog& names);

}  // namespace levada::streaming
