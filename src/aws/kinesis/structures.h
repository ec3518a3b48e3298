#pragma once
// The structures that inputs and outputs of Kinesis operations are made of (spec kinesis 3).

#include "aws/kinesis/shapes.h"

namespace levada::aws::kinesis_api {

inline constexpr Field stream_mode_details_fields[] = {
    required("StreamMode", stream_mode, "PROVISIONED or ON_DEMAND.")};
inline constexpr Shape stream_mode_details =
    structure("StreamModeDetails", stream_mode_details_fields);

inline constexpr Field hash_key_range_fields[] = {
    required("StartingHashKey", hash_key, "The first hash key of the range."),
    required("EndingHashKey", hash_key, "The last hash key of the range.")};
inline constexpr Shape hash_key_range = structure("HashKeyRange", hash_key_range_fields);

inline constexpr Field sequence_number_range_fields[] = {
    required("StartingSequenceNumber", sequence_number, "The first number of the range."),
    optional("EndingSequenceNumber", sequence_number,
             "The last number of the range; only closed shards have one.")};
inline constexpr Shape sequence_number_range =
    structure("SequenceNumberRange", sequence_number_range_fields);

inline constexpr Field shard_fields[] = {
    required("ShardId", name, "The identifier of the shard, unique in its stream."),
    optional("ParentShardId", name, "The shard that this one came from."),
    optional("AdjacentParentShardId", name, "The other parent, after a merge."),
    required("HashKeyRange", hash_key_range, "The hash keys that go to this shard."),
    required("SequenceNumberRange", sequence_number_range, "The shard's sequence numbers.")};
inline constexpr Shape shard = structure("Shard", shard_fields);
inline constexpr Shape shards = list_of(shard);

inline constexpr Shape shard_ids = list_of(name);
inline constexpr Field child_shard_fields[] = {
    required("ShardId", name, "The identifier of the new shard."),
    required("ParentShards", shard_ids, "The shards it was made of."),
    required("HashKeyRange", hash_key_range, "The hash keys that go to this shard.")};
inline constexpr Shape child_shard = structure("ChildShard", child_shard_fields);
inline constexpr Shape child_shards = list_of(child_shard);

inline constexpr Field shard_filter_fields[] = {
    required("Type", shard_filter_type, "Which shards to list."),
    optional("ShardId", name, "For AFTER_SHARD_ID: the shard after which to begin."),
    optional("Timestamp", timestamp, "For AT_TIMESTAMP and FROM_TIMESTAMP: the moment.")};
inline constexpr Shape shard_filter = structure("ShardFilter", shard_filter_fields);

inline constexpr Field record_fields[] = {
    required("SequenceNumber", sequence_number, "Unique in the shard; grows with each record."),
    optional("ApproximateArrivalTimestamp", timestamp, "When the record was accepted."),
    required("Data", record_data, "The bytes of the record."),
    optional("PartitionKey", partition_key, "What the record was routed by."),
    optional("EncryptionType", encryption_type, "How the record is encrypted on the server.")};
inline constexpr Shape record = structure("Record", record_fields);
inline constexpr Shape records = list_of(record);

inline constexpr Field put_entry_fields[] = {
    required("Data", record_data, "The bytes of the record."),
    optional("ExplicitHashKey", hash_key, "Routes the record instead of the partition key's MD5."),
    mostly_required("PartitionKey", partition_key, "Routes the record: equal keys share a shard.")};
inline constexpr std::string_view put_entry_order[] = {"PartitionKey", "ExplicitHashKey", "Data"};
inline constexpr Shape put_entry =
    structure("PutRecordsRequestEntry", put_entry_fields, put_entry_order);
inline constexpr Shape put_entries{
    .type = Type::list, .min = 1, .max = 500, .element = &put_entry, .value_hidden = true};

inline constexpr Field put_result_fields[] = {
    optional("SequenceNumber", sequence_number, "Of a record that was accepted."),
    optional("ShardId", name, "Where a record went that was accepted."),
    optional("ErrorCode", any_string, "ProvisionedThroughputExceededException or InternalFailure."),
    optional("ErrorMessage", any_string, "Why the record was not accepted.")};
inline constexpr Shape put_result = structure("PutRecordsResultEntry", put_result_fields);
inline constexpr Shape put_results = list_of(put_result, 1, 500);

inline constexpr Field starting_position_fields[] = {
    required("Type", iterator_type, "Where in the shard to begin."),
    optional("SequenceNumber", sequence_number, "For AT_ and AFTER_SEQUENCE_NUMBER."),
    optional("Timestamp", timestamp, "For AT_TIMESTAMP.")};
inline constexpr Shape starting_position = structure("StartingPosition", starting_position_fields);

inline constexpr Field enhanced_metrics_fields[] = {
    optional("ShardLevelMetrics", metrics, "The metrics that are kept per shard.")};
inline constexpr Shape enhanced_metrics = structure("EnhancedMetrics", enhanced_metrics_fields);
inline constexpr Shape enhanced_monitoring = list_of(enhanced_metrics);

inline constexpr Field warm_throughput_fields[] = {
    optional("TargetMiBps", natural, "The throughput that was asked for."),
    optional("CurrentMiBps", natural, "The throughput that is ready now.")};
inline constexpr Shape warm_throughput = structure("WarmThroughputObject", warm_throughput_fields);

inline constexpr Field stream_description_fields[] = {
    required("StreamName", name, "The name of the stream."),
    required("StreamARN", stream_arn, "The ARN of the stream."),
    required("StreamStatus", stream_status, "Whether it can be used now."),
    optional("StreamModeDetails", stream_mode_details, "Who scales the stream."),
    required("Shards", shards, "One page of its shards."),
    required("HasMoreShards", boolean, "Whether another page follows."),
    required("RetentionPeriodHours", integer, "How long records are kept."),
    required("StreamCreationTimestamp", timestamp, "When it was created."),
    required("EnhancedMonitoring", enhanced_monitoring, "Its shard-level metrics."),
    optional("EncryptionType", encryption_type, "How its records are encrypted on the server."),
    optional("KeyId", key_id, "The key they are encrypted with.")};
inline constexpr Shape stream_description =
    structure("StreamDescription", stream_description_fields);

inline constexpr Field stream_summary_fields[] = {
    required("StreamName", name, "The name of the stream."),
    required("StreamARN", stream_arn, "The ARN of the stream."),
    optional("StreamId", stream_id, "The identifier of the stream."),
    required("StreamStatus", stream_status, "Whether it can be used now."),
    optional("StreamModeDetails", stream_mode_details, "Who scales the stream."),
    required("RetentionPeriodHours", integer, "How long records are kept."),
    required("StreamCreationTimestamp", timestamp, "When it was created."),
    required("EnhancedMonitoring", enhanced_monitoring, "Its shard-level metrics."),
    optional("EncryptionType", encryption_type, "How its records are encrypted on the server."),
    optional("KeyId", key_id, "The key they are encrypted with."),
    required("OpenShardCount", shard_count, "How many shards take records."),
    optional("ConsumerCount", shard_count, "How many consumers are registered."),
    optional("WarmThroughput", warm_throughput, "The write throughput that is kept ready."),
    optional("MaxRecordSizeInKiB", record_size_kib, "The largest record it takes."),
    optional("ChannelCount", natural, "How many channels deliver from it."),
    optional("RecordDistributionStrategy", distribution_strategy,
             "How records spread over shards; on-demand streams only.")};
inline constexpr Shape stream_description_summary =
    structure("StreamDescriptionSummary", stream_summary_fields);

inline constexpr Field listed_stream_fields[] = {
    required("StreamName", name, "The name of the stream."),
    required("StreamARN", stream_arn, "The ARN of the stream."),
    required("StreamStatus", stream_status, "Whether it can be used now."),
    optional("StreamModeDetails", stream_mode_details, "Who scales the stream."),
    optional("StreamCreationTimestamp", timestamp, "When it was created.")};
inline constexpr Shape stream_summary = structure("StreamSummary", listed_stream_fields);
inline constexpr Shape stream_summaries = list_of(stream_summary);

inline constexpr Field consumer_fields[] = {
    required("ConsumerName", name, "The name of the consumer, unique in its stream."),
    required("ConsumerARN", consumer_arn, "The ARN of the consumer; another one each time."),
    required("ConsumerStatus", consumer_status, "Whether it can be used now."),
    required("ConsumerCreationTimestamp", timestamp, "When it was registered.")};
inline constexpr Shape consumer = structure("Consumer", consumer_fields);
inline constexpr Shape consumers = list_of(consumer);

inline constexpr Field consumer_description_fields[] = {
    required("ConsumerName", name, "The name of the consumer, unique in its stream."),
    required("ConsumerARN", consumer_arn, "The ARN of the consumer; another one each time."),
    required("ConsumerStatus", consumer_status, "Whether it can be used now."),
    required("ConsumerCreationTimestamp", timestamp, "When it was registered."),
    required("StreamARN", stream_arn, "The stream it reads.")};
inline constexpr Shape consumer_description =
    structure("ConsumerDescription", consumer_description_fields);

inline constexpr Field tag_fields[] = {required("Key", tag_key, "The name of the tag."),
                                       optional("Value", tag_value, "Its value.")};
inline constexpr Shape tag = structure("Tag", tag_fields);
inline constexpr Shape tag_list = list_of(tag, 0, 200);

inline constexpr Field commitment_input_fields[] = {
    required("Status", commitment_input_status, "ENABLED or DISABLED.")};
inline constexpr Shape commitment_input =
    structure("MinimumThroughputBillingCommitmentInput", commitment_input_fields);
inline constexpr Field commitment_output_fields[] = {
    required("Status", commitment_output_status, "Whether the commitment holds."),
    optional("StartedAt", timestamp, "When it began."),
    optional("EndedAt", timestamp, "When it ended."),
    optional("EarliestAllowedEndAt", timestamp, "When it may end.")};
inline constexpr Shape commitment_output =
    structure("MinimumThroughputBillingCommitmentOutput", commitment_output_fields);

inline constexpr Field subscribe_event_fields[] = {
    required("Records", records, "The records that have come."),
    required("ContinuationSequenceNumber", sequence_number, "Where to go on after this event."),
    required("MillisBehindLatest", millis_behind, "How old the newest record sent is."),
    optional("ChildShards", child_shards, "At the end of a closed shard: what follows it.")};
inline constexpr Shape subscribe_event = structure("SubscribeToShardEvent", subscribe_event_fields);
inline constexpr Field event_stream_fields[] = {
    required("SubscribeToShardEvent", subscribe_event, "Records as they come.")};
inline constexpr Shape subscribe_event_stream =
    structure("SubscribeToShardEventStream", event_stream_fields);

}  // namespace levada::aws::kinesis_api
