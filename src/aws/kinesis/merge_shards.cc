#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_merge_shards(Planes& planes, Call& call) {
  kinesis::MergeShards command;
  command.stream = stream_of(call.input);
  command.shard_id = text_or_empty(call.input, "ShardToMerge");
  command.adjacent_shard_id = text_or_empty(call.input, "AdjacentShardToMerge");
  co_await planes.control.merge_shards(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
