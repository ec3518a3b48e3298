// ShardHost: how records come into the log. Whatever a request costs for each shard it costs for
// each record when there are a thousand shards; so the shards' states are asked for before they are
// looked at, and nothing is left to do for a shard when its records are durable.

#include "base/prefetch.h"
#include "kinesis/record_codec.h"
#include "kinesis/sequence_number.h"
#include "kinesis/shard_host.h"
#include "kinesis/stream_limits.h"

namespace levada::kinesis {

// What the lanes of one append share.
struct ShardHost::Putting {
  AppendGroup& group;
  const catalog::Stream& stream;
  RecordCipher& cipher;
  const RecordCipher::DataKey* key = nullptr;  // null: records are not sealed
  std::size_t records = 0, bytes = 0;          // accepted; bytes as they are billed
};

// One shard's records on their way into the journal's memory.
struct ShardHost::Lane {
  const Putting& putting;
  ShardBatch& batch;
  const catalog::Shard& shard;
  ShardState& state;

  // With the records come the outcomes that they have if the append succeeds.
  void operator()(MutableByteView into, const log::Appended& appended) const {
    const auto& key = putting.key;
    PayloadWriter writer = key == nullptr ? PayloadWriter(into) : PayloadWriter(into, key->number);
    const SequenceNumbers numbers(shard, appended.arrival);
    log::Position position = appended.first;
    for (const std::uint32_t place : batch.records.first(batch.accepted)) {
      writer.add(putting.group.records[place]);
      PutOutcome& outcome = putting.group.outcomes[place];
      outcome.sequence = numbers.at(position);
      outcome.shard = shard.index;
      outcome.failure = PutFailure::none;
      position = position.plus(1);
    }
    CHECK(writer.full());
    if (key != nullptr) putting.cipher.seal(*key, shard.partition, into);
  }
};

struct ShardHost::Scratch {
  std::vector<Lane> lanes;
  std::vector<log::Entry> entries;  // look into `lanes`
};

namespace {

void refuse(AppendGroup& group, const Error& error) {
  PutFailure failure = PutFailure::internal;
  if (error.kind == ErrorKind::throttled) failure = PutFailure::throttled;
  if (error.kind == ErrorKind::disk_full) failure = PutFailure::disk_full;
  for (ShardBatch& batch : group.batches) {
    if (batch.accepted == 0) continue;
    if (error.kind == ErrorKind::conflict) batch.stale = true;  // sealed meanwhile
    for (const std::uint32_t place : batch.records.first(batch.accepted))
      group.outcomes[place] = {.shard = batch.shard, .failure = failure};
  }
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
      meters_(metrics),
      scratch_(std::make_unique<Scratch>()) {}

ShardHost::~ShardHost() = default;

void ShardHost::find_lanes(const Putting& putting) {
  std::vector<Lane>& lanes = scratch_->lanes;
  lanes.clear();
  lanes.reserve(putting.group.batches.size());
  for (ShardBatch& batch : putting.group.batches) {
    const catalog::Shard* const shard = putting.stream.find(batch.shard);
    batch.stale = shard == nullptr || !shard->open();
    if (batch.stale) continue;
    ShardState& state = state_of(shard->partition);
    prefetch(&state, ShardState::size_for_puts);
    prefetch(&putting.group.records[batch.records.front()]);  // another core may have written it
    lanes.push_back({putting, batch, *shard, state});
  }
}

// What may pass the shard's limits; its bytes as they are billed.
std::size_t ShardHost::accept(const Lane& lane) {
  const auto& [putting, batch, shard, state] = lane;
  std::size_t accepted = 0, bytes = 0, bytes_refused = 0;
  for (const std::uint32_t place : batch.records) {
    const std::size_t billed = billed_size(putting.group.records[place]);
    if (state.throttle.write(billed)) {
      batch.records[accepted++] = place;
      bytes += billed;
    } else {
      putting.group.outcomes[place] = {.shard = shard.index, .failure = PutFailure::throttled};
      bytes_refused += billed;
    }
  }
  batch.accepted = static_cast<std::uint32_t>(accepted);
  state.load.records_in += accepted;
  state.load.bytes_in += bytes;
  if (const std::size_t refused = batch.records.size() - accepted; refused > 0) {
    state.load.records_refused += refused;
    state.load.bytes_refused += bytes_refused;
    meters_.of(putting.stream).writes_throttled.add(refused);
  }
  return bytes;
}

std::span<const log::Entry> ShardHost::entries_of(Putting& putting) {
  const MonotonicNanos now = reactor_.clock().monotonic();
  const std::string& limits = limits_text(putting.stream);
  const std::size_t head =
      payload_header_size + (putting.key == nullptr ? std::size_t{0} : seal_overhead);
  find_lanes(putting);
  std::vector<log::Entry>& entries = scratch_->entries;
  entries.clear();
  for (const Lane& lane : scratch_->lanes) {
    auto& [_, batch, shard, state] = lane;
    batch.stale = state.closing;
    if (batch.stale) continue;
    throttle_of(state, putting.stream, limits).begin_write(now);
    const std::size_t bytes = accept(lane);
    if (batch.accepted == 0) continue;
    const std::size_t size = head + batch.accepted * record_header_size + bytes;
    entries.push_back({shard.partition, batch.accepted, static_cast<std::uint32_t>(size), lane});
    putting.records += batch.accepted;
    putting.bytes += bytes;
  }
  return entries;
}

Task<Unit> ShardHost::append(AppendGroup& group) {
  const catalog::StreamSnapshot stream = table_.find(group.stream);
  if (stream == nullptr || !stream->accepts_records()) {
    for (ShardBatch& batch : group.batches) batch.stale = true;
    co_return Unit{};
  }
  Putting putting{group, *stream, cipher_};
  if (stream->encryption == catalog::Encryption::kms) {
    const Result<const RecordCipher::DataKey*> key = cipher_.sealing_key(*stream);
    if (!key) {  // it went since the plane asked
      for (ShardBatch& batch : group.batches)
        for (const std::uint32_t place : batch.records)
          group.outcomes[place].failure = PutFailure::internal;
      co_return Unit{};
    }
    putting.key = *key;
  }
  const std::span<const log::Entry> entries = entries_of(putting);
  if (entries.empty()) co_return Unit{};

  const Result<std::vector<log::Appended>> appended =
      co_await outcome(journals_.at(group.journal).log.append(entries));
  if (!appended) {
    refuse(group, appended.error());
    co_return Unit{};
  }
  StreamMeter& meter = meters_.of(*stream);
  meter.records_in.add(putting.records);
  meter.bytes_in.add(putting.bytes);
  co_return Unit{};
}

}  // namespace levada::kinesis
