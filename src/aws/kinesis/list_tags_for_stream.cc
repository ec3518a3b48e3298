#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_list_tags_for_stream(Planes& planes, Call& call) {
  kinesis::ListTags command;
  command.stream = stream_of(call.input);
  command.exclusive_start_key = text_or_empty(call.input, "ExclusiveStartTagKey");
  command.limit = count_of(call.input, "Limit");
  const kinesis::ListTagsAnswer answer =
      co_await planes.control.list_tags(caller_of(call), command);
  call.output.begin_structure();
  write_tags(call.output, answer);
  call.output.boolean("HasMoreTags", answer.has_more);
  call.output.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
