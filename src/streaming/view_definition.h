#pragma once
// CREATE VIEW: the columns of a view, and a plain view that takes another's place.

#include <memory>

#include "sql/statement.h"
#include "streaming/definition.h"

namespace levada::streaming {

// As the query names them, or as the statement does.
query::SqlResult<Unit> add_view_columns(const sql::CreateView& create, const query::Plan& plan,
                                        Relation& relation);

// CREATE OR REPLACE VIEW: what reads the old view finds its columns in the new one, in the same
// places. Materialized views and sinks above it stay what they were made as, so that they refuse.
query::SqlResult<Change> in_place_of(Catalog& catalog, const Object& old,
                                     std::unique_ptr<Object> made);

}  // namespace levada::streaming
