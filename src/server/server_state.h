#pragma once
// ServerState: what the server knows about itself, for the console. Written by the thread that
// builds and stops, read by the console's reactor; hence only whole values behind atomics.

#include <array>
#include <atomic>

#include "console/console.h"
#include "server/configuration.h"

namespace levada::server {

enum class Phase : std::uint8_t { starting, recovering, ready, stopping };

class ServerState final : public console::ServerView {
 public:
  ServerState(const Configuration& configuration, std::uint32_t reactors, UnixMillis started);

  void enter(Phase phase) { phase_.store(phase, std::memory_order_release); }
  // Before the console is opened, or on its reactor.
  void listening(std::string name, std::string address);
  // From any reactor: a log failed and takes nothing any more. Never undone.
  void log_failed() { failed_logs_.fetch_add(1, std::memory_order_relaxed); }

  console::Health health() const override;
  console::Overview overview() const override { return overview_; }

 private:
  std::atomic<Phase> phase_{Phase::starting};
  std::atomic<std::uint32_t> failed_logs_{0};
  console::Overview overview_;
};

}  // namespace levada::server
