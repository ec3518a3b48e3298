#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"
#include "wire/base64.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_get_shard_iterator(Planes& planes, Call& call) {
  kinesis::GetShardIterator command;
  command.stream = stream_of(call.input);
  command.shard_id = text_or_empty(call.input, "ShardId");
  command.type = start_type_of(text_or_empty(call.input, "ShardIteratorType"));
  command.starting_sequence_number = text_or_empty(call.input, "StartingSequenceNumber");
  command.timestamp = call.input.time("Timestamp");
  command.dry_run = call.input.flag("DryRun");
  const kinesis::GetShardIteratorAnswer answer =
      co_await planes.data.get_shard_iterator(caller_of(call), command);
  call.output.begin_structure();
  call.output.string("ShardIterator", wire::base64_encode(answer.iterator));
  call.output.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
