#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_update_stream_warm_throughput(Planes& planes, Call& call) {
  kinesis::UpdateWarmThroughput command;
  command.stream = stream_of(call.input);
  command.mib_per_second = *count_of(call.input, "WarmThroughputMiBps");
  const catalog::StreamSnapshot stream =
      co_await planes.control.update_warm_throughput(caller_of(call), command);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.string("StreamARN", stream_arn_of(*stream));
  out.string("StreamName", stream->key.name);
  write_warm_throughput(out, *stream);
  out.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
