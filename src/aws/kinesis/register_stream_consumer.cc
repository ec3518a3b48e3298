#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_register_stream_consumer(Planes& planes, Call& call) {
  kinesis::RegisterConsumer command;
  command.stream_arn = text_or_empty(call.input, "StreamARN");
  command.name = text_or_empty(call.input, "ConsumerName");
  command.tags = tags_of(call.input);
  const kinesis::ConsumerAnswer answer =
      co_await planes.control.register_consumer(caller_of(call), std::move(command));
  call.output.begin_structure();
  call.output.begin_structure("Consumer");
  write_consumer(call.output, *answer.stream, answer.consumer);
  call.output.end_structure();
  call.output.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
