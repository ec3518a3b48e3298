#pragma once
// Objects: the relations of the SQL engine with their state, and the catalog that finds them by
// name. Changes only while a decision is applied.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/circuit.h"
#include "query/plan.h"
#include "query/relation.h"
#include "streaming/outbox.h"
#include "streaming/privileges.h"
#include "streaming/row_store.h"
#include "streaming/sink.h"
#include "streaming/source.h"
#include "streaming/watermark_filter.h"

namespace levada::streaming {

using query::Relation;
using query::RelationId;
using query::RelationKind;

// What an INSERT of a key that is there does.
enum class Conflict : std::uint8_t { overwrite, ignore, if_not_null };

struct SinkFeed {
  explicit SinkFeed(Outboxes& outboxes) : outbox(outboxes) {}

  SinkDefinition definition;
  Outbox outbox;
  std::uint64_t acknowledged = 0;  // as decided
  std::string position;            // where that ends, as the sink says
  bool paused = false;
  std::unique_ptr<Sink> sink;       // while running
  std::optional<Millis> retention;  // of a subscription: nobody takes what is in its outbox
};

// A sink INTO a table of this catalog: its plan puts out rows of that table.
struct TableFeed {
  RelationId target;
  bool append_only = false;  // what the query takes back stays
};

struct SourceError {
  std::int64_t time = 0;  // of the epoch, microseconds since 1970-01-01
  std::string text;

  auto fields() { return std::tie(time, text); }
};

struct SourceFeed {
  SourceDefinition definition;
  std::map<std::string, std::string> positions;
  std::unique_ptr<SourceReader> reader;  // while running
  std::uint64_t rows = 0, skipped_rows = 0;
  bool rows_made = false;                   // it is known whether they are made by:
  std::unique_ptr<RowGenerator> generator;  // for replay
  static constexpr std::size_t errors_max = 1'000;
  std::deque<SourceError> errors;  // the latest

  // What a checkpoint has.
  auto fields() { return std::tie(positions, rows, skipped_rows, errors); }
};

struct Object {
  std::shared_ptr<const Relation> relation;
  std::string text;  // the statement that made it
  std::string owner;
  std::map<std::size_t, std::string> comments;  // 0: its own; n: of the n-th column
  std::vector<RelationId> reads;                // what it was made from
  std::vector<RelationId> views;                // that its text names; reads has what they read
  std::unique_ptr<KeyedStore> rows;             // of a table
  std::unique_ptr<BagStore> bag;                // of a materialized view
  std::unique_ptr<WatermarkFilter> watermark;
  std::unique_ptr<query::Circuit> circuit;  // of a materialized view or a sink
  query::Plan plan;
  Conflict conflict = Conflict::overwrite;
  std::vector<std::size_t> versions;  // WITH VERSION COLUMN
  std::unique_ptr<SinkFeed> sink;
  std::unique_ptr<SourceFeed> source;
  std::unique_ptr<TableFeed> into;
  RelationId indexed;               // of an index: its table or view
  std::unique_ptr<RowIndex> index;  // of one over plain columns
  // Of a hidden source (own_source.h): whose stream it is, and who reads it. It has no name.
  RelationId source_of, reader;
  // Not in the catalog yet, but its state has what its relations have; with what a sink begins.
  bool filled = false;
  query::Delta first_changes;

  bool is_hidden() const { return reader != RelationId(); }
  bool is_subscription() const { return sink != nullptr && sink->retention.has_value(); }
};

struct Change;  // definition.h

// Rows of a system relation, made when it is read: those about one database.
using SystemRows = std::function<query::Delta(std::string_view database)>;

// ALTER DATABASE … OWNER TO, as an option.
inline constexpr std::string_view owner_option = "owner";

// CREATE SECRET: what an option's value `secret name` stands for.
struct Secret {
  std::uint32_t id = 0;
  std::string owner;
  std::string value;
};

// Names of one database know nothing of the others'.
struct Database {
  std::uint32_t id = 0;
  std::string owner;
  std::map<std::string, std::string, std::less<>> options;  // resource_group and the like
  std::map<std::string, std::string, std::less<>> schemas;  // and their owners
};

class Catalog {
 public:
  struct Key {
    std::string database, schema, name;
    auto operator<=>(const Key&) const = default;
  };

  // The database that is always there has a schema "public", as every new one.
  explicit Catalog(std::string first_database);

  std::shared_ptr<const Relation> relation(std::string_view database, std::string_view schema,
                                           std::string_view name) const;
  bool has_schema(std::string_view database, std::string_view schema) const;

  Object* find(std::string_view database, std::string_view schema, std::string_view name);
  Object* find(RelationId id);
  const Object* find(RelationId id) const;
  const std::map<std::uint32_t, std::unique_ptr<Object>>& objects() const { return objects_; }
  std::vector<Object*> readers_of(RelationId id);  // those that name a view as well

  void add(std::unique_ptr<Object> object);
  std::unique_ptr<Object> remove(RelationId id);
  void rename(RelationId id, std::string schema, std::string name);
  void replace(std::shared_ptr<const Relation> relation);  // of the same id and name
  using Functions = std::vector<query::SqlFunction>;       // of one name
  std::span<const query::SqlFunction> functions(std::string_view database, std::string_view schema,
                                                std::string_view name) const;
  const std::map<Key, Functions>& functions() const { return functions_; }
  // In the place of the one with the same arguments, if there is one.
  void add_function(const std::string& database, query::SqlFunction function);
  void remove_function(const std::string& database, const query::SqlFunction& function);

  const std::map<std::string, Database, std::less<>>& databases() const { return databases_; }
  const Database* database(std::string_view name) const;
  Database* database(std::string_view name);
  void add_database(std::string name, Database database);
  void remove_database(const std::string& name);  // nothing is in it any more
  void rename_database(const std::string& from, const std::string& to);  // with all that is in it
  const std::map<Key, Secret>& secrets() const { return secrets_; }
  std::map<Key, Secret>& secrets() { return secrets_; }
  // ALTER SYSTEM SET: those that are not as they were at first.
  const std::map<std::string, std::string, std::less<>>& system_values() const {
    return system_values_;
  }
  std::map<std::string, std::string, std::less<>>& system_values() { return system_values_; }
  const Privileges& privileges() const { return privileges_; }
  Privileges& privileges() { return privileges_; }
  void rename_owner(const std::string& from, const std::string& to);
  // What of a change is names only: functions, schemas, databases.
  void perform(Change& change);

  std::uint32_t next_id() const { return next_id_; }
  void use_id(std::uint32_t id) { next_id_ = std::max(next_id_, id + 1); }
  std::uint32_t next_hidden_id() const { return next_hidden_id_; }
  std::uint64_t version() const { return version_; }  // rises with every change

  // pg_catalog and the like.
  void add_system(std::shared_ptr<const Relation> relation, SystemRows rows);
  const SystemRows* system_rows(RelationId id) const;

 private:
  static Key key_of(const Relation& relation) {
    return {relation.database, relation.schema, relation.name};
  }
  static constexpr std::uint32_t first_database_id = 1;
  static constexpr std::uint32_t first_id = 1'000'000;  // beyond what system relations use

  std::map<std::uint32_t, std::unique_ptr<Object>> objects_;  // made earlier first
  std::map<Key, std::uint32_t> by_name_;
  std::map<std::string, Database, std::less<>> databases_;
  std::map<Key, Functions> functions_;
  std::map<Key, Secret> secrets_;
  Privileges privileges_;
  std::map<std::string, std::string, std::less<>> system_values_;
  std::map<Key, std::shared_ptr<const Relation>> system_;
  std::map<std::uint32_t, SystemRows> system_rows_;
  static constexpr std::uint32_t first_hidden_id = std::uint32_t{1} << 31;
  std::uint32_t next_id_ = first_id;
  std::uint32_t next_hidden_id_ = first_hidden_id;
  std::uint64_t version_ = 1;
};

std::string_view name_of(RelationKind kind);  // "table", "materialized view"

}  // namespace levada::streaming
