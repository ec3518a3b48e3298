// The reading half of LocalDataPlane.

#include "kinesis/lineage.h"
#include "kinesis/local_data_plane.h"
#include "kinesis/shard_id.h"
#include "kinesis/start_position.h"
#include "kinesis/stream_lookup.h"
#include "kinesis/subscription_desk.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

Millis behind(const ReadResult& read, UnixMillis now) {
  if (read.at_tip || read.records.empty()) return Millis(0);
  return std::max(now - read.last_arrival, Millis(0));
}

}  // namespace

LocalDataPlane::LocalDataPlane(io::Reactor& reactor, const catalog::StreamTable& table,
                               const Neighbours& neighbours, SubscriptionDesk& desk,
                               RecordCipher& cipher, const TokenKey& key, io::Random& random)
    : reactor_(reactor),
      table_(table),
      neighbours_(neighbours),
      desk_(desk),
      cipher_(cipher),
      router_(reactor, table, neighbours),
      seal_(key, random) {}

Token LocalDataPlane::iterator_at(const catalog::Stream& stream, const catalog::Shard& shard,
                                  log::Position position) {
  return seal_iterator(seal_,
                       {stream.id, shard.index, position, reactor_.clock().now(), stream.key.name});
}

std::string LocalDataPlane::stream_of_iterator(ByteView token) {
  const Result<Iterator> iterator = open_iterator(seal_, token, reactor_.clock().now());
  const auto stream = iterator ? table_.find(iterator->stream) : nullptr;
  return stream == nullptr ? std::string() : stream_arn(view(stream->key));
}

Task<GetShardIteratorAnswer> LocalDataPlane::get_shard_iterator(Caller caller,
                                                                GetShardIterator command) {
  const std::string_view shown_name = shown(command.stream);
  const std::optional<catalog::ShardIndex> index = parse_shard_id(command.shard_id);
  if (!index)
    co_return refuse(Refusal::resource_not_found,
                     text::shard_not_found(command.shard_id, shown_name, caller.account));
  const Result<catalog::StreamSnapshot> found = find_stream(table_, caller, command.stream);
  const catalog::Shard* shard =
      found && (*found)->accepts_records() ? (*found)->find(*index) : nullptr;
  if (shard == nullptr) {  // the service speaks of the shard even when the stream is unknown
    if (!found && found.error().kind != ErrorKind::not_found)
      co_return tl::unexpected<Error>(found.error());
    co_return refuse(Refusal::resource_not_found,
                     text::shard_missing(*index, shown_name, caller.account));
  }
  const StartAsk ask{command.type, command.starting_sequence_number, command.timestamp};
  const std::optional<log::Position> known = co_await check_start(
      **found, *shard, ask, shown_name, caller.account, reactor_.clock().now());
  const log::PartitionId partition = shard->partition;
  const auto spend = [partition](ShardHost& host) { return host.spend_iterator(partition); };
  const bool allowed = co_await neighbours_.at(reactor_, partition, spend);
  if (!allowed)
    co_return refuse(Refusal::throughput_exceeded,
                     text::rate_exceeded(*index, shown_name, caller.account));
  if (command.dry_run) co_return refuse(Refusal::dry_run, text::dry_run());
  const log::Position position = co_await find_start(reactor_, neighbours_, *shard, ask, known);
  co_return GetShardIteratorAnswer{iterator_at(**found, *shard, position)};
}

Task<GetRecordsAnswer> LocalDataPlane::get_records(Caller caller, GetRecords command) {
  const Iterator iterator = co_await open_iterator(seal_, command.iterator, reactor_.clock().now());
  const catalog::StreamSnapshot stream = table_.find(iterator.stream);
  const catalog::Shard* shard =
      stream != nullptr && stream->accepts_records() && stream->key.account == caller.account
          ? stream->find(iterator.shard)
          : nullptr;
  if (shard == nullptr)
    co_return refuse(Refusal::resource_not_found,
                     text::shard_missing(iterator.shard, iterator.stream_name, caller.account));
  if (!command.stream_arn.empty() && command.stream_arn != stream_arn(view(stream->key)))
    co_return refuse(Refusal::invalid_argument, "StreamARN " + std::string(command.stream_arn) +
                                                    " does not match the ShardIterator.");
  if (command.dry_run) co_return refuse(Refusal::dry_run, text::dry_run());

  const ReadAsk ask{.stream = stream->id,
                    .shard = shard->index,
                    .position = iterator.position,
                    .records_max = command.limit};
  const auto there = [ask](ShardHost& host) { return host.read(ask); };
  ReadResult read = co_await neighbours_.at(reactor_, shard->partition, there);
  if (read.throttled)
    co_return refuse(Refusal::throughput_exceeded,
                     text::rate_exceeded(shard->index, stream->key.name, caller.account));
  GetRecordsAnswer answer;
  answer.behind_latest = behind(read, reactor_.clock().now());
  // The snapshot was taken before the read: if it says closed, nothing can have come after.
  if (read.at_tip && !shard->open())
    answer.children = children_of(*stream, shard->index);
  else
    answer.next_iterator = iterator_at(*stream, *shard, read.next);
  answer.records = std::move(read.records);
  answer.keepers = std::move(read.keepers);
  co_return answer;
}

Task<std::unique_ptr<Subscription>> LocalDataPlane::subscribe_to_shard(Caller caller,
                                                                       SubscribeToShard command) {
  co_return co_await desk_.subscribe(caller, command);
}

}  // namespace levada::kinesis
