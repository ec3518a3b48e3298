#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_split_shard(Planes& planes, Call& call) {
  kinesis::SplitShard command;
  command.stream = stream_of(call.input);
  command.shard_id = text_or_empty(call.input, "ShardToSplit");
  command.new_starting_hash_key = text_or_empty(call.input, "NewStartingHashKey");
  co_await planes.control.split_shard(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
