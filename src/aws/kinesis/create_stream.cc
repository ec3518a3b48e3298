#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_create_stream(Planes& planes, Call& call) {
  kinesis::CreateStream command;
  command.name = text_or_empty(call.input, "StreamName");
  command.shard_count = count_of(call.input, "ShardCount");
  command.mode = mode_of(call.input);
  command.tags = tags_of(call.input);
  command.warm_mib_per_second = count_of(call.input, "WarmThroughputMiBps");
  command.record_kib_max = count_of(call.input, "MaxRecordSizeInKiB");
  command.distribution = distribution_of(call.input);
  co_await planes.control.create_stream(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
