// What a new view, sink or feed of a table begins with: the rows that its relations have.

#include <algorithm>

#include "streaming/definition.h"
#include "streaming/engine.h"

namespace levada::streaming {

using query::Delta;
using query::Evaluation;
using query::RelationDelta;
using query::SessionFacts;

namespace {

constexpr std::size_t rows_a_breath = 512;

// Lets the reactor's others run, until nobody wants the new view or there is no room for it.
class FillBreath final : public query::Breath {
 public:
  FillBreath(const Engine& engine, const Engine::Stopped& stopped, io::Slices& slices)
      : engine_(engine), stopped_(stopped), slices_(slices) {}
  std::optional<SqlError> draw() override {
    slices_.pause_if_due();
    if (auto room = engine_.check_memory(); !room) return room.error();
    return stopped_ ? stopped_() : std::nullopt;
  }

 private:
  const Engine& engine_;
  const Engine::Stopped& stopped_;
  io::Slices& slices_;
};

bool wants_snapshot(const Object& object) {
  if (object.sink == nullptr) return true;
  const auto& options = object.sink->definition.options;
  return std::none_of(options.begin(), options.end(), [](const auto& option) {
    return option.first == "snapshot" && option.second == "false";
  });
}

}  // namespace

// Nothing is applied meanwhile: whoever writes waits for the definition, whoever reads does not.
SqlResult<Unit> Engine::fill(Change& change, const Decision& decision, const Stopped& stopped,
                             io::Slices& slices) {
  FillBreath breath(*this, stopped, slices);
  for (const auto& object : change.added)
    ATTEMPT(fill(*object, decision.epoch, decision.time, &breath));
  return Unit{};
}

// A new view begins with what its relations have: its circuit's first change is their rows.
SqlResult<Unit> Engine::fill(Object& object, std::uint64_t epoch, std::int64_t time,
                             query::Breath* breath) {
  object.filled = true;
  const auto in_breaths = [&](auto& store, const Delta& rows) -> SqlResult<Unit> {
    for (std::size_t i = 0; i < rows.size(); i += rows_a_breath) {
      const std::span<const query::Change> all(rows);
      store.apply(all.subspan(i, std::min(rows_a_breath, rows.size() - i)));
      if (breath == nullptr) continue;
      if (auto why = breath->draw()) return tl::make_unexpected(std::move(*why));
    }
    return Unit{};
  };
  if (object.index != nullptr)
    if (const Object* indexed = catalog_.find(object.indexed))
      return in_breaths(*object.index, rows_of(*indexed->relation));
  if (object.circuit == nullptr) return Unit{};
  SessionFacts facts;
  facts.now = time;
  facts.seed = epoch;
  facts.watermarks = &watermarks_;
  facts.breath = breath;
  Evaluation evaluation(facts, Evaluation::Mode::lenient);
  std::vector<Delta> deltas;
  deltas.reserve(object.reads.size());
  std::vector<RelationDelta> changes;
  for (const RelationId id : object.reads) {
    const Object* from = catalog_.find(id);
    if (from == nullptr) continue;
    deltas.push_back(rows_of(*from->relation));
    changes.push_back({id, &deltas.back()});
  }
  Delta delta = ATTEMPT(object.circuit->step(changes, evaluation));
  if (object.bag == nullptr) {
    if (wants_snapshot(object)) object.first_changes = std::move(delta);
    return Unit{};
  }
  return in_breaths(*object.bag, delta);
}

// Restored: its rows were put out before the checkpoint, only what it remembers is made again.
void Engine::backfill(Object& object, Restored restored) {
  if (object.circuit == nullptr && object.index == nullptr) return;
  fill_postponed();  // it may read them
  if (!object.filled) {
    const auto filled = fill(object, epoch_, time_, nullptr);
    CHECK(filled.has_value(), "a view's errors are lenient");
  }
  Delta delta = std::exchange(object.first_changes, {});
  if (restored == Restored::yes) return;
  if (object.sink != nullptr) feed_sink(object, std::move(delta), time_);
  if (object.into != nullptr) {
    SessionFacts facts;
    facts.now = time_;
    facts.seed = epoch_;
    Arrival arrival;
    feed_table(object, delta, facts, arrival);
    run_circuits(std::move(arrival), time_);
  }
}

}  // namespace levada::streaming
