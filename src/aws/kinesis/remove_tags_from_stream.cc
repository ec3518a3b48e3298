#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_remove_tags_from_stream(Planes& planes, Call& call) {
  kinesis::RemoveTags command;
  command.stream = stream_of(call.input);
  command.keys = tag_keys_of(call.input);
  co_await planes.control.remove_tags(caller_of(call), std::move(command));
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
