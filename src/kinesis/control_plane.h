#pragma once
// ControlPlane: everything about streams but their records. One on each reactor. A verb that
// changes something resolves when every reactor sees the change.

#include "base/task.h"
#include "kinesis/control.h"

namespace levada::kinesis {

class ControlPlane {
 public:
  virtual ~ControlPlane() = default;

  // The ARN of the stream whose shards or consumers a page token lists; empty as above.
  virtual std::string stream_of_page(ByteView token) = 0;

  virtual Task<Unit> create_stream(Caller caller, CreateStream command) = 0;
  virtual Task<Unit> delete_stream(Caller caller, DeleteStream command) = 0;
  virtual Task<Unit> increase_retention(Caller caller, ChangeRetention command) = 0;
  virtual Task<Unit> decrease_retention(Caller caller, ChangeRetention command) = 0;
  virtual Task<Unit> update_max_record_size(Caller caller, UpdateMaxRecordSize command) = 0;
  virtual Task<Unit> split_shard(Caller caller, SplitShard command) = 0;
  virtual Task<Unit> merge_shards(Caller caller, MergeShards command) = 0;
  virtual Task<UpdateShardCountAnswer> update_shard_count(Caller caller,
                                                          UpdateShardCount command) = 0;
  virtual Task<Unit> add_tags(Caller caller, AddTags command) = 0;
  virtual Task<Unit> remove_tags(Caller caller, RemoveTags command) = 0;
  virtual Task<ChangeMonitoringAnswer> change_monitoring(Caller caller,
                                                         ChangeMonitoring command) = 0;
  virtual Task<Unit> change_encryption(Caller caller, ChangeEncryption command) = 0;
  virtual Task<Unit> put_policy(Caller caller, PutPolicy command) = 0;
  virtual Task<Unit> delete_policy(Caller caller, std::string_view resource_arn) = 0;
  virtual Task<Unit> update_mode(Caller caller, UpdateStreamMode command) = 0;
  virtual Task<catalog::StreamSnapshot> update_warm_throughput(Caller caller,
                                                               UpdateWarmThroughput command) = 0;
  virtual Task<Unit> update_distribution(Caller caller, UpdateDistribution command) = 0;
  virtual Task<ConsumerAnswer> register_consumer(Caller caller, RegisterConsumer command) = 0;
  virtual Task<Unit> deregister_consumer(Caller caller, ConsumerRef command) = 0;
  virtual Task<catalog::AccountSettings> update_account(Caller caller, bool commitment) = 0;

  // These only look, at this reactor's own table.
  virtual Result<DescribeStreamAnswer> describe_stream(Caller caller, DescribeStream command) = 0;
  virtual Result<DescribeStreamSummaryAnswer> describe_stream_summary(
      Caller caller, DescribeStreamSummary command) = 0;
  virtual Result<ListStreamsAnswer> list_streams(Caller caller, ListStreams command) = 0;
  virtual Result<ListShardsAnswer> list_shards(Caller caller, ListShards command) = 0;
  virtual Result<DescribeLimitsAnswer> describe_limits(Caller caller) = 0;
  virtual Result<ListTagsAnswer> list_tags(Caller caller, ListTags command) = 0;
  virtual Result<std::string> get_policy(Caller caller, std::string_view resource_arn) = 0;
  virtual bool any_policy() const = 0;  // whether get_policy would find one anywhere
  virtual Result<ConsumerAnswer> describe_consumer(Caller caller, ConsumerRef command) = 0;
  virtual Result<ListConsumersAnswer> list_consumers(Caller caller, ListConsumers command) = 0;
  virtual Result<catalog::AccountSettings> describe_account(Caller caller) = 0;
};

}  // namespace levada::kinesis
