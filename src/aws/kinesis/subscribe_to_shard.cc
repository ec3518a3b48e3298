#include "aws/kinesis/event_source.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_subscribe_to_shard(Planes& planes, Call& call) {
  const auto position = call.input.structure("StartingPosition");
  kinesis::SubscribeToShard command;
  command.consumer_arn = text_or_empty(call.input, "ConsumerARN");
  command.shard_id = text_or_empty(call.input, "ShardId");
  command.type = start_type_of(text_or_empty(*position, "Type"));
  command.sequence_number = text_or_empty(*position, "SequenceNumber");
  command.timestamp = position->time("Timestamp");
  command.dry_run = call.input.flag("DryRun");
  auto subscription = co_await planes.data.subscribe_to_shard(caller_of(call), command);
  call.response.headers.add("Content-Type", "application/vnd.amazon.eventstream");
  call.response.source =
      std::make_unique<EventSource>(std::move(subscription), call.output.coding());
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
