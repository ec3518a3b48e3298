#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_disable_enhanced_monitoring(Planes& planes, Call& call) {
  kinesis::ChangeMonitoring command;
  command.stream = stream_of(call.input);
  command.metrics = metrics_of(call.input);
  command.enable = false;
  const kinesis::ChangeMonitoringAnswer answer =
      co_await planes.control.change_monitoring(caller_of(call), command);
  write_monitoring(call.output, answer);
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
