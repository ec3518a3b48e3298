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
  const std::uint64_t behind = ask.type == StartType::after_sequence_number ? 1 : 0;
  return log::Position(std::min(number->index + behind, log::Position::end().value()));
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
                               log::PartitionId partition, StartAsk ask,
                               std::optional<log::Position> known) {
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
