#include "streaming/system_catalog.h"

#include <algorithm>

#include "query/functions.h"
#include "streaming/shown_text.h"
#include "streaming/system_table.h"

namespace levada::streaming {

namespace {

using query::Datum;
using query::TypeKind;

constexpr std::uint32_t first_system_id = 12'000;  // where PostgreSQL's own relations end

std::vector<query::RelationColumn> columns_of(std::string_view text) {
  std::vector<query::RelationColumn> columns;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(", "), text.size());
    const std::string_view one = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 2, text.size()));
    const std::size_t blank = one.find(' ');
    const std::string_view type_name = one.substr(blank + 1);
    // PostgreSQL's "char" is one letter, or none; never NULL.
    const bool letter = type_name == "char";
    const auto type = letter ? TypeKind::varchar : query::type_of_name(type_name);
    CHECK(type.has_value());
    columns.push_back({std::string(one.substr(0, blank)), *type});
    columns.back().not_null = letter;
  }
  return columns;
}

std::string key_list(const query::Relation& relation, bool whole) {
  std::string out;
  for (const std::size_t column : relation.key)
    out += (out.empty() ? "" : ", ") + relation.columns[column].name;
  if (whole) return out;
  out.clear();
  for (const query::RelationColumn& column : relation.columns)
    out += (out.empty() ? "" : ", ") + column.name;
  return out;
}

}  // namespace

RowsOfSystemTable::RowsOfSystemTable(const std::vector<query::RelationColumn>& columns)
    : columns_(columns) {
  for (const query::RelationColumn& column : columns) {
    if (column.type.is(query::TypeKind::list))
      unsaid_.push_back(Datum::null());
    else if (column.type.kind() == TypeKind::boolean)
      unsaid_.push_back(Datum::of(false));
    else if (column.type.kind() == TypeKind::float4 || column.type.kind() == TypeKind::float8)
      unsaid_.push_back(Datum::of(0.0));
    else if (column.type.is_integer())
      unsaid_.push_back(Datum::of(0));
    else
      unsaid_.push_back(column.not_null ? Datum::of("") : Datum::null());
  }
}

void RowsOfSystemTable::add(std::initializer_list<Named> values) {
  std::vector<Datum> row = unsaid_;
  for (const auto& [name, value] : values) {
    const auto found = std::find_if(columns_.begin(), columns_.end(),
                                    [&](const auto& column) { return column.name == name; });
    CHECK(found != columns_.end());
    row[static_cast<std::size_t>(found - columns_.begin())] = value;
  }
  delta_.push_back({query::Row::of(row), 1});
}

std::vector<std::string> DatabaseView::schemas() const {
  std::vector<std::string> names;
  if (const Database* known = catalog().database(database_))
    for (const auto& [name, owner] : known->schemas) names.push_back(name);
  return names;
}

std::int64_t schema_oid(const DatabaseView& view, std::string_view schema) {
  if (schema == "public") return public_oid;
  if (schema == "pg_catalog") return pg_catalog_oid;
  if (schema == "information_schema") return information_schema_oid;
  std::int64_t oid = first_schema_oid;
  for (const std::string& one : view.schemas()) {
    ++oid;
    if (one == schema) return oid;
  }
  return 0;
}

std::int64_t user_oid(const DatabaseView& view, std::string_view user) {
  const User* known = view.catalog().privileges().user(user);
  return known == nullptr ? root_oid : known->id;
}

bool has_declared_key(const query::Relation& relation) {
  return relation.kind == RelationKind::table && !relation.key.empty() &&
         !relation.columns[relation.key.front()].hidden;
}

std::string definition_by_oid(const Catalog& catalog, std::int64_t oid) {
  const auto object_at = [&](std::int64_t id) -> const Object* {
    const auto found = catalog.objects().find(static_cast<std::uint32_t>(id));
    return found == catalog.objects().end() ? nullptr : found->second.get();
  };
  if (oid >= key_index_offset) {
    const bool constraint = oid >= key_constraint_offset;
    const Object* table = object_at(oid - (constraint ? key_constraint_offset : key_index_offset));
    if (table == nullptr) return {};
    const query::Relation& relation = *table->relation;
    const std::string key = "(" + key_list(relation, true) + ")";
    if (constraint) return "PRIMARY KEY " + key;
    return "CREATE UNIQUE INDEX " + relation.name + "_pkey ON " + relation.schema + "." +
           relation.name + " USING btree " + key;
  }
  const Object* object = object_at(oid);
  if (object == nullptr) return {};
  const query::Relation& relation = *object->relation;
  if (relation.kind == RelationKind::view) return relation.definition;
  const Object* table =
      relation.kind == RelationKind::index ? object_at(object->indexed.value()) : nullptr;
  if (table == nullptr) return shown_text(*object);
  return "CREATE INDEX " + relation.name + " ON " + table->relation->schema + "." +
         table->relation->name + " USING btree (" + key_list(relation, false) + ")";
}

void add_system_catalogs(Engine& engine) {
  std::uint32_t id = first_system_id;
  for (const auto tables : {pg_catalog_tables(), information_schema_tables(), rw_catalog_tables(),
                            rw_server_tables()}) {
    for (const SystemTable& table : tables) {
      auto relation = std::make_shared<Relation>();
      relation->id = RelationId(id++);
      relation->kind = RelationKind::system;
      relation->schema = table.schema;
      relation->name = table.name;
      relation->columns = columns_of(table.columns);
      relation->columns.push_back({"tableoid", TypeKind::int4, true});
      engine.catalog().add_system(
          relation, [&engine, relation, fill = table.fill](std::string_view database) {
            Rows rows(relation->columns);
            if (fill != nullptr) fill(DatabaseView(engine, database), rows);
            return rows.take();
          });
    }
  }
}

}  // namespace levada::streaming
