#include "kinesis/start_position.h"

#include <algorithm>

#include "kinesis/sequence_number.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

std::string_view name(StartType type) {
  switch (type) {
    case StartType::at_sequence_number:
      return "AT_SEQUENCE_NUMBER";
    case StartType::after_sequence_number:
      return "AFTER_SEQUENCE_NUMBER";
    case StartType::trim_horizon:
      return "TRIM_HORIZON";
    case StartType::latest:
      return "LATEST";
    case StartType::at_timestamp:
      return "AT_TIMESTAMP";
  }
  return "";
}

bool takes_number(StartType type) {
  return type == StartType::at_sequence_number || type == StartType::after_sequence_number;
}

Result<log::Position> position_of(const catalog::Shard& shard, const StartAsk& ask,
                                  std::string_view stream, std::string_view account) {
  const auto argument = [](std::string text) {
    return refuse(Refusal::invalid_argument, std::move(text));
  };
  const std::string_view text_of_number = ask.sequence_number;
  const std::optional<SequenceNumber> number = parse_sequence_number(text_of_number);
  if (!number)
    return argument(text::number_unparsable(text_of_number, shard.index, stream, account));
  if (number->shard != shard.index.value())
    return argument(text::number_of_other_shard(number->shard, shard.index));
  const auto created = static_cast<std::uint64_t>(shard.created.count() / 1000);
  if (number->version != 2 || number->shard_created_seconds != created) {
    if (number->version == 0) return refuse(Refusal::internal_failure, "");
    return argument(text::number_of_other_stream(text_of_number, shard.index, stream, account));
  }
  return log::Position(std::min(number->index, log::Position::end().value()));
}

// The first record not before the number, or the first after it. Two numbers of one index differ by
// their time: clients may count one up or down without knowing what its digits mean.
Task<log::Position> first_by_number(io::Reactor& home, const Neighbours& neighbours,
                                    const catalog::Shard& shard, StartAsk ask,
                                    log::Position position) {
  const std::uint64_t asked = parse_sequence_number(ask.sequence_number)->record_seconds;
  const bool after = ask.type == StartType::after_sequence_number;
  const log::Position next = std::min(position.plus(1), log::Position::end());
  const log::PartitionId partition = shard.partition;
  const auto look = [partition, position](ShardHost& host) {
    return host.arrival_at(partition, position);
  };
  const std::uint64_t created = SequenceNumbers::seconds_of(shard.created);
  const std::optional<UnixMillis> arrival = co_await neighbours.at(home, partition, look);
  if (!arrival) co_return after ? next : position;
  const std::uint64_t has = std::max(SequenceNumbers::seconds_of(*arrival), created);
  const bool wanted = after ? has > asked : has >= asked;
  co_return wanted ? position : next;
}

}  // namespace

Result<std::optional<log::Position>> check_start(const catalog::Stream&,
                                                 const catalog::Shard& shard, const StartAsk& ask,
                                                 std::string_view shown_stream,
                                                 std::string_view account, UnixMillis now) {
  std::optional<log::Position> position;
  if (!ask.sequence_number.empty()) {
    if (!takes_number(ask.type))
      return refuse(Refusal::invalid_argument, text::number_with_type(name(ask.type)));
    position = TRY(position_of(shard, ask, shown_stream, account));
  }
  if (ask.type == StartType::at_timestamp) {
    if (!ask.timestamp) return refuse(Refusal::invalid_argument, text::timestamp_missing());
    if (*ask.timestamp > now)
      return refuse(Refusal::invalid_argument, text::timestamp_in_future(*ask.timestamp, now));
  }
  if (takes_number(ask.type) && ask.sequence_number.empty())
    return refuse(Refusal::invalid_argument, text::number_without_type(name(ask.type)));
  if (ask.type == StartType::trim_horizon) position = log::Position();
  return position;
}

Task<log::Position> find_start(io::Reactor& home, const Neighbours& neighbours,
                               const catalog::Shard& shard, StartAsk ask,
                               std::optional<log::Position> known) {
  const log::PartitionId partition = shard.partition;
  if (takes_number(ask.type))
    co_return co_await outcome(first_by_number(home, neighbours, shard, ask, *known));
  if (known) co_return *known;
  if (ask.type == StartType::at_timestamp) {
    const UnixMillis moment = *ask.timestamp;
    const auto seek = [partition, moment](ShardHost& host) { return host.seek(partition, moment); };
    co_return co_await outcome(neighbours.at(home, partition, seek));
  }
  const auto look = [partition](ShardHost& host) { return host.bounds(partition); };
  const log::Bounds bounds = co_await neighbours.at(home, partition, look);
  co_return bounds.end;
}

}  // namespace levada::kinesis
