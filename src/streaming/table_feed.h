#pragma once
// CREATE SINK … INTO a table of the same catalog: what is checked, and the plan whose rows are the
// table's.

#include "query/sql_error.h"
#include "sql/binder.h"
#include "sql/statement.h"
#include "streaming/session_catalog.h"

namespace levada::streaming {

struct PlannedFeed {
  query::Plan plan;
  TableFeed feed;
};

query::SqlResult<PlannedFeed> table_feed(const sql::CreateSink& create, const Catalog& catalog,
                                         const SessionCatalog& names,
                                         const sql::BindOptions& options);

}  // namespace levada::streaming
