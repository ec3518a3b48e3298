#include "server/health_watch.h"

namespace levada::server {
namespace {

constexpr Nanos watch_interval = std::chrono::seconds(1);

Task<Unit> begin(Upkeep& upkeep) {
  upkeep.start();
  co_return Unit{};
}

Task<Unit> look(const LogFloor& logs, ServerState& state, io::ReactorIndex index) {
  state.log_health(index, logs.healthy(index));
  co_return Unit{};
}

}  // namespace

HealthWatch::HealthWatch(IoFloor& ground, const LogFloor& logs, ServerState& state)
    : reactors_(*ground.reactors) {
  for (std::uint32_t n = 0; n < ground.size(); ++n) {
    const io::ReactorIndex index(n);
    watches_.push_back(
        std::make_unique<Upkeep>(reactors_.at(index), watch_interval,
                                 [&logs, &state, index] { return look(logs, state, index); }));
    (void)reactors_.run(index, [&] { return begin(*watches_.back()); });
  }
}

void HealthWatch::stop() {
  for (std::uint32_t n = 0; n < watches_.size(); ++n)
    (void)reactors_.run(io::ReactorIndex(n), [&] { return watches_[n]->stop(); });
}

}  // namespace levada::server
