#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_describe_stream(Planes& planes, Call& call) {
  kinesis::DescribeStream command;
  command.stream = stream_of(call.input);
  command.limit = count_of(call.input, "Limit");
  command.exclusive_start_shard_id = text_or_empty(call.input, "ExclusiveStartShardId");
  const kinesis::DescribeStreamAnswer answer =
      co_await planes.control.describe_stream(caller_of(call), command);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_structure("StreamDescription");
  write_stream(out, *answer.stream);
  write_shards(out, answer.shards);
  out.boolean("HasMoreShards", answer.has_more);
  out.end_structure();
  out.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
