#pragma once
// Floor 1: the journals, each on the reactor that owns it for life (docs/adr/0004).

#include <memory>
#include <vector>

#include "io/event_log.h"
#include "log/journals.h"
#include "log/local/local_log.h"
#include "server/build_io.h"

namespace levada::server {

class LogFloor {
 public:
  // Recovers what the data directory holds, or makes it. Errors name file and offset.
  static Result<std::unique_ptr<LogFloor>> build(const Configuration& configuration,
                                                 IoFloor& ground, io::EventLog& log,
                                                 MetricsRegistry& metrics);

  // A start that failed higher up, or in the second journal, leaves through here.
  ~LogFloor();
  LogFloor(const LogFloor&) = delete;
  LogFloor& operator=(const LogFloor&) = delete;

  const log::Journals& journals() const { return *journals_; }
  // On the reactor: whether every journal of it takes what it is given.
  bool healthy(io::ReactorIndex reactor) const;
  // On the reactor: a number that stands still when its journals have nothing to do.
  std::uint64_t work_done(io::ReactorIndex reactor) const;
  void drop_idle_memory(io::ReactorIndex reactor);
  // Journal j lives here.
  io::ReactorIndex home(std::size_t journal) const {
    return io::ReactorIndex(static_cast<std::uint32_t>(journal % ground_.size()));
  }

  // Writes what waits. Errors: the first that a journal ended with.
  Result<Unit> close();

 private:
  explicit LogFloor(IoFloor& ground) : ground_(ground) {}

  IoFloor& ground_;
  std::vector<std::unique_ptr<log::local::LocalLog>> logs_;  // null: did not open
  std::unique_ptr<log::Journals> journals_;
  bool closed_ = false;
};

}  // namespace levada::server
