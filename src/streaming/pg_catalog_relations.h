#pragma once
// What fills those relations of pg_catalog that tell of tables, views, indexes and their columns.

#include "streaming/system_table.h"

namespace levada::streaming {

inline constexpr std::int64_t btree_oid = 403, heap_oid = 2, default_collation_oid = 100;

void fill_classes(Engine& engine, Rows& rows);
void fill_attributes(Engine& engine, Rows& rows);
void fill_index_keys(Engine& engine, Rows& rows);
void fill_constraints(Engine& engine, Rows& rows);

}  // namespace levada::streaming
