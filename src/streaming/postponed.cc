// Views that a replay made over rows that nobody has changed since. Computing them is most of what
// a start would take, and nobody needs them yet: they are filled when the engine is open.

#include <algorithm>

#include "base/check.h"
#include "streaming/engine.h"

namespace levada::streaming {

namespace {

class RestBreath final : public query::Breath {
 public:
  explicit RestBreath(io::Slices& slices) : slices_(slices) {}
  std::optional<SqlError> draw() override {
    slices_.pause_if_due();
    return std::nullopt;
  }

 private:
  io::Slices& slices_;
};

}  // namespace

bool Engine::is_postponed(RelationId id) const {
  return std::any_of(postponed_.begin(), postponed_.end(),
                     [&](const Postponed& one) { return one.view == id; });
}

// Not a view that changes by itself, nor one above such a view: only a table's input may end it.
bool Engine::postpone(const Object& object) {
  if (running_ || object.bag == nullptr || object.circuit == nullptr || object.filled) return false;
  if (object.circuit->follows_time() || object.circuit->follows_watermarks()) return false;
  const auto rests = [this](RelationId id) {
    const Object* from = catalog_.find(id);
    return from != nullptr && (from->rows != nullptr || is_postponed(id));
  };
  if (!std::all_of(object.reads.begin(), object.reads.end(), rests)) return false;
  postponed_.push_back({object.relation->id, epoch_, time_});
  return true;
}

void Engine::fill(const Postponed& one, query::Breath* breath) {
  Object* object = catalog_.find(one.view);
  CHECK(object != nullptr, "what is dropped was filled before");
  const auto filled = fill(*object, one.epoch, one.time, breath);
  CHECK(filled.has_value(), "a view's errors are lenient");
}

void Engine::fill_postponed() {
  for (; !postponed_.empty(); postponed_.pop_front()) fill(postponed_.front(), nullptr);
}

void Engine::fill_before_change_of(RelationId id) {
  const auto reads = [&](const Postponed& one) {
    const std::vector<RelationId>& all = catalog_.find(one.view)->reads;
    return std::find(all.begin(), all.end(), id) != all.end();
  };
  if (std::any_of(postponed_.begin(), postponed_.end(), reads)) fill_postponed();
}

// Nothing is decided meanwhile, and whoever reads such a view waits.
Task<Unit> Engine::fill_behind_start() {
  const auto fill_all = [this](io::Slices& slices) {
    RestBreath breath(slices);
    for (; !postponed_.empty(); postponed_.pop_front()) fill(postponed_.front(), &breath);
  };
  co_await io::yield(journal_.reactor);  // the server is ready first
  co_await io::in_slices(journal_.reactor, fill_all);
  filled_.notify_all();
  co_return Unit{};
}

Task<Unit> Engine::filled(query::Plan plan) {
  const auto relations = query::relations(plan);
  const bool reads = std::any_of(relations.begin(), relations.end(), [this](const auto& relation) {
    return is_postponed(relation->id);
  });
  if (reads) co_await all_filled();
  co_return Unit{};
}

Task<Unit> Engine::all_filled() {
  while (!postponed_.empty()) co_await filled_.wait();
  co_return Unit{};
}

}  // namespace levada::streaming
