#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_update_shard_count(Planes& planes, Call& call) {
  kinesis::UpdateShardCount command;
  command.stream = stream_of(call.input);
  command.target = *count_of(call.input, "TargetShardCount");
  const kinesis::UpdateShardCountAnswer answer =
      co_await planes.control.update_shard_count(caller_of(call), command);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.string("StreamName", answer.stream->key.name);
  out.integer("CurrentShardCount", answer.current);
  out.integer("TargetShardCount", answer.target);
  out.string("StreamARN", stream_arn_of(*answer.stream));
  out.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
