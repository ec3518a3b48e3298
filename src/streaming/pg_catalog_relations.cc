// The rows of pg_catalog about tables and views: pg_class, pg_attribute, pg_attrdef, pg_index,
// pg_constraint.

#include <algorithm>

#include "streaming/pg_catalog_relations.h"

namespace levada::streaming {

namespace {

using query::Datum;
using query::Relation;
using query::RelationColumn;
using query::Type;
using query::TypeKind;

std::string_view relkind(RelationKind kind) {
  switch (kind) {
    case RelationKind::source:
      return "x";
    case RelationKind::view:
    case RelationKind::system:
      return "v";
    case RelationKind::materialized_view:
      return "m";
    case RelationKind::index:
      return "i";
    case RelationKind::sink:
      return "s";
    case RelationKind::table:
      break;
  }
  return "r";
}

std::size_t visible_columns(const Relation& relation) {
  return static_cast<std::size_t>(std::count_if(relation.columns.begin(), relation.columns.end(),
                                                [](const auto& column) { return !column.hidden; }));
}

// What PostgreSQL's attnum is: hidden columns do not count.
std::int64_t attribute_number(const Relation& relation, std::size_t column) {
  std::int64_t at = 0;
  for (std::size_t i = 0; i <= column; ++i) at += relation.columns[i].hidden ? 0 : 1;
  return at;
}

struct Class {
  std::int64_t oid = 0;
  std::string name;
  std::string_view kind;
  std::size_t columns = 0;
  bool has_index = false;
};

void add_class(const DatabaseView& view, Rows& rows, const Object& object, const Class& one) {
  const Relation& relation = *object.relation;
  const bool index = one.kind == "i";
  rows.add({{"oid", Datum::of(one.oid)},
            {"relname", Datum::of(one.name)},
            {"relnamespace", Datum::of(schema_oid(view, relation.schema))},
            {"relowner", Datum::of(user_oid(view, object.owner))},
            {"relam", Datum::of(index             ? btree_oid
                                : one.kind == "v" ? 0
                                                  : heap_oid)},
            {"relfilenode", Datum::of(one.oid)},
            {"reltuples", Datum::of(-1.0)},
            {"relhasindex", Datum::of(one.has_index)},
            {"relpersistence", Datum::of("p")},
            {"relkind", Datum::of(one.kind)},
            {"relnatts", number(one.columns)},
            {"relispopulated", Datum::of(true)},
            {"relreplident", Datum::of(index ? "n" : "d")}});
}

}  // namespace

void fill_classes(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    const Relation& relation = *object.relation;
    bool has_index = has_declared_key(relation);
    if (has_index)
      add_class(
          view, rows, object,
          {oid_of(relation) + key_index_offset, relation.name + "_pkey", "i", relation.key.size()});
    each_object(view, [&](const Object& other) {
      has_index = has_index ||
                  (other.relation->kind == RelationKind::index && other.indexed == relation.id);
    });
    add_class(view, rows, object,
              {oid_of(relation), relation.name, relkind(relation.kind), visible_columns(relation),
               has_index});
  });
}

namespace {

void add_attribute(Rows& rows, std::int64_t relation, std::int64_t number,
                   const RelationColumn& column) {
  const Type& type = column.type;
  const bool text = type.kind() == TypeKind::varchar && !type.is(query::TypeKind::list);
  rows.add(
      {{"attrelid", Datum::of(relation)},
       {"attname", Datum::of(column.name)},
       {"atttypid", Datum::of(query::sized_oid(type, column.size))},
       {"attstattarget", Datum::of(-1)},
       {"attlen", Datum::of(std::int64_t{type.length()})},
       {"attnum", Datum::of(number)},
       {"attndims", Datum::of(type.is(query::TypeKind::list) ? 1 : 0)},
       {"attcacheoff", Datum::of(-1)},
       {"atttypmod", Datum::of(std::int64_t{column.size.modifier})},
       {"attbyval", Datum::of(type.length() > 0)},
       {"attalign", Datum::of("i")},
       {"attstorage", Datum::of(type.length() > 0 ? "p" : "x")},
       {"attnotnull", Datum::of(column.not_null)},
       {"atthasdef", Datum::of(column.default_value != nullptr || column.generated != nullptr)},
       {"attgenerated", Datum::of(column.generated != nullptr ? "s" : "")},
       {"attislocal", Datum::of(true)},
       {"attcollation", Datum::of(text ? default_collation_oid : 0)}});
}

}  // namespace

void fill_attributes(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    const Relation& relation = *object.relation;
    std::int64_t number = 0;
    for (const RelationColumn& column : relation.columns)
      if (!column.hidden) add_attribute(rows, oid_of(relation), ++number, column);
    if (!has_declared_key(relation)) return;
    number = 0;
    for (const std::size_t key : relation.key)
      add_attribute(rows, oid_of(relation) + key_index_offset, ++number, relation.columns[key]);
  });
}

// The texts of defaults, as EXPLAIN writes expressions. What generated columns are made of is not
// told: it names columns of the row.
void fill_defaults(const DatabaseView& view, Rows& rows) {
  std::int64_t oid = default_offset;
  each_object(view, [&](const Object& object) {
    std::int64_t number = 0;
    for (const RelationColumn& column : object.relation->columns) {
      if (column.hidden) continue;
      ++number;
      if (column.default_value == nullptr) continue;
      const std::string written = query::text(*column.default_value);
      rows.add({{"oid", Datum::of(++oid)},
                {"adrelid", Datum::of(oid_of(*object.relation))},
                {"adnum", Datum::of(number)},
                {"adbin", Datum::of(written)}});
    }
  });
}

namespace {

std::vector<Datum> key_numbers(const Relation& relation) {
  std::vector<Datum> numbers;
  for (const std::size_t column : relation.key)
    numbers.push_back(Datum::of(attribute_number(relation, column)));
  return numbers;
}

void add_index(Rows& rows, std::int64_t index, std::int64_t table,
               const std::vector<Datum>& numbers, bool primary) {
  const auto count = static_cast<std::int64_t>(numbers.size());
  rows.add({{"indexrelid", Datum::of(index)},
            {"indrelid", Datum::of(table)},
            {"indnatts", Datum::of(count)},
            {"indnkeyatts", Datum::of(count)},
            {"indisunique", Datum::of(primary)},
            {"indisprimary", Datum::of(primary)},
            {"indimmediate", Datum::of(true)},
            {"indisvalid", Datum::of(true)},
            {"indisready", Datum::of(true)},
            {"indislive", Datum::of(true)},
            {"indkey", Datum::of(std::span<const Datum>(numbers))}});
}

}  // namespace

void fill_index_keys(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    const Relation& relation = *object.relation;
    if (has_declared_key(relation))
      add_index(rows, oid_of(relation) + key_index_offset, oid_of(relation), key_numbers(relation),
                true);
    if (relation.kind != RelationKind::index) return;
    const Object* table = view.catalog().find(object.indexed);
    std::vector<Datum> numbers;
    for (const RelationColumn& column : relation.columns) {
      std::int64_t at = 0;  // an expression
      for (std::size_t i = 0; table != nullptr && i < table->relation->columns.size(); ++i)
        if (table->relation->columns[i].name == column.name)
          at = attribute_number(*table->relation, i);
      numbers.push_back(Datum::of(at));
    }
    add_index(rows, oid_of(relation), static_cast<std::int64_t>(object.indexed.value()), numbers,
              false);
  });
}

void fill_constraints(const DatabaseView& view, Rows& rows) {
  each_object(view, [&](const Object& object) {
    const Relation& relation = *object.relation;
    if (!has_declared_key(relation)) return;
    const std::vector<Datum> numbers = key_numbers(relation);
    rows.add({{"oid", Datum::of(oid_of(relation) + key_constraint_offset)},
              {"conname", Datum::of(relation.name + "_pkey")},
              {"connamespace", Datum::of(schema_oid(view, relation.schema))},
              {"contype", Datum::of("p")},
              {"convalidated", Datum::of(true)},
              {"conrelid", Datum::of(oid_of(relation))},
              {"conindid", Datum::of(oid_of(relation) + key_index_offset)},
              {"conislocal", Datum::of(true)},
              {"conkey", Datum::of(std::span<const Datum>(numbers))}});
  });
}

}  // namespace levada::streaming
