#pragma once
// Definitions: what CREATE, DROP and ALTER will do to the catalog, checked and built before it is
// decided. Replay builds the same from the same text.

#include <string>
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

struct Change {
  std::vector<std::unique_ptr<Object>> added;
  std::vector<RelationId> removed;
  std::vector<Renamed> renamed;
  std::vector<std::string> schemas_added, schemas_removed;
  // ALTER SINK: new options, or paused.
  RelationId sink;
  std::vector<std::pair<std::string, std::string>> sink_options;
  std::optional<bool> pause;
  std::string notice;  // "… already exists, skipping": nothing else is in it

  bool empty() const {
    return added.empty() && removed.empty() && renamed.empty() && schemas_added.empty() &&
           schemas_removed.empty() && sink == RelationId();
  }
};

query::SqlResult<Change> change_of(Engine& engine, const Definition& definition);

}  // namespace levada::streaming
