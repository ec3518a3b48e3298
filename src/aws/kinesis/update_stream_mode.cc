#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_update_stream_mode(Planes& planes, Call& call) {
  kinesis::UpdateStreamMode command;
  command.stream = co_await stream_by_arn(call.input);
  command.mode = mode_of(call.input);
  command.warm_mib_per_second = count_of(call.input, "WarmThroughputMiBps");
  co_await planes.control.update_mode(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
