#pragma once
// ALTER of what others read: the texts that name a relation by its old name, and tables whose
// columns come and go beneath views that keep theirs.

#include "sql/statement.h"
#include "streaming/definition.h"

namespace levada::streaming {

// Every definition that has another text once the relations are renamed: their own, and those of
// their readers.
std::vector<Retexted> retexted(Catalog& catalog, const std::vector<Renamed>& renamed,
                               const Definition& definition);

// ALTER TABLE … ADD, DROP and ALTER COLUMN, ADD PRIMARY KEY. Without a table: IF [NOT] EXISTS
// leaves nothing to do.
query::SqlResult<Altered> altered(Engine& engine, const Object& table, const sql::Alter& alter,
                                  const Definition& definition);

}  // namespace levada::streaming
