#include "kinesis/shard_host.h"

#include <algorithm>

#include "kinesis/fan_out.h"
#include "kinesis/stream_limits.h"
#include "kinesis/stream_lookup.h"

namespace levada::kinesis {
ShardHost::ShardState& ShardHost::state_of(log::PartitionId partition) {
  if (ShardState* known = known_.find(partition)) return *known;
  return known_.put(partition, shards_.try_emplace(partition, limits_).first->second);
}

ShardThrottle& ShardHost::throttle_of(ShardState& state, const catalog::Stream& stream,
                                      const std::string& limits) {
  if (limits != state.limits_text) [[unlikely]] {
    state.limits_text = limits;
    state.throttle = ShardThrottle(limits_of(stream, limits_));
  }
  return state.throttle;
}

Task<Unit> ShardHost::show(ShardMetrics& metrics) {
  for (const auto& [id, stream] : table_.all()) {
    if (stream->metrics == 0) continue;
    for (const catalog::Shard& shard : stream->shards)
      if (&journals_.of(shard.partition).reactor == &reactor_)
        metrics.show(*stream, shard.index, state_of(shard.partition).load);
  }
  co_return Unit{};
}

Task<log::Position> ShardHost::seek(log::PartitionId partition, UnixMillis at_or_after) {
  co_return co_await journals_.of(partition).reader.seek(partition, at_or_after);
}

Task<log::Bounds> ShardHost::bounds(log::PartitionId partition) {
  co_return journals_.of(partition).log.bounds(partition);
}

Task<std::optional<UnixMillis>> ShardHost::arrival_at(log::PartitionId partition,
                                                      log::Position position) {
  std::optional<UnixMillis> arrival;
  constexpr Bytes one_batch{1};
  const Result<log::Batches> read =
      co_await outcome(journals_.of(partition).reader.read(partition, position, one_batch));
  if (!read || read->batches.empty()) co_return arrival;  // whoever reads there is told why
  const log::Batch& batch = read->batches.front();
  if (batch.first <= position && position < batch.first.plus(batch.count)) arrival = batch.arrival;
  co_return arrival;
}

Task<bool> ShardHost::spend_iterator(log::PartitionId partition) {
  co_return state_of(partition).throttle.iterator(reactor_.clock().monotonic());
}

Task<log::Bounds> ShardHost::wait(log::PartitionId partition, log::Position beyond,
                                  Deadline deadline) {
  co_return co_await journals_.of(partition).reader.wait(partition, beyond, deadline);
}

Task<Admitted> ShardHost::admit(log::PartitionId partition, std::string consumer) {
  constexpr Nanos takeover_after = std::chrono::seconds(5);  // API_SubscribeToShard
  constexpr Nanos call_interval = std::chrono::seconds(1);   // the same page: one call a second
  constexpr std::size_t admissions_max = 1000;  // of consumers that left; AWS allows 20 at a time
  const MonotonicNanos now = reactor_.clock().monotonic();
  auto& admissions = state_of(partition).admissions;
  if (const auto at = admissions.find(consumer);
      at != admissions.end() && now - at->second.since < takeover_after) {
    std::optional<MonotonicNanos>& refused = at->second.refused;
    const bool too_often = limits_.enforced && refused && now - *refused < call_interval;
    refused = now;
    co_return Admitted{.number = 0, .too_often = too_often};
  }
  if (admissions.size() >= admissions_max) admissions.clear();
  admissions[consumer] = {++last_admission_, now, std::nullopt};
  co_return Admitted{.number = last_admission_};
}

Task<std::uint64_t> ShardHost::admission(log::PartitionId partition, const std::string& consumer) {
  const auto& admissions = state_of(partition).admissions;
  const auto at = admissions.find(consumer);
  co_return at == admissions.end() ? 0 : at->second.number;
}

// All at once: their seals share one flush, and writers wait for no other shard's.
Task<Unit> ShardHost::close(std::vector<log::PartitionId> partitions) {
  FanOut sealing;
  for (const log::PartitionId partition : partitions) {
    state_of(partition).closing = true;
    sealing.add(journals_.of(partition).log.seal(partition));
  }
  co_return co_await outcome(sealing.all());
}

Task<std::vector<LoadOfShard>> ShardHost::on_demand_loads(std::size_t journal) {
  std::vector<LoadOfShard> loads;
  for (const auto& [id, stream] : table_.all()) {
    if (stream->mode != catalog::StreamMode::on_demand || !stream->accepts_records()) continue;
    for (const catalog::OpenShard& open : stream->open_shards) {
      const catalog::Shard& shard = stream->shards[open.place];
      if (journals_.index_of(shard.partition) != journal) continue;
      loads.push_back({id, shard.index, state_of(shard.partition).load});
    }
  }
  co_return loads;
}

Task<Unit> ShardHost::drop(log::PartitionId partition) {
  known_.erase(partition);
  shards_.erase(partition);
  co_return co_await journals_.of(partition).log.trim(partition, log::Position::end());
}

Task<Unit> ShardHost::trim_expired() {
  std::vector<catalog::StreamSnapshot> streams;
  for (const auto& [id, stream] : table_.all()) streams.push_back(stream);
  for (const catalog::StreamSnapshot& stream : streams) {
    const UnixMillis horizon = trim_horizon(*stream, reactor_.clock().now());
    if (stream->created >= horizon) continue;  // nothing in it can be so old
    for (const catalog::Shard& shard : stream->shards) {
      const log::Journal& journal = journals_.of(shard.partition);
      if (&journal.reactor != &reactor_ || table_.find(stream->id) == nullptr) continue;
      const log::Bounds bounds = journal.log.bounds(shard.partition);
      if (bounds.begin == bounds.end) continue;
      Result<log::Position> first = co_await outcome(journal.reader.seek(shard.partition, horizon));
      if (first && *first > bounds.begin)
        (void)co_await outcome(journal.log.trim(shard.partition, *first));
    }
    co_await io::yield(reactor_);
  }
  co_return Unit{};
}

}  // namespace levada::kinesis
