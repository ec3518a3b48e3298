#include "server/server_state.h"

#include "server/version.h"

namespace levada::server {

ServerState::ServerState(const Configuration& configuration, std::uint32_t reactors,
                         UnixMillis started)
    : log_failed_(reactors) {
  overview_ = {.version = std::string(version()),
               .started = started,
               .region = configuration.region,
               .data_dir = configuration.data_dir,
               .durability = configuration.durability == Durability::fsync ? "fsync" : "os",
               .reactors = reactors,
               .listeners = {}};
}

void ServerState::listening(std::string name, std::string address) {
  const std::lock_guard guard(lock_);
  overview_.listeners.push_back({std::move(name), std::move(address)});
}

console::Health ServerState::health() const {
  for (const std::atomic<bool>& failed : log_failed_)
    if (failed.load(std::memory_order_relaxed))
      return {.ready = false, .reason = "the disk failed; see the event log, then restart"};
  switch (phase_.load(std::memory_order_acquire)) {
    case Phase::starting:
      return {.ready = false, .reason = "starting"};
    case Phase::recovering:
      return {.ready = false, .reason = "recovering what was stored"};
    case Phase::ready:
      return {.ready = true, .reason = {}};
    case Phase::stopping:
      return {.ready = false, .reason = "stopping"};
  }
  CHECK(false);
  return {};
}

}  // namespace levada::server
