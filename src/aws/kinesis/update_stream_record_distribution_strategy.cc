#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_update_stream_record_distribution_strategy(Planes& planes, Call& call) {
  kinesis::UpdateDistribution command;
  command.stream = co_await stream_by_arn(call.input);
  command.distribution = *distribution_of(call.input);
  co_await planes.control.update_distribution(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
