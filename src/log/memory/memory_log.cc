#include "log/memory/memory_log.h"

#include <algorithm>

namespace levada::log {

MemoryLog::MemoryLog(io::Reactor& reactor, Epoch epoch) : reactor_(reactor), epoch_(epoch) {}
MemoryLog::~MemoryLog() = default;

MemoryLog::Partition& MemoryLog::at(PartitionId id) {
  auto& partition = partitions_[id];
  if (!partition) partition = std::make_unique<Partition>(reactor_, Position::first_of(epoch_));
  return *partition;
}

Task<std::vector<Appended>> MemoryLog::append(std::span<const Entry> entries) {
  if (failing_) co_return fail(failing_->kind, failing_->message);
  for (const Entry& entry : entries) {
    if (entry.size > count(entry_size_max))
      co_return fail(ErrorKind::too_large, "an entry is over its limit");
    if (at(entry.partition).bounds.sealed)
      co_return fail(ErrorKind::conflict, "the partition is sealed");
  }
  struct Written {
    Partition& partition;
    Batch batch;
  };
  std::vector<Appended> appended;
  std::vector<Written> written;
  for (const Entry& entry : entries) {
    Partition& partition = at(entry.partition);
    auto payload = std::make_shared<Buffer>(entry.size);
    partition.arrival = std::max(partition.arrival, reactor_.clock().now());
    appended.push_back({partition.next, partition.arrival});
    entry.payload(*payload, appended.back());
    written.push_back(
        {partition, {partition.next, entry.count, partition.arrival, ByteView(*payload), payload}});
    partition.next = partition.next.plus(entry.count);
  }
  co_await io::yield(reactor_);
  for (Written& w : written) {
    w.partition.bounds.end = w.batch.first.plus(w.batch.count);
    w.partition.bounds.last_arrival = w.batch.arrival;
    w.partition.batches.push_back(std::move(w.batch));
    w.partition.moved.notify_all();
  }
  co_return appended;
}

Task<Unit> MemoryLog::seal(PartitionId partition) {
  at(partition).bounds.sealed = true;
  at(partition).moved.notify_all();
  co_return Unit{};
}

Task<Unit> MemoryLog::trim(PartitionId id, Position before) {
  Partition& partition = at(id);
  auto& batches = partition.batches;
  while (!batches.empty() && batches.front().first.plus(batches.front().count) <= before)
    batches.pop_front();
  partition.bounds.begin = std::max(partition.bounds.begin, std::min(before, partition.bounds.end));
  partition.moved.notify_all();
  co_return Unit{};
}

Bounds MemoryLog::bounds(PartitionId id) const {
  const auto found = partitions_.find(id);
  if (found != partitions_.end()) return found->second->bounds;
  const Position first = Position::first_of(epoch_);
  return {.begin = first, .end = first, .last_arrival = {}};
}

Task<Batches> MemoryLog::read(PartitionId id, Position from, Bytes limit) {
  Partition& partition = at(id);
  Batches read{.batches = {}, .next = std::max(from, partition.bounds.begin)};
  std::uint64_t size = 0;
  for (const Batch& batch : partition.batches) {
    const Position end = batch.first.plus(batch.count);
    if (end <= read.next) continue;
    if (!read.batches.empty() && size + batch.payload.size() > count(limit)) break;
    read.batches.push_back(batch);
    size += batch.payload.size();
    read.next = end;
  }
  co_return read;
}

Task<Position> MemoryLog::seek(PartitionId id, UnixMillis at_or_after) {
  Partition& partition = at(id);
  for (const Batch& batch : partition.batches)
    if (batch.arrival >= at_or_after) co_return std::max(batch.first, partition.bounds.begin);
  co_return partition.bounds.end;
}

Task<Bounds> MemoryLog::wait(PartitionId id, Position beyond, Deadline deadline) {
  Partition& partition = at(id);
  while (partition.bounds.end <= beyond && !partition.bounds.sealed) {
    const Result<Unit> moved = co_await outcome(partition.moved.wait(deadline));
    if (!moved) break;
  }
  co_return partition.bounds;
}

}  // namespace levada::log
