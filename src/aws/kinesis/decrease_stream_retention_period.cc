#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_decrease_stream_retention_period(Planes& planes, Call& call) {
  kinesis::ChangeRetention command;
  command.stream = stream_of(call.input);
  command.hours = *call.input.integer("RetentionPeriodHours");
  co_await planes.control.decrease_retention(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
