#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_delete_stream(Planes& planes, Call& call) {
  kinesis::DeleteStream command;
  command.stream = stream_of(call.input);
  command.enforce_consumer_deletion = call.input.flag("EnforceConsumerDeletion");
  co_await planes.control.delete_stream(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
