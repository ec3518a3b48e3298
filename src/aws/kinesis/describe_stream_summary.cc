#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_describe_stream_summary(Planes& planes, Call& call) {
  kinesis::DescribeStreamSummary command;
  command.stream = stream_of(call.input);
  const kinesis::DescribeStreamSummaryAnswer answer =
      co_await planes.control.describe_stream_summary(caller_of(call), command);
  const catalog::Stream& stream = *answer.stream;
  const bool on_demand = stream.mode == catalog::StreamMode::on_demand;
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_structure("StreamDescriptionSummary");
  write_stream(out, stream);
  out.integer("OpenShardCount", answer.open_shards);
  out.integer("ConsumerCount", static_cast<std::int64_t>(stream.consumers.size()));
  if (on_demand) write_warm_throughput(out, stream);
  out.integer("MaxRecordSizeInKiB", stream.record_kib_max);
  out.integer("ChannelCount", 0);
  if (on_demand) {
    const bool automatic = stream.distribution == catalog::Distribution::automatic;
    out.string("RecordDistributionStrategy", automatic ? "AUTO" : "USER_PARTITION_KEY");
  }
  out.end_structure();
  out.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
