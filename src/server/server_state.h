#pragma once
// ServerState: what the server knows about itself, for the console. Written by the thread that
// builds and stops, read by the console's reactor; hence atomics and a lock.

#include <atomic>
#include <mutex>
#include <vector>

#include "console/console.h"
#include "io/reactor.h"
#include "server/configuration.h"

namespace levada::server {

enum class Phase : std::uint8_t { starting, recovering, ready, stopping };

class ServerState final : public console::ServerView {
 public:
  ServerState(const Configuration& configuration, std::uint32_t reactors, UnixMillis started);

  void enter(Phase phase) { phase_.store(phase, std::memory_order_release); }
  void listening(std::string name, std::string address);
  // From that reactor. A journal that failed takes nothing any more: never undone.
  void log_health(io::ReactorIndex reactor, bool healthy) {
    if (!healthy) log_failed_[reactor.value()].store(true, std::memory_order_relaxed);
  }

  console::Health health() const override;
  console::Overview overview() const override {
    const std::lock_guard guard(lock_);
    return overview_;
  }

 private:
  std::atomic<Phase> phase_{Phase::starting};
  std::vector<std::atomic<bool>> log_failed_;  // by reactor
  mutable std::mutex lock_;
  console::Overview overview_;  // under lock_
};

}  // namespace levada::server
