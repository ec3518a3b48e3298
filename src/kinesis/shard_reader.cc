// The reading half of ShardHost.

#include <algorithm>

#include "kinesis/record_codec.h"
#include "kinesis/sequence_number.h"
#include "kinesis/shard_host.h"
#include "kinesis/stream_limits.h"
#include "kinesis/stream_lookup.h"

namespace levada::kinesis {
namespace {

constexpr Bytes chunk_small = 128_KiB, chunk_large = 2_MiB;
constexpr std::uint32_t few_records = 100;

struct OpenedBatch {
  PayloadReader records;
  std::shared_ptr<const void> keeper;  // of what the records look into
};

Result<OpenedBatch> open_batch(RecordCipher& cipher, const catalog::Stream& stream,
                               const catalog::Shard& shard, const log::Batch& batch) {
  const std::optional<PayloadHead> head = read_payload_head(batch.payload);
  if (!head) return fail(ErrorKind::corrupt, "a batch of records does not decode");
  if (head->data_key == 0) return OpenedBatch{*PayloadReader::open(batch.payload), batch.keeper};
  RecordCipher::Opened opened = TRY(cipher.open(stream, shard.partition, batch.payload));
  return OpenedBatch{PayloadReader::of_opened(opened.records), std::move(opened.memory)};
}

// Takes the records of a batch from `from` on, up to the ask's limits. True while there is room.
Result<bool> take(const log::Batch& batch, log::Position from, const catalog::Shard& shard,
                  const ReadAsk& ask, OpenedBatch opened, ReadResult& result) {
  PayloadReader* reader = &opened.records;
  const SequenceNumbers numbers(shard, batch.arrival);
  bool kept = false;
  for (std::uint32_t n = 0; n < batch.count; ++n) {
    const std::optional<StoredRecord> record = reader->next();
    if (!record) return fail(ErrorKind::corrupt, "a record does not decode");
    const log::Position position = batch.first.plus(n);
    if (position < from) continue;
    const bool full =
        result.records.size() >= ask.records_max ||
        (!result.records.empty() && result.bytes + record->billed() > count(ask.bytes_max));
    if (full) return false;
    if (!std::exchange(kept, true)) result.keepers.push_back(std::move(opened.keeper));
    result.records.push_back({numbers.at(position), batch.arrival, record->data,
                              record->partition_key, record->keyless, reader->encryption()});
    result.bytes += record->billed();
    result.next = position.plus(1);
    result.last_arrival = batch.arrival;
  }
  return result.records.size() < ask.records_max && result.bytes < count(ask.bytes_max);
}

}  // namespace

Task<ReadResult> ShardHost::read(ReadAsk ask) {
  const catalog::StreamSnapshot stream = table_.find(ask.stream);
  const catalog::Shard* shard = stream != nullptr ? stream->find(ask.shard) : nullptr;
  if (shard == nullptr) co_return fail(ErrorKind::not_found, "the shard is gone");
  io::Clock& clock = reactor_.clock();
  ReadResult result;
  if (ask.polling && !throttle_of(state_of(shard->partition), *stream, limits_text(*stream))
                          .begin_read(clock.monotonic())) {
    ++state_of(shard->partition).load.reads_refused;
    meters_.of(*stream).reads_throttled.add();
    result.throttled = true;
    co_return result;
  }
  const log::Journal& journal = journals_.of(shard->partition);
  const UnixMillis horizon = trim_horizon(*stream, clock.now());
  log::Position from = std::max(ask.position, journal.log.bounds(shard->partition).begin);
  result.next = from;
  const Bytes chunk = ask.records_max <= few_records ? chunk_small : chunk_large;
  for (bool room = true; room;) {
    log::Batches read = co_await journal.reader.read(shard->partition, from, chunk);
    if (read.batches.empty()) break;
    if (read.batches.front().arrival < horizon) {  // behind retention: on from the horizon
      const log::Position first = co_await journal.reader.seek(shard->partition, horizon);
      if (first > from) {
        result.next = from = first;
        continue;
      }
    }
    for (const log::Batch& batch : read.batches) {
      Result<OpenedBatch> opened = open_batch(cipher_, *stream, *shard, batch);
      if (!opened && !result.records.empty()) {  // what came before is good; the next call says it
        room = false;
        break;
      }
      OpenedBatch records = co_await std::move(opened);
      room = co_await take(batch, from, *shard, ask, std::move(records), result);
      if (!room) break;
    }
    if (room) result.next = std::max(result.next, read.next);
    if (read.next <= from) break;
    from = read.next;
  }
  StreamMeter& meter = meters_.of(*stream);
  meter.records_out.add(result.records.size());
  meter.bytes_out.add(result.bytes);
  result.at_tip = result.next >= journal.log.bounds(shard->partition).end;
  const Millis age = result.at_tip || result.records.empty()
                         ? Millis(0)
                         : std::max(clock.now() - result.last_arrival, Millis(0));
  meter.iterator_age.observe(static_cast<std::uint64_t>(age.count()));
  if (!ask.polling) co_return result;
  ShardState& state = state_of(shard->partition);
  state.throttle.end_read(clock.monotonic(), result.bytes);
  state.load.records_out += result.records.size();
  state.load.bytes_out += result.bytes;
  state.load.iterator_age = age;
  co_return result;
}

}  // namespace levada::kinesis
