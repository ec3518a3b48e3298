#include "aws/kinesis/face.h"

#include <algorithm>

#include "aws/kinesis/faults.h"
#include "aws/kinesis/operations.h"
#include "aws/kinesis/requests.h"
#include "kinesis/stream_lookup.h"

namespace levada::aws {
namespace {

using namespace kinesis_api;

struct Row {
  std::string_view operation;
  Handler handler;
};

// What is not here is answered as not supported: the channels, which deliver to S3.
constexpr Row rows[] = {
    {"AddTagsToStream", handle_add_tags_to_stream},
    {"CreateStream", handle_create_stream},
    {"DecreaseStreamRetentionPeriod", handle_decrease_stream_retention_period},
    {"DeleteResourcePolicy", handle_delete_resource_policy},
    {"DeleteStream", handle_delete_stream},
    {"DeregisterStreamConsumer", handle_deregister_stream_consumer},
    {"DescribeAccountSettings", handle_describe_account_settings},
    {"DescribeLimits", handle_describe_limits},
    {"DescribeStream", handle_describe_stream},
    {"DescribeStreamConsumer", handle_describe_stream_consumer},
    {"DescribeStreamSummary", handle_describe_stream_summary},
    {"DisableEnhancedMonitoring", handle_disable_enhanced_monitoring},
    {"EnableEnhancedMonitoring", handle_enable_enhanced_monitoring},
    {"GetRecords", handle_get_records},
    {"GetResourcePolicy", handle_get_resource_policy},
    {"GetShardIterator", handle_get_shard_iterator},
    {"IncreaseStreamRetentionPeriod", handle_increase_stream_retention_period},
    {"ListShards", handle_list_shards},
    {"ListStreamConsumers", handle_list_stream_consumers},
    {"ListStreams", handle_list_streams},
    {"ListTagsForResource", handle_list_tags_for_resource},
    {"ListTagsForStream", handle_list_tags_for_stream},
    {"MergeShards", handle_merge_shards},
    {"PutRecord", handle_put_record},
    {"PutRecords", handle_put_records},
    {"PutResourcePolicy", handle_put_resource_policy},
    {"RegisterStreamConsumer", handle_register_stream_consumer},
    {"RemoveTagsFromStream", handle_remove_tags_from_stream},
    {"SplitShard", handle_split_shard},
    {"StartStreamEncryption", handle_start_stream_encryption},
    {"StopStreamEncryption", handle_stop_stream_encryption},
    {"SubscribeToShard", handle_subscribe_to_shard},
    {"TagResource", handle_tag_resource},
    {"UntagResource", handle_untag_resource},
    {"UpdateAccountSettings", handle_update_account_settings},
    {"UpdateMaxRecordSize", handle_update_max_record_size},
    {"UpdateShardCount", handle_update_shard_count},
    {"UpdateStreamMode", handle_update_stream_mode},
    {"UpdateStreamRecordDistributionStrategy", handle_update_stream_record_distribution_strategy},
    {"UpdateStreamWarmThroughput", handle_update_stream_warm_throughput},
};

}  // namespace

KinesisFace::KinesisFace(kinesis::DataPlane& data, kinesis::ControlPlane& control)
    : planes_{data, control}, handlers_(kinesis_api::service.operations.size()) {
  for (const Row& row : rows) {
    const Operation* operation = find_operation(kinesis_api::service, row.operation);
    CHECK(operation != nullptr, row.operation);
    handlers_[static_cast<std::size_t>(operation - kinesis_api::service.operations.data())] =
        row.handler;
  }
}

const Service& KinesisFace::service() const { return kinesis_api::service; }

Task<Unit> KinesisFace::run(Call& call) {
  const auto index =
      static_cast<std::size_t>(&call.operation - kinesis_api::service.operations.data());
  if (handlers_[index] == nullptr)
    co_return fail(ErrorKind::unsupported, std::string(call.operation.name) +
                                               " is not supported by this version of Levada.");
  co_return co_await handlers_[index](planes_, call);
}

// An iterator or a page token says itself which stream it is of, whatever else the request names.
std::string KinesisFace::resource(const Caller& caller, const Input& input) const {
  const auto given = [&](std::string_view member) {
    return find_field(input.shape(), member) != nullptr && input.has(member);
  };
  if (given("ShardIterator")) {
    const Buffer iterator = decode_token(*input.text("ShardIterator"));
    return planes_.data.stream_of_iterator(iterator);
  }
  if (given("NextToken"))
    if (const std::optional<Buffer> token = next_token_of(input)) {
      const std::string stream = planes_.control.stream_of_page(*token);
      if (!stream.empty()) return stream;
    }
  for (const std::string_view member : {"StreamARN", "ResourceARN", "ConsumerARN"}) {
    if (find_field(input.shape(), member) == nullptr) continue;
    const std::string_view arn = input.text(member).value_or("");
    if (!arn.empty()) return std::string(arn);
  }
  if (find_field(input.shape(), "StreamName") == nullptr || !input.has("StreamName")) return "";
  return kinesis::stream_arn({caller.account, caller.region, *input.text("StreamName")});
}

std::string KinesisFace::policy(std::string_view resource) const {
  if (!planes_.control.any_policy()) return {};
  const std::optional<kinesis::Arn> arn = kinesis::parse_arn(resource);
  if (!arn) return {};
  const kinesis::Caller owner{arn->account, arn->region};
  Result<std::string> policy = planes_.control.get_policy(owner, resource);
  if (!policy || *policy == kinesis::no_policy) return {};
  return std::move(*policy);
}

bool KinesisFace::transports(const Operation& operation) const {
  constexpr std::string_view names[] = {"GetRecords", "GetShardIterator", "PutRecord", "PutRecords",
                                        "SubscribeToShard"};
  return std::ranges::find(names, operation.name) != std::end(names);
}

Fault KinesisFace::fault_of(const Error& error) const { return kinesis_api::fault_of(error); }

std::unique_ptr<FastCall> KinesisFace::read_fast(const Operation& operation, Coding coding,
                                                 ByteView body) {
  return read_fast_put(operation, coding, body, planes_, memories_);
}

}  // namespace levada::aws
