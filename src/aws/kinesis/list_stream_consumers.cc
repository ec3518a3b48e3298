#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_list_stream_consumers(Planes& planes, Call& call) {
  kinesis::ListConsumers command;
  command.stream_arn = text_or_empty(call.input, "StreamARN");
  const std::optional<Buffer> token = next_token_of(call.input);
  command.next_token = view(token);
  command.max_results = count_of(call.input, "MaxResults");
  command.stream_created = call.input.time("StreamCreationTimestamp");
  const kinesis::ListConsumersAnswer answer =
      co_await planes.control.list_consumers(caller_of(call), command);
  call.output.begin_structure();
  call.output.begin_list("Consumers", answer.consumers.size());
  for (const catalog::Consumer& consumer : answer.consumers) {
    call.output.begin_structure();
    write_consumer(call.output, *answer.stream, consumer);
    call.output.end_structure();
  }
  call.output.end_list();
  write_token(call.output, "NextToken", answer.next_token);
  call.output.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
