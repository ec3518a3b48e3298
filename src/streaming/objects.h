#pragma once
// Objects: the relations of the SQL engine with their state, and the catalog that finds them by
// name. Changes only while a decision is applied.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/circuit.h"
#include "query/plan.h"
#include "query/relation.h"
#include "streaming/row_store.h"
#include "streaming/sink.h"
#include "streaming/source.h"

namespace levada::streaming {

using query::Relation;
using query::RelationId;
using query::RelationKind;

// What an INSERT of a key that is there does.
enum class Conflict : std::uint8_t { overwrite, ignore, if_not_null };

struct SinkFeed {
  SinkDefinition definition;
  std::vector<std::shared_ptr<const SinkEpoch>> outbox;  // not acknowledged, oldest first
  std::uint64_t handed_over = 0;                         // the last epoch that the sink took
  std::uint64_t acknowledged = 0;                        // as decided
  std::string position;                                  // where that ends, as the sink says
  bool paused = false;
  std::unique_ptr<Sink> sink;  // while running
};

// A sink INTO a table of this catalog: its plan puts out rows of that table.
struct TableFeed {
  RelationId target;
  bool append_only = false;  // what the query takes back stays
};

struct SourceError {
  std::int64_t time = 0;  // of the epoch, microseconds since 1970-01-01
  std::string text;
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
};

struct Object {
  std::shared_ptr<const Relation> relation;
  std::string text;  // the statement that made it
  std::string owner;
  std::vector<RelationId> reads;            // what it was made from
  std::unique_ptr<KeyedStore> rows;         // of a table
  std::unique_ptr<BagStore> bag;            // of a materialized view
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
};

// Rows of a system relation, made when it is read.
using SystemRows = std::function<query::Delta()>;

class Catalog final : public query::RelationCatalog {
 public:
  Catalog();

  std::shared_ptr<const Relation> relation(std::string_view schema,
                                           std::string_view name) const override;
  bool has_schema(std::string_view schema) const override;

  Object* find(std::string_view schema, std::string_view name);  // empty schema: public
  Object* find(RelationId id);
  const Object* find(RelationId id) const;
  const std::map<std::uint32_t, std::unique_ptr<Object>>& objects() const { return objects_; }
  std::vector<Object*> readers_of(RelationId id);

  void add(std::unique_ptr<Object> object);
  std::unique_ptr<Object> remove(RelationId id);
  void rename(RelationId id, std::string schema, std::string name);
  void replace(std::shared_ptr<const Relation> relation);  // of the same id and name
  const query::SqlFunction* function(std::string_view schema, std::string_view name) const override;
  void add_function(query::SqlFunction function);
  void remove_function(const std::string& schema, const std::string& name);
  void add_schema(std::string name) { schemas_.insert(std::move(name)); }
  void remove_schema(const std::string& name) { schemas_.erase(name); }
  const std::set<std::string, std::less<>>& schemas() const { return schemas_; }

  std::uint32_t next_id() const { return next_id_; }
  std::uint32_t next_hidden_id() const { return next_hidden_id_; }
  std::uint64_t version() const { return version_; }  // rises with every change

  // pg_catalog and the like.
  void add_system(std::shared_ptr<const Relation> relation, SystemRows rows);
  const SystemRows* system_rows(RelationId id) const;

 private:
  using Key = std::pair<std::string, std::string>;
  static constexpr std::uint32_t first_id = 1'000'000;  // beyond what system relations use

  std::map<std::uint32_t, std::unique_ptr<Object>> objects_;  // made earlier first
  std::map<Key, std::uint32_t> by_name_;
  std::set<std::string, std::less<>> schemas_{"public"};
  std::map<Key, query::SqlFunction> functions_;
  std::map<Key, std::shared_ptr<const Relation>> system_;
  std::map<std::uint32_t, SystemRows> system_rows_;
  static constexpr std::uint32_t first_hidden_id = std::uint32_t{1} << 31;
  std::uint32_t next_id_ = first_id;
  std::uint32_t next_hidden_id_ = first_hidden_id;
  std::uint64_t version_ = 1;
};

std::string_view name_of(RelationKind kind);  // "table", "materialized view"

}  // namespace levada::streaming
