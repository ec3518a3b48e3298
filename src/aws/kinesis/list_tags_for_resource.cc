#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_list_tags_for_resource(Planes& planes, Call& call) {
  kinesis::ListTags command;
  command.resource_arn = text_or_empty(call.input, "ResourceARN");
  const kinesis::ListTagsAnswer answer =
      co_await planes.control.list_tags(caller_of(call), command);
  call.output.begin_structure();
  write_tags(call.output, answer);
  call.output.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
