#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_update_max_record_size(Planes& planes, Call& call) {
  kinesis::UpdateMaxRecordSize command;
  command.stream = co_await stream_by_arn(call.input);
  command.kib = *count_of(call.input, "MaxRecordSizeInKiB");
  co_await planes.control.update_max_record_size(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
