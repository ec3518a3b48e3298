#pragma once
// The handlers of Kinesis: each takes what the tables let through, makes a command of it, runs it
// and writes the answer. One file an operation.

#include "aws/call.h"
#include "base/task.h"
#include "kinesis/control_plane.h"
#include "kinesis/data_plane.h"

namespace levada::aws::kinesis_api {

struct Planes {
  kinesis::DataPlane& data;
  kinesis::ControlPlane& control;
};

using Handler = Task<Unit> (*)(Planes& planes, Call& call);

Task<Unit> handle_add_tags_to_stream(Planes& planes, Call& call);
Task<Unit> handle_create_stream(Planes& planes, Call& call);
Task<Unit> handle_decrease_stream_retention_period(Planes& planes, Call& call);
Task<Unit> handle_delete_resource_policy(Planes& planes, Call& call);
Task<Unit> handle_delete_stream(Planes& planes, Call& call);
Task<Unit> handle_deregister_stream_consumer(Planes& planes, Call& call);
Task<Unit> handle_describe_account_settings(Planes& planes, Call& call);
Task<Unit> handle_describe_limits(Planes& planes, Call& call);
Task<Unit> handle_describe_stream(Planes& planes, Call& call);
Task<Unit> handle_describe_stream_consumer(Planes& planes, Call& call);
Task<Unit> handle_describe_stream_summary(Planes& planes, Call& call);
Task<Unit> handle_disable_enhanced_monitoring(Planes& planes, Call& call);
Task<Unit> handle_enable_enhanced_monitoring(Planes& planes, Call& call);
Task<Unit> handle_get_records(Planes& planes, Call& call);
Task<Unit> handle_get_resource_policy(Planes& planes, Call& call);
Task<Unit> handle_get_shard_iterator(Planes& planes, Call& call);
Task<Unit> handle_increase_stream_retention_period(Planes& planes, Call& call);
Task<Unit> handle_list_shards(Planes& planes, Call& call);
Task<Unit> handle_list_stream_consumers(Planes& planes, Call& call);
Task<Unit> handle_list_streams(Planes& planes, Call& call);
Task<Unit> handle_list_tags_for_resource(Planes& planes, Call& call);
Task<Unit> handle_list_tags_for_stream(Planes& planes, Call& call);
Task<Unit> handle_merge_shards(Planes& planes, Call& call);
Task<Unit> handle_put_record(Planes& planes, Call& call);
Task<Unit> handle_put_records(Planes& planes, Call& call);
Task<Unit> handle_put_resource_policy(Planes& planes, Call& call);
Task<Unit> handle_register_stream_consumer(Planes& planes, Call& call);
Task<Unit> handle_remove_tags_from_stream(Planes& planes, Call& call);
Task<Unit> handle_split_shard(Planes& planes, Call& call);
Task<Unit> handle_start_stream_encryption(Planes& planes, Call& call);
Task<Unit> handle_stop_stream_encryption(Planes& planes, Call& call);
Task<Unit> handle_subscribe_to_shard(Planes& planes, Call& call);
Task<Unit> handle_tag_resource(Planes& planes, Call& call);
Task<Unit> handle_untag_resource(Planes& planes, Call& call);
Task<Unit> handle_update_account_settings(Planes& planes, Call& call);
Task<Unit> handle_update_max_record_size(Planes& planes, Call& call);
Task<Unit> handle_update_shard_count(Planes& planes, Call& call);
Task<Unit> handle_update_stream_mode(Planes& planes, Call& call);
Task<Unit> handle_update_stream_record_distribution_strategy(Planes& planes, Call& call);
Task<Unit> handle_update_stream_warm_throughput(Planes& planes, Call& call);

}  // namespace levada::aws::kinesis_api
