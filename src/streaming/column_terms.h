#pragma once
// What CREATE TABLE computes: defaults, generated columns, the watermark.

#include "sql/binder.h"
#include "sql/statement.h"

namespace levada::streaming {

// Into the relation, whose columns end with those of the statement.
query::SqlResult<Unit> add_column_terms(const sql::CreateTable& create,
                                        const query::RelationCatalog& names,
                                        const sql::BindOptions& options, query::Relation& relation);

}  // namespace levada::streaming
