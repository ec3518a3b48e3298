#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_describe_stream_consumer(Planes& planes, Call& call) {
  const kinesis::ConsumerAnswer answer =
      co_await planes.control.describe_consumer(caller_of(call), consumer_of(call.input));
  call.output.begin_structure();
  call.output.begin_structure("ConsumerDescription");
  write_consumer(call.output, *answer.stream, answer.consumer);
  call.output.string("StreamARN", stream_arn_of(*answer.stream));
  call.output.end_structure();
  call.output.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
