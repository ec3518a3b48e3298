#include "streaming/source_scan.h"

#include "streaming/own_source.h"
#include "streaming/stored_rows.h"

namespace levada::streaming {

namespace {

using query::refuse;

constexpr std::size_t batch_rows_max = 16'384;

}  // namespace

Task<SqlResult<Unit>> SourceScan::read(query::Plan plan, Engine::Stopped stopped) {
  for (const auto& relation : query::relations(plan)) {
    if (!is_stream(engine_.catalog(), *relation) || rows_.contains(relation->id)) continue;
    const SqlResult<Unit> done = co_await read_one(relation->id, stopped);
    if (!done) co_return done;
  }
  co_return SqlResult<Unit>(Unit{});
}

const query::Delta* SourceScan::rows_of(RelationId id) const {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : &found->second;
}

Task<SqlResult<Unit>> SourceScan::read_one(RelationId id, Engine::Stopped stopped) {
  const Object* object = engine_.catalog().find(id);
  const SourceDefinition definition = object->source->definition;
  const std::shared_ptr<const Relation> relation = object->relation;
  SourceConnector* connector = nullptr;
  for (const auto& [option, value] : definition.options)
    if (option == "connector") connector = engine_.source_connector(value);
  if (connector == nullptr)
    co_return SqlResult<Unit>(
        refuse(query::sqlstate::feature_not_supported, "the source's connector is not there"));
  const std::unique_ptr<SourceReader> reader = connector->start(definition, {});
  SqlResult<Unit> result = Unit{};
  query::Delta& rows = rows_[id];
  while (result) {
    const Result<std::optional<SourceBatch>> taken = co_await outcome(reader->rest(batch_rows_max));
    if (!taken) {
      const bool endless = taken.error().kind == ErrorKind::invalid;
      result = refuse(endless ? query::sqlstate::feature_not_supported : "58000",
                      "source \"" + relation->name + "\": " + taken.error().message);
      break;
    }
    if (const std::optional<SourceBatch>& batch = *taken) {
      if (batch->rows.empty() && batch->positions.empty()) break;
      Input input = sourced_rows(engine_, relation, batch->rows, facts_);
      std::move(input.changes.begin(), input.changes.end(), std::back_inserter(rows));
    }
    if (auto why = stopped()) result = tl::make_unexpected(std::move(*why));
    if (result) result = engine_.check_memory();
  }
  // Its last word: nothing of it runs any more.
  reader->stop();
  (void)co_await outcome(reader->next(batch_rows_max));
  co_return result;
}

}  // namespace levada::streaming
