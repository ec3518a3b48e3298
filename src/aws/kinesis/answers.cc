#include "aws/kinesis/answers.h"

#include <bit>

#include "aws/kinesis/shapes.h"
#include "kinesis/sequence_number.h"
#include "kinesis/shard_id.h"
#include "kinesis/stream_lookup.h"
#include "wire/base64.h"

namespace levada::aws::kinesis_api {
namespace {

void write_hash_range(OutputWriter& out, const catalog::HashRange& range) {
  out.begin_structure("HashKeyRange");
  out.string("StartingHashKey", decimal_string(range.first));
  out.string("EndingHashKey", decimal_string(range.last));
  out.end_structure();
}

void write_shard(OutputWriter& out, const catalog::Shard& shard) {
  out.begin_structure();
  out.string("ShardId", kinesis::shard_id(shard.index));
  if (shard.parent) out.string("ParentShardId", kinesis::shard_id(*shard.parent));
  if (shard.adjacent_parent)
    out.string("AdjacentParentShardId", kinesis::shard_id(*shard.adjacent_parent));
  write_hash_range(out, shard.range);
  out.begin_structure("SequenceNumberRange");
  out.string("StartingSequenceNumber", decimal_text(kinesis::starting_sequence_number(shard)));
  if (!shard.open())
    out.string("EndingSequenceNumber", decimal_text(kinesis::ending_sequence_number(shard)));
  out.end_structure();
  out.end_structure();
}

}  // namespace

std::string stream_arn_of(const catalog::Stream& stream) {
  return kinesis::stream_arn(catalog::view(stream.key));
}

std::string_view status_name(catalog::StreamStatus status) {
  switch (status) {
    case catalog::StreamStatus::creating:
      return "CREATING";
    case catalog::StreamStatus::active:
      return "ACTIVE";
    case catalog::StreamStatus::updating:
      return "UPDATING";
    case catalog::StreamStatus::deleting:
      return "DELETING";
  }
  return "";
}

std::string decimal_text(const Uint192& number) { return decimal_string(number); }

void write_stream_mode(OutputWriter& out, const catalog::Stream& stream) {
  const bool on_demand = stream.mode == catalog::StreamMode::on_demand;
  out.begin_structure("StreamModeDetails");
  out.string("StreamMode", on_demand ? "ON_DEMAND" : "PROVISIONED");
  out.end_structure();
}

void write_stream(OutputWriter& out, const catalog::Stream& stream) {
  out.string("StreamName", stream.key.name);
  out.string("StreamARN", stream_arn_of(stream));
  out.string("StreamStatus", status_name(stream.status));
  write_stream_mode(out, stream);
  out.integer("RetentionPeriodHours", stream.retention_hours);
  // Seconds: the service does not tell milliseconds here.
  out.timestamp("StreamCreationTimestamp", UnixMillis(stream.created.count() / 1000 * 1000));
  out.begin_list("EnhancedMonitoring", 1);
  out.begin_structure();
  write_metrics(out, "ShardLevelMetrics", stream.metrics);
  out.end_structure();
  out.end_list();
  out.string("EncryptionType", stream.encryption == catalog::Encryption::kms ? "KMS" : "NONE");
  if (stream.encryption == catalog::Encryption::kms) out.string("KeyId", stream.key_id);
}

void write_shards(OutputWriter& out, const std::vector<const catalog::Shard*>& shards) {
  out.begin_list("Shards", shards.size());
  for (const catalog::Shard* shard : shards) write_shard(out, *shard);
  out.end_list();
}

void write_metrics(OutputWriter& out, std::string_view name, catalog::ShardMetrics metrics) {
  out.begin_list(name, static_cast<std::size_t>(std::popcount(metrics)));
  for (unsigned bit = 0; bit < 7; ++bit)
    if ((metrics >> bit & 1) != 0) out.item(metric_values[bit]);
  out.end_list();
}

void write_warm_throughput(OutputWriter& out, const catalog::Stream& stream) {
  out.begin_structure("WarmThroughput");
  out.integer("TargetMiBps", stream.warm_mib_per_second);
  out.integer("CurrentMiBps", stream.warm_mib_per_second);
  out.end_structure();
}

void write_encryption_type(OutputWriter& out, catalog::Encryption encryption) {
  if (encryption == catalog::Encryption::kms) out.string("EncryptionType", "KMS");
}

void write_records(OutputWriter& out, const std::vector<kinesis::ReadRecord>& records) {
  constexpr std::size_t others_size = 192;  // what an entry has beside its data, about
  std::size_t size = 0;
  for (const kinesis::ReadRecord& record : records) size += record.data.size() + others_size;
  out.expect_blobs(size);
  out.begin_list("Records", records.size());
  for (const kinesis::ReadRecord& record : records) {
    char digits[sequence_digits];
    write_56_digits(record.sequence, digits);
    out.begin_structure();
    out.string("SequenceNumber", std::string_view(digits, sequence_digits));
    out.timestamp("ApproximateArrivalTimestamp", record.arrival);
    out.blob("Data", record.data);
    if (!record.keyless) out.string("PartitionKey", record.partition_key);
    write_encryption_type(out, record.encryption);
    out.end_structure();
  }
  out.end_list();
}

void write_child_shards(OutputWriter& out, const std::vector<kinesis::ChildShard>& children) {
  if (children.empty()) return;
  out.begin_list("ChildShards", children.size());
  for (const kinesis::ChildShard& child : children) {
    out.begin_structure();
    out.string("ShardId", kinesis::shard_id(child.shard));
    out.begin_list("ParentShards", child.parents.size());
    for (const catalog::ShardIndex parent : child.parents) out.item(kinesis::shard_id(parent));
    out.end_list();
    write_hash_range(out, child.range);
    out.end_structure();
  }
  out.end_list();
}

void write_consumer(OutputWriter& out, const catalog::Stream& stream,
                    const catalog::Consumer& consumer) {
  const auto status = [&]() -> std::string_view {
    switch (consumer.status) {
      case catalog::ConsumerStatus::creating:
        return "CREATING";
      case catalog::ConsumerStatus::active:
        return "ACTIVE";
      case catalog::ConsumerStatus::deleting:
        return "DELETING";
    }
    return "";
  };
  out.string("ConsumerName", consumer.name);
  out.string("ConsumerARN", kinesis::consumer_arn(stream.key, consumer));
  out.string("ConsumerStatus", status());
  out.timestamp("ConsumerCreationTimestamp", UnixMillis(consumer.created.count() / 1000 * 1000));
}

void write_token(OutputWriter& out, std::string_view name,
                 const std::optional<kinesis::Token>& token) {
  if (token) out.string(name, wire::base64_encode(*token));
}

void write_monitoring(OutputWriter& out, const kinesis::ChangeMonitoringAnswer& answer) {
  out.begin_structure();
  out.string("StreamName", answer.stream->key.name);
  write_metrics(out, "CurrentShardLevelMetrics", answer.before);
  write_metrics(out, "DesiredShardLevelMetrics", answer.after);
  out.string("StreamARN", stream_arn_of(*answer.stream));
  out.end_structure();
}

void write_tags(OutputWriter& out, const kinesis::ListTagsAnswer& answer) {
  out.begin_list("Tags", answer.tags.size());
  for (const auto& [key, value] : answer.tags) {
    out.begin_structure();
    out.string("Key", key);
    out.string("Value", value);
    out.end_structure();
  }
  out.end_list();
}

void write_commitment(OutputWriter& out, const catalog::AccountSettings& settings) {
  const auto status = [&]() -> std::string_view {
    switch (settings.commitment) {
      case catalog::Commitment::disabled:
        return "DISABLED";
      case catalog::Commitment::enabled:
        return "ENABLED";
      case catalog::Commitment::enabled_until_earliest_end:
        return "ENABLED_UNTIL_EARLIEST_ALLOWED_END";
    }
    return "";
  };
  out.begin_structure();
  out.begin_structure("MinimumThroughputBillingCommitment");
  out.string("Status", status());
  if (settings.started) out.timestamp("StartedAt", *settings.started);
  if (settings.ended) out.timestamp("EndedAt", *settings.ended);
  if (settings.earliest_end) out.timestamp("EarliestAllowedEndAt", *settings.earliest_end);
  out.end_structure();
  out.end_structure();
}

}  // namespace levada::aws::kinesis_api
