#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_add_tags_to_stream(Planes& planes, Call& call) {
  kinesis::AddTags command;
  command.stream = stream_of(call.input);
  command.tags = tags_of(call.input);
  co_await planes.control.add_tags(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
