#include "kinesis/shard_host.h"

#include <algorithm>

#include "kinesis/fan_out.h"
#include "kinesis/record_codec.h"
#include "kinesis/sequence_number.h"
#include "kinesis/stream_limits.h"
#include "kinesis/stream_lookup.h"

namespace levada::kinesis {
namespace {

// How a stream's records are sealed; without a key they are not.
struct Sealing {
  RecordCipher& cipher;
  const RecordCipher::DataKey* key = nullptr;
  std::size_t overhead() const { return key == nullptr ? 0 : seal_overhead; }
};

// One shard's records on their way into the journal's memory.
struct BatchEncoder {
  std::span<const PutEntry> records;
  std::span<const std::uint32_t> accepted;
  const Sealing& sealing;
  log::PartitionId partition;
  void operator()(MutableByteView into) const {
    PayloadWriter writer =
        sealing.key == nullptr ? PayloadWriter(into) : PayloadWriter(into, sealing.key->number);
    for (const std::uint32_t place : accepted) writer.add(records[place]);
    CHECK(writer.full());
    if (sealing.key != nullptr) sealing.cipher.seal(*sealing.key, partition, into);
  }
};

struct Lane {
  ShardBatch* batch;
  const catalog::Shard* shard;
  BatchEncoder encoder;
  std::size_t billed;  // bytes
};

void fail_lane(const Lane& lane, std::span<PutOutcome> outcomes, const Error& error) {
  if (error.kind == ErrorKind::conflict) lane.batch->stale = true;  // sealed meanwhile
  PutFailure failure = PutFailure::internal;
  if (error.kind == ErrorKind::throttled) failure = PutFailure::throttled;
  if (error.kind == ErrorKind::disk_full) failure = PutFailure::disk_full;
  for (const std::uint32_t place : lane.encoder.accepted)
    outcomes[place] = {.shard = lane.shard->index, .failure = failure};
}

}  // namespace

ShardHost::ShardHost(io::Reactor& reactor, const log::Journals& journals,
                     const catalog::StreamTable& table, RecordCipher& cipher,
                     const ShardLimits& limits, MetricsRegistry& metrics)
    : reactor_(reactor),
      journals_(journals),
      table_(table),
      cipher_(cipher),
      limits_(limits),
      meters_(metrics) {}

ShardHost::ShardState& ShardHost::state_of(log::PartitionId partition) {
  if (ShardState* known = known_.find(partition)) return *known;
  return known_.put(partition, shards_.try_emplace(partition, limits_).first->second);
}

ShardHost::ShardState& ShardHost::state_of(log::PartitionId partition,
                                           const catalog::Stream& stream, const std::string& text) {
  ShardState& state = state_of(partition);
  if (text != state.limits_text) [[unlikely]] {
    state.limits_text = text;
    state.throttle = ShardThrottle(limits_of(stream, limits_));
  }
  return state;
}

Task<Unit> ShardHost::append(AppendGroup& group) {
  const catalog::StreamSnapshot stream = table_.find(group.stream);
  const MonotonicNanos now = reactor_.clock().monotonic();
  Sealing sealing{cipher_};
  if (stream != nullptr && stream->encryption == catalog::Encryption::kms) {
    const Result<const RecordCipher::DataKey*> key = cipher_.sealing_key(*stream);
    if (!key) {  // it went since the plane asked
      for (ShardBatch& batch : group.batches)
        for (const std::uint32_t place : batch.records)
          group.outcomes[place].failure = PutFailure::internal;
      co_return Unit{};
    }
    sealing.key = *key;
  }
  std::vector<Lane> lanes;
  std::vector<log::Entry> entries;
  lanes.reserve(group.batches.size());  // entries look into it
  entries.reserve(group.batches.size());
  const bool accepts = stream != nullptr && stream->accepts_records();
  const std::string* const limits = accepts ? &limits_text(*stream) : nullptr;
  for (ShardBatch& batch : group.batches) {
    const catalog::Shard* shard = accepts ? stream->find(batch.shard) : nullptr;
    batch.stale = shard == nullptr || !shard->open();
    if (batch.stale) continue;
    ShardState& state = state_of(shard->partition, *stream, *limits);
    batch.stale = state.closing;
    if (batch.stale) continue;
    state.throttle.begin_write(now);
    std::size_t accepted = 0, size = payload_header_size + sealing.overhead(), bytes = 0,
                bytes_refused = 0;
    for (const std::uint32_t place : batch.records) {
      const PutEntry& record = group.records[place];
      const std::size_t billed = billed_size(record);
      if (!state.throttle.write(billed)) {
        group.outcomes[place] = {.shard = shard->index, .failure = PutFailure::throttled};
        bytes_refused += billed;
        continue;
      }
      batch.records[accepted++] = place;
      size += encoded_size(record);
      bytes += billed;
    }
    if (accepted < batch.records.size())
      meters_.of(*stream).writes_throttled.add(batch.records.size() - accepted);
    state.load.records_in += accepted;
    state.load.bytes_in += bytes;
    state.load.records_refused += batch.records.size() - accepted;
    state.load.bytes_refused += bytes_refused;
    if (accepted == 0) continue;
    const BatchEncoder encoder{group.records, batch.records.first(accepted), sealing,
                               shard->partition};
    const Lane& lane = lanes.emplace_back(Lane{&batch, shard, encoder, bytes});
    entries.push_back({shard->partition, static_cast<std::uint32_t>(accepted),
                       static_cast<std::uint32_t>(size), lane.encoder});
  }
  if (entries.empty()) co_return Unit{};

  Result<std::vector<log::Appended>> appended =
      co_await outcome(journals_.at(group.journal).log.append(entries));
  std::size_t records_in = 0, bytes_in = 0;
  for (std::size_t n = 0; n < lanes.size(); ++n) {
    const Lane& lane = lanes[n];
    if (!appended) {
      fail_lane(lane, group.outcomes, appended.error());
      continue;
    }
    records_in += lane.encoder.accepted.size();
    bytes_in += lane.billed;
    const log::Appended& at = (*appended)[n];
    const SequenceNumbers numbers(*lane.shard, at.arrival);
    std::uint64_t behind = 0;
    // Once, and whole: a neighbour writes to the same cache lines.
    for (const std::uint32_t place : lane.encoder.accepted)
      group.outcomes[place] = {.sequence = numbers.at(at.first.plus(behind++)),
                               .shard = lane.shard->index};
  }
  StreamMeter& meter = meters_.of(*stream);
  meter.records_in.add(records_in);
  meter.bytes_in.add(bytes_in);
  co_return Unit{};
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
    for (const std::uint32_t place : stream->open_shards) {
      const catalog::Shard& shard = stream->shards[place];
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
