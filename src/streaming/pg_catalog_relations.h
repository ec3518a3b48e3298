#pragma once
// What fills those relations of pg_catalog that tell of tables, views, indexes and their columns.

#include "streaming/system_table.h"

namespace levada::streaming {

inline constexpr std::int64_t btree_oid = 403, heap_oid = 2, default_collation_oid = 100;

// pg_type.typname: "int4", "_varchar"; "bpchar" of char(n).
std::string type_name(const query::Type& type, const query::TypeSize& size);

void fill_classes(const DatabaseView& view, Rows& rows);
void fill_attributes(const DatabaseView& view, Rows& rows);
void fill_defaults(const DatabaseView& view, Rows& rows);
void fill_index_keys(const DatabaseView& view, Rows& rows);
void fill_constraints(const DatabaseView& view, Rows& rows);

}  // namespace levada::streaming
