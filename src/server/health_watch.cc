#include "server/health_watch.h"

#include "io/real/process.h"

namespace levada::server {
namespace {

constexpr Nanos watch_interval = std::chrono::seconds(1);

Task<Unit> begin(Upkeep& upkeep) {
  upkeep.start();
  co_return Unit{};
}

// What the journals of a reactor had done when it was last looked at.
struct Rest {
  std::uint64_t work_done = 0;
  bool memory_given_back = false;
};

Task<Unit> look(LogFloor& logs, ServerState& state, io::ReactorIndex index, Rest& rest) {
  state.log_health(index, logs.healthy(index));
  const std::uint64_t work_done = logs.work_done(index);
  const bool at_rest = work_done == rest.work_done;
  if (at_rest && !rest.memory_given_back) {
    logs.drop_idle_memory(index);
    io::give_memory_back();
  }
  rest = {work_done, at_rest};
  co_return Unit{};
}

}  // namespace

HealthWatch::HealthWatch(IoFloor& ground, LogFloor& logs, ServerState& state)
    : reactors_(*ground.reactors) {
  for (std::uint32_t n = 0; n < ground.size(); ++n) {
    const io::ReactorIndex index(n);
    watches_.push_back(std::make_unique<Upkeep>(reactors_.at(index), watch_interval,
                                                [&logs, &state, index, rest = Rest{}]() mutable {
                                                  return look(logs, state, index, rest);
                                                }));
    (void)reactors_.run(index, [&] { return begin(*watches_.back()); });
  }
}

void HealthWatch::stop() {
  for (std::uint32_t n = 0; n < watches_.size(); ++n)
    (void)reactors_.run(io::ReactorIndex(n), [&] { return watches_[n]->stop(); });
}

}  // namespace levada::server
