#include "kinesis/lifecycle.h"

#include "kinesis/fan_out.h"
#include "kinesis/stream_lookup.h"

namespace levada::kinesis {
namespace {

constexpr Millis retry_after = std::chrono::seconds(1);  // when the log had no room, say

// What became due; nullopt: nothing did.
std::optional<catalog::Stream> finished(const catalog::Stream& stream, UnixMillis now) {
  catalog::Stream after = stream;
  bool changed = false;
  if (after.status != catalog::StreamStatus::active && after.due <= now) {
    after.status = catalog::StreamStatus::active;
    changed = true;
  }
  for (auto at = after.consumers.begin(); at != after.consumers.end();) {
    catalog::Consumer& consumer = at->second;
    const bool due = consumer.status != catalog::ConsumerStatus::active && consumer.due <= now;
    changed |= due;
    if (due && consumer.status == catalog::ConsumerStatus::deleting) {
      at = after.consumers.erase(at);
      continue;
    }
    if (due) consumer.status = catalog::ConsumerStatus::active;
    ++at;
  }
  if (!changed) return std::nullopt;
  return after;
}

}  // namespace

Lifecycle::Lifecycle(catalog::Catalog& catalog, const Neighbours& neighbours)
    : catalog_(catalog), neighbours_(neighbours) {}

Task<Unit> Lifecycle::resume() {
  for (const auto& [key, stream] : catalog_.state().streams()) watch(*stream);
  co_return Unit{};
}

void Lifecycle::watch(const catalog::Stream& stream) {
  if (stream.status != catalog::StreamStatus::active)
    gate_.spawn(finish_when_due(stream.id, stream.due));
  for (const auto& [name, consumer] : stream.consumers)
    if (consumer.status != catalog::ConsumerStatus::active)
      gate_.spawn(finish_when_due(stream.id, consumer.due));
}

Task<Unit> Lifecycle::finish_when_due(catalog::StreamId stream, UnixMillis due) {
  io::Reactor& reactor = catalog_.reactor();
  // Never inside the publication that spawned us.
  co_await io::yield(reactor);
  for (;;) {
    while (reactor.clock().now() < due) {
      const Nanos left = due - reactor.clock().now();
      if (!co_await gate_.pause(reactor, left)) co_return Unit{};
    }
    const Result<Unit> finished = co_await outcome(finish(stream));
    if (finished || finished.error().kind != ErrorKind::disk_full) co_return finished;
    due = reactor.clock().now() + retry_after;
  }
}

Task<Unit> Lifecycle::finish(catalog::StreamId id) {
  const catalog::StreamSnapshot stream = catalog_.state().find(id);
  if (stream == nullptr) co_return Unit{};
  const UnixMillis now = catalog_.reactor().clock().now();
  if (stream->status == catalog::StreamStatus::deleting) {
    if (stream->due > now) co_return Unit{};
    for (const catalog::Shard& shard : stream->shards)
      (void)co_await outcome(drop(shard.partition));
    const auto remove = [id](const catalog::CatalogState& state) -> Result<catalog::Decision> {
      catalog::Decision decision;
      if (state.find(id) != nullptr) decision.remove(id);
      return decision;
    };
    co_return co_await outcome(catalog_.change(remove));
  }
  const auto settle = [id, now](const catalog::CatalogState& state) -> Result<catalog::Decision> {
    catalog::Decision decision;
    const catalog::StreamSnapshot before = state.find(id);
    if (before == nullptr || before->status == catalog::StreamStatus::deleting) return decision;
    if (const std::optional<catalog::Stream> after = finished(*before, now))
      decision.put(before.get(), *after);
    return decision;
  };
  co_return co_await outcome(catalog_.change(settle));
}

Task<Unit> Lifecycle::expire_shards() {
  std::vector<catalog::StreamId> streams;
  for (const auto& [key, stream] : catalog_.state().streams())
    if (stream->open_shards.size() < stream->shards.size()) streams.push_back(stream->id);
  for (const catalog::StreamId id : streams) {
    const UnixMillis now = catalog_.reactor().clock().now();
    const auto leave = [id, now](const catalog::CatalogState& state) -> Result<catalog::Decision> {
      catalog::Decision decision;
      const catalog::StreamSnapshot before = state.find(id);
      if (before == nullptr || !before->accepts_records()) return decision;
      const UnixMillis horizon = trim_horizon(*before, now);
      catalog::Stream after = *before;
      const auto gone = std::erase_if(after.shards, [&](const catalog::Shard& shard) {
        return shard.closed && *shard.closed < horizon;
      });
      if (gone != 0) decision.put(before.get(), after);
      return decision;
    };
    (void)co_await outcome(catalog_.change(leave));
  }
  co_return Unit{};
}

Task<Unit> Lifecycle::drop(log::PartitionId partition) {
  const auto there = [partition](ShardHost& host) { return host.drop(partition); };
  co_return co_await outcome(neighbours_.at(catalog_.reactor(), partition, there));
}

// A record that was taken by a parent is acknowledged before anyone sees the children.
Task<Unit> Lifecycle::before_publication(const std::vector<catalog::StreamStep>& steps) {
  std::vector<std::vector<log::PartitionId>> closing(neighbours_.journals());
  for (const catalog::StreamStep& step : steps) {
    if (step.before == nullptr || step.after == nullptr) continue;
    for (const catalog::OpenShard& open : step.before->open_shards) {
      const catalog::Shard& was = step.before->shards[open.place];
      const catalog::Shard* is = step.after->find(was.index);
      if (is == nullptr || is->open()) continue;
      closing[neighbours_.journal_of(was.partition)].push_back(was.partition);
    }
  }
  FanOut all;
  for (std::size_t journal = 0; journal < closing.size(); ++journal) {
    if (closing[journal].empty()) continue;
    const std::vector<log::PartitionId>& shards = closing[journal];
    const auto there = [&shards](ShardHost& host) { return host.close(shards); };
    all.add(neighbours_.at_journal(catalog_.reactor(), journal, there));
  }
  (void)co_await outcome(all.all());
  co_return Unit{};
}

Task<Unit> Lifecycle::after_publication(const std::vector<catalog::StreamStep>& steps) {
  for (const catalog::StreamStep& step : steps) {
    if (step.after != nullptr) watch(*step.after);
    if (step.before == nullptr || step.after == nullptr) continue;
    for (const catalog::Shard& shard : step.before->shards)
      if (step.after->find(shard.index) == nullptr) (void)co_await outcome(drop(shard.partition));
  }
  co_return Unit{};
}

}  // namespace levada::kinesis
