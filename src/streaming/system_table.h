#pragma once
// How the relations of the system catalogs are written down: a name, columns, and what makes the
// rows. Rows name only the columns that Levada has something to say about.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "streaming/engine.h"

namespace levada::streaming {

class RowsOfSystemTable {
 public:
  explicit RowsOfSystemTable(const std::vector<query::RelationColumn>& columns);

  using Named = std::pair<std::string_view, query::Datum>;
  // Columns that are not named are 0, false or NULL.
  void add(std::initializer_list<Named> values);
  query::Delta take() { return std::move(delta_); }

 private:
  const std::vector<query::RelationColumn>& columns_;
  std::vector<query::Datum> unsaid_;
  query::Delta delta_;
};

using Rows = RowsOfSystemTable;

// The engine as seen from one database.
class DatabaseView {
 public:
  DatabaseView(Engine& engine, std::string_view database) : engine_(engine), database_(database) {}

  Engine& engine() const { return engine_; }
  const Catalog& catalog() const { return engine_.catalog(); }
  const std::string& database() const { return database_; }
  std::vector<std::string> schemas() const;

 private:
  Engine& engine_;
  std::string database_;
};

struct SystemTable {
  std::string_view schema, name;
  std::string_view columns;  // "name type, name type"; type "char": varchar, "" where not said
  void (*fill)(const DatabaseView&, Rows&) = nullptr;  // none: no rows
};

std::span<const SystemTable> pg_catalog_tables();
std::span<const SystemTable> information_schema_tables();
std::span<const SystemTable> rw_catalog_tables();
std::span<const SystemTable> rw_server_tables();

// What PostgreSQL gives its namespaces; those made by CREATE SCHEMA follow first_schema_oid.
inline constexpr std::int64_t pg_catalog_oid = 11, public_oid = 2200,
                              information_schema_oid = 13000;
inline constexpr std::int64_t first_schema_oid = 16'384;
inline constexpr std::int64_t root_oid = 10;

std::int64_t schema_oid(const DatabaseView& view, std::string_view schema);
std::int64_t user_oid(const DatabaseView& view, std::string_view user);  // root's: nobody known
inline std::int64_t oid_of(const query::Relation& relation) { return relation.id.value(); }

// A declared primary key is an index and a constraint to PostgreSQL's tools.
inline constexpr std::int64_t key_index_offset = 1'000'000'000;
inline constexpr std::int64_t key_constraint_offset = 1'200'000'000;
inline constexpr std::int64_t default_offset =
    1'400'000'000;  // of what is counted, not of relations
bool has_declared_key(const query::Relation& relation);

// What pg_get_viewdef, pg_get_indexdef and pg_get_constraintdef say; empty: no such thing.
std::string definition_by_oid(const Catalog& catalog, std::int64_t oid);

template <class Visit>
void each_object(const DatabaseView& view, const Visit& visit) {
  for (const auto& [id, object] : view.catalog().objects())
    if (!object->is_hidden() && object->relation->database == view.database()) visit(*object);
}

inline query::Datum number(std::uint64_t value) {
  return query::Datum::of(static_cast<std::int64_t>(value));
}

}  // namespace levada::streaming
