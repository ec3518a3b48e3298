#pragma once
// SourceScan: a SELECT from a source without stored rows: the stream from its startup position up
// to what was there when it was asked, read for this statement alone.

#include <functional>
#include <map>
#include <optional>

#include "streaming/engine.h"

namespace levada::streaming {

class SourceScan {
 public:
  SourceScan(Engine& engine, query::SessionFacts facts)
      : engine_(engine), facts_(std::move(facts)) {}

  // Reads the streams that the plan reads. `stopped`: asked between batches.
  Task<SqlResult<Unit>> read(query::Plan plan, Engine::Stopped stopped);
  // nullptr: the relation is no stream.
  const query::Delta* rows_of(RelationId id) const;

 private:
  Task<SqlResult<Unit>> read_one(RelationId id, Engine::Stopped stopped);

  Engine& engine_;
  query::SessionFacts facts_;
  std::map<RelationId, query::Delta> rows_;
};

}  // namespace levada::streaming
