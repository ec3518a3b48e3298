#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

namespace {

kinesis::ShardFilter filter_of(const Input& input) {
  using enum kinesis::ShardFilterType;
  kinesis::ShardFilter filter;
  const std::string_view type = text_or_empty(input, "Type");
  if (type == "AFTER_SHARD_ID") filter.type = after_shard_id;
  if (type == "AT_TRIM_HORIZON") filter.type = at_trim_horizon;
  if (type == "FROM_TRIM_HORIZON") filter.type = from_trim_horizon;
  if (type == "AT_LATEST") filter.type = at_latest;
  if (type == "AT_TIMESTAMP") filter.type = at_timestamp;
  if (type == "FROM_TIMESTAMP") filter.type = from_timestamp;
  filter.shard_id = text_or_empty(input, "ShardId");
  filter.timestamp = input.time("Timestamp");
  return filter;
}

}  // namespace

Task<Unit> handle_list_shards(Planes& planes, Call& call) {
  kinesis::ListShards command;
  command.stream = stream_of(call.input);
  const std::optional<Buffer> token = next_token_of(call.input);
  command.next_token = view(token);
  command.exclusive_start_shard_id = text_or_empty(call.input, "ExclusiveStartShardId");
  command.max_results = count_of(call.input, "MaxResults");
  command.stream_created = call.input.time("StreamCreationTimestamp");
  if (const auto filter = call.input.structure("ShardFilter")) command.filter = filter_of(*filter);
  const kinesis::ListShardsAnswer answer =
      co_await planes.control.list_shards(caller_of(call), command);
  call.output.begin_structure();
  write_shards(call.output, answer.shards);
  write_token(call.output, "NextToken", answer.next_token);
  call.output.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
