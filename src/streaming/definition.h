#pragma once
// Definitions: what CREATE, DROP and ALTER will do to the catalog, checked and built before it is
// decided. Replay builds the same from the same text.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "streaming/decision.h"
#include "streaming/objects.h"

namespace levada::streaming {

class Engine;

struct Renamed {
  RelationId id;
  std::string schema;
  std::string name;
};

// What ALTER makes of a text of an object.
struct Retexted {
  RelationId id;
  std::string text, definition;
};

// A table with other columns, and the plans that read it as if it had the old ones.
struct Altered {
  std::unique_ptr<Object> table;                 // without rows; its id stays
  std::vector<std::optional<std::size_t>> from;  // where each column was; none: it is new
  std::vector<std::pair<RelationId, query::Plan>> readers;
};

struct Change {
  std::vector<std::unique_ptr<Object>> added;
  std::vector<RelationId> removed;
  std::optional<RelationId> replaced;  // a removed sink whose deliveries the added one goes on with
  std::vector<Renamed> renamed;
  std::vector<Retexted> retexted;
  std::unique_ptr<Altered> altered;
  std::vector<query::SqlFunction> functions_added;
  std::vector<query::SqlFunction> functions_removed;
  // Of functions, schemas and comments: the database that they are in.
  std::string database;
  std::vector<std::pair<std::string, std::string>> schemas_added;  // name, owner
  std::vector<std::string> schemas_removed;
  std::vector<std::pair<std::string, Database>> databases_added;
  std::vector<std::string> databases_removed;
  // database, option, value; without one it goes back to its default.
  struct DatabaseOption {
    std::string database, name;
    std::optional<std::string> value;
  };
  std::vector<DatabaseOption> database_options;
  // Users, privileges, owners: changes of the catalog that need nothing else.
  std::vector<std::function<void(Catalog&)>> edits;
  // ALTER SINK: new options, or paused.
  RelationId sink;
  std::vector<std::pair<std::string, std::string>> sink_options;
  std::optional<bool> pause;
  std::string notice;  // "… already exists, skipping": nothing else is in it

  bool empty() const {
    return added.empty() && removed.empty() && renamed.empty() && altered == nullptr &&
           functions_added.empty() && functions_removed.empty() && schemas_added.empty() &&
           schemas_removed.empty() && databases_added.empty() && databases_removed.empty() &&
           database_options.empty() && edits.empty() && sink == RelationId();
  }
};

// What CREATE TABLE says, whether or not there is such a table.
query::SqlResult<std::unique_ptr<Object>> table_of(Engine& engine, const Definition& definition);

query::SqlResult<Change> change_of(Engine& engine, const Definition& definition);

}  // namespace levada::streaming
