#pragma once
// The control operations: what is asked and what is answered. Answers that describe a stream hold
// its snapshot; what a field of AWS's answer means is in catalog/stream.h, sequence numbers and ids
// come from sequence_number.h and shard_id.h.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "catalog/account.h"
#include "catalog/stream.h"
#include "kinesis/caller.h"
#include "kinesis/read.h"

namespace levada::kinesis {

using TagList = std::vector<std::pair<std::string_view, std::string_view>>;

struct CreateStream {
  std::string_view name{};
  std::optional<std::uint32_t> shard_count{};
  catalog::StreamMode mode = catalog::StreamMode::provisioned;
  TagList tags{};
  std::optional<std::uint32_t> warm_mib_per_second{};
  std::optional<std::uint32_t> record_kib_max{};
  std::optional<catalog::Distribution> distribution{};
};

struct DeleteStream {
  StreamRef stream{};
  bool enforce_consumer_deletion = false;
};

struct DescribeStream {
  StreamRef stream{};
  std::optional<std::uint32_t> limit{};
  std::string_view exclusive_start_shard_id{};  // empty: absent
};

struct DescribeStreamAnswer {
  catalog::StreamSnapshot stream{};
  std::vector<const catalog::Shard*> shards{};  // in `stream`; none while it is being created
  bool has_more = false;
};

struct DescribeStreamSummary {
  StreamRef stream{};
};

struct DescribeStreamSummaryAnswer {
  catalog::StreamSnapshot stream{};
  std::uint32_t open_shards = 0;
};

struct ListStreams {
  std::optional<std::uint32_t> limit{};
  std::string_view exclusive_start_name{};  // empty: absent
  std::optional<ByteView> next_token{};     // decoded from base64; empty: not decodable
};

struct ListStreamsAnswer {
  std::vector<catalog::StreamSnapshot> streams{};  // by name
  bool has_more = false;
  std::optional<Token> next_token{};
};

enum class ShardFilterType : std::uint8_t {
  after_shard_id,
  at_trim_horizon,
  from_trim_horizon,
  at_latest,
  at_timestamp,
  from_timestamp,
};

struct ShardFilter {
  ShardFilterType type = ShardFilterType::from_trim_horizon;
  std::string_view shard_id{};  // empty: absent
  std::optional<UnixMillis> timestamp{};
};

struct ListShards {
  StreamRef stream{};
  std::optional<ByteView> next_token{};  // decoded from base64; empty: not decodable
  std::string_view exclusive_start_shard_id{};
  std::optional<std::uint32_t> max_results{};
  std::optional<UnixMillis> stream_created{};
  std::optional<ShardFilter> filter{};
};

struct ListShardsAnswer {
  catalog::StreamSnapshot stream{};
  std::vector<const catalog::Shard*> shards{};
  std::optional<Token> next_token{};
};

struct ChangeRetention {
  StreamRef stream{};
  std::int64_t hours = 24;
};

struct DescribeLimitsAnswer {
  std::uint32_t shard_limit = 0, open_shards = 0;
  std::uint32_t on_demand_streams = 0, on_demand_stream_limit = 0;
  std::uint32_t channels = 0, channel_limit = 0;
};

struct UpdateMaxRecordSize {
  StreamRef stream{};
  std::uint32_t kib = 1024;
};

struct SplitShard {
  StreamRef stream{};
  std::string_view shard_id{};
  std::string_view new_starting_hash_key{};
};

struct MergeShards {
  StreamRef stream{};
  std::string_view shard_id{};
  std::string_view adjacent_shard_id{};
};

struct UpdateShardCount {
  StreamRef stream{};
  std::uint32_t target = 1;
};

struct UpdateShardCountAnswer {
  catalog::StreamSnapshot stream{};
  std::uint32_t current = 0, target = 0;
};

// Tags live on a stream or on a consumer: `resource_arn` names either, `stream` the first only.
struct AddTags {
  StreamRef stream{};
  std::string_view resource_arn{};
  TagList tags{};
};

struct RemoveTags {
  StreamRef stream{};
  std::string_view resource_arn{};
  std::vector<std::string_view> keys{};
};

struct ListTags {
  StreamRef stream{};
  std::string_view resource_arn{};
  std::string_view exclusive_start_key{};
  std::optional<std::uint32_t> limit{};  // ListTagsForStream only
};

struct ListTagsAnswer {
  std::vector<std::pair<std::string, std::string>> tags{};
  bool has_more = false;
};

struct ChangeMonitoring {
  StreamRef stream{};
  catalog::ShardMetrics metrics = 0;
  bool enable = true;
};

struct ChangeMonitoringAnswer {
  catalog::StreamSnapshot stream{};
  catalog::ShardMetrics before = 0, after = 0;
};

struct ChangeEncryption {
  StreamRef stream{};
  catalog::Encryption encryption = catalog::Encryption::kms;  // as the request names it
  std::string_view key_id{};
  bool start = true;
};

inline constexpr std::string_view no_policy = "{}";  // what GetResourcePolicy says of none

struct PutPolicy {
  std::string_view resource_arn{};
  std::string_view policy{};  // valid JSON, checked by the face
};

struct UpdateStreamMode {
  StreamRef stream{};
  catalog::StreamMode mode = catalog::StreamMode::provisioned;
  std::optional<std::uint32_t> warm_mib_per_second{};
};

struct UpdateWarmThroughput {
  StreamRef stream{};
  std::uint32_t mib_per_second = 0;
};

struct UpdateDistribution {
  StreamRef stream{};
  catalog::Distribution distribution = catalog::Distribution::user_partition_key;
};

struct RegisterConsumer {
  std::string_view stream_arn{};
  std::string_view name{};
  TagList tags{};
};

// A consumer by its ARN, or by its stream's ARN and its name, or by all three if they agree.
struct ConsumerRef {
  std::string_view consumer_arn, stream_arn, name;
};

struct ConsumerAnswer {
  catalog::StreamSnapshot stream{};
  catalog::Consumer consumer{};
};

struct ListConsumers {
  std::string_view stream_arn{};
  std::optional<ByteView> next_token{};
  std::optional<std::uint32_t> max_results{};
  std::optional<UnixMillis> stream_created{};
};

struct ListConsumersAnswer {
  catalog::StreamSnapshot stream{};
  std::vector<catalog::Consumer> consumers{};
  std::optional<Token> next_token{};
};

}  // namespace levada::kinesis
