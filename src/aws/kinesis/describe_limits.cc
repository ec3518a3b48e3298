#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_describe_limits(Planes& planes, Call& call) {
  const kinesis::DescribeLimitsAnswer answer =
      co_await planes.control.describe_limits(caller_of(call));
  OutputWriter& out = call.output;
  out.begin_structure();
  out.integer("ShardLimit", answer.shard_limit);
  out.integer("OpenShardCount", answer.open_shards);
  out.integer("OnDemandStreamCount", answer.on_demand_streams);
  out.integer("OnDemandStreamCountLimit", answer.on_demand_stream_limit);
  out.integer("ChannelCount", answer.channels);
  out.integer("ChannelCountLimit", answer.channel_limit);
  out.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
