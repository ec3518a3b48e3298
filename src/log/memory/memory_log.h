#pragma once
// MemoryLog: the log's two faces over plain memory, for tests of what stands above the log. Keeps
// every rule of log.h but durability; an append waits one turn of the reactor, as a flush would.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "io/reactor.h"
#include "io/signal.h"
#include "log/log.h"

namespace levada::log {

class MemoryLog final : public Log, public LogReader {
 public:
  explicit MemoryLog(io::Reactor& reactor, Epoch epoch = Epoch(1));
  ~MemoryLog() override;

  Task<std::vector<Appended>> append(std::span<const Entry> entries) override;
  Task<Unit> seal(PartitionId partition) override;
  Task<Unit> trim(PartitionId partition, Position before) override;
  Bounds bounds(PartitionId partition) const override;
  bool healthy() const override { return !failing_; }

  Task<Batches> read(PartitionId partition, Position from, Bytes limit) override;
  Task<Position> seek(PartitionId partition, UnixMillis at_or_after) override;
  Task<Bounds> wait(PartitionId partition, Position beyond, Deadline deadline) override;

  // Every append from now on ends like this; nothing for good days.
  void fail_with(std::optional<Error> error) { failing_ = std::move(error); }

 private:
  struct Partition {
    explicit Partition(io::Reactor& reactor, Position first) : next(first), moved(reactor) {
      bounds.begin = bounds.end = first;
    }
    Bounds bounds;
    Position next;
    UnixMillis arrival;
    std::deque<Batch> batches;
    io::Signal moved;
  };

  Partition& at(PartitionId id);

  io::Reactor& reactor_;
  Epoch epoch_;
  std::map<PartitionId, std::unique_ptr<Partition>> partitions_;
  std::optional<Error> failing_;
};

}  // namespace levada::log
