#pragma once
// What the operations on streams and their shards take (spec kinesis 2.1), with the order in which
// production lists their constraint failures (6.2).

#include "aws/kinesis/structures.h"

namespace levada::aws::kinesis_api {

// How a stream is named: by its name, its ARN, or both if they agree.
inline constexpr Field by_name =
    required_unless("StreamARN", "StreamName", name, "The name of the stream.");
inline constexpr Field by_arn = optional("StreamARN", stream_arn, "The ARN of the stream.");
inline constexpr Field by_id = optional("StreamId", stream_id, "The identifier of the stream.");

inline constexpr Field add_tags_fields[] = {
    by_name, required("Tags", tag_map, "The tags to add or overwrite."), by_arn, by_id};
inline constexpr std::string_view add_tags_order[] = {"Tags", "StreamName", "StreamARN",
                                                      "StreamId"};
inline constexpr Shape add_tags =
    structure("AddTagsToStreamInput", add_tags_fields, add_tags_order);

inline constexpr Field create_stream_fields[] = {
    required("StreamName", name, "The name, unique in the account and region."),
    optional("ShardCount", positive, "How many shards; only for provisioned streams."),
    optional("StreamModeDetails", stream_mode_details, "Who scales the stream."),
    optional("Tags", tag_map, "Tags for the new stream."),
    optional("WarmThroughputMiBps", natural, "The write throughput to keep ready."),
    optional("MaxRecordSizeInKiB", record_size_kib, "The largest record it takes; 1024."),
    optional("RecordDistributionStrategy", distribution_strategy,
             "How records spread over shards; on-demand streams only.")};
inline constexpr std::string_view create_stream_order[] = {
    "ShardCount",          "StreamName",         "StreamModeDetails",         "Tags",
    "WarmThroughputMiBps", "MaxRecordSizeInKiB", "RecordDistributionStrategy"};
inline constexpr Shape create_stream =
    structure("CreateStreamInput", create_stream_fields, create_stream_order);

inline constexpr Field retention_fields[] = {
    by_name, required("RetentionPeriodHours", integer, "How long to keep records, in hours."),
    by_arn, by_id};
inline constexpr std::string_view retention_order[] = {"RetentionPeriodHours", "StreamName",
                                                       "StreamARN", "StreamId"};
inline constexpr Shape decrease_retention =
    structure("DecreaseStreamRetentionPeriodInput", retention_fields, retention_order);
inline constexpr Shape increase_retention =
    structure("IncreaseStreamRetentionPeriodInput", retention_fields, retention_order);

inline constexpr Field delete_stream_fields[] = {
    by_name, optional("EnforceConsumerDeletion", boolean, "Delete its registered consumers too."),
    by_arn, by_id};
inline constexpr Shape delete_stream = structure("DeleteStreamInput", delete_stream_fields);

inline constexpr Field describe_stream_fields[] = {
    by_name, optional("Limit", page_limit, "How many shards at most; 100."),
    optional("ExclusiveStartShardId", name, "The shard after which to begin."), by_arn, by_id};
inline constexpr std::string_view describe_stream_order[] = {"Limit", "ExclusiveStartShardId",
                                                             "StreamName", "StreamARN", "StreamId"};
inline constexpr Shape describe_stream =
    structure("DescribeStreamInput", describe_stream_fields, describe_stream_order);

inline constexpr Field stream_only_fields[] = {by_name, by_arn, by_id};
inline constexpr Shape describe_stream_summary =
    structure("DescribeStreamSummaryInput", stream_only_fields);

inline constexpr Field monitoring_fields[] = {
    by_name, required("ShardLevelMetrics", metrics, "The metrics; ALL for every one."), by_arn,
    by_id};
inline constexpr Shape disable_monitoring =
    structure("DisableEnhancedMonitoringInput", monitoring_fields);
inline constexpr Shape enable_monitoring =
    structure("EnableEnhancedMonitoringInput", monitoring_fields);

inline constexpr Field list_shards_fields[] = {
    optional("StreamName", name, "The name of the stream; not with NextToken."),
    optional("NextToken", next_token, "Where the last page ended; valid for 300 seconds."),
    optional("ExclusiveStartShardId", name, "The shard after which to begin."),
    optional("MaxResults", page_limit, "How many shards at most; 1000."),
    optional("StreamCreationTimestamp", timestamp, "Which stream of that name."),
    optional("ShardFilter", shard_filter, "Which shards to list."),
    by_arn,
    by_id};
inline constexpr std::string_view list_shards_order[] = {"MaxResults",
                                                         "ExclusiveStartShardId",
                                                         "StreamName",
                                                         "NextToken",
                                                         "StreamCreationTimestamp",
                                                         "ShardFilter",
                                                         "StreamARN",
                                                         "StreamId"};
inline constexpr Shape list_shards =
    structure("ListShardsInput", list_shards_fields, list_shards_order);

inline constexpr Field list_streams_fields[] = {
    optional("Limit", page_limit, "How many streams at most; 100."),
    optional("ExclusiveStartStreamName", name, "The stream after which to begin."),
    optional("NextToken", next_token, "Where the last page ended; valid for 300 seconds.")};
inline constexpr Shape list_streams = structure("ListStreamsInput", list_streams_fields);

inline constexpr Field list_tags_fields[] = {
    by_name, optional("ExclusiveStartTagKey", tag_key, "The key after which to begin."),
    optional("Limit", tags_limit, "How many tags at most; 50."), by_arn, by_id};
inline constexpr std::string_view list_tags_order[] = {"Limit", "ExclusiveStartTagKey",
                                                       "StreamName", "StreamARN", "StreamId"};
inline constexpr Shape list_tags =
    structure("ListTagsForStreamInput", list_tags_fields, list_tags_order);

inline constexpr Field merge_shards_fields[] = {
    by_name, required("ShardToMerge", name, "The shard of the lower hash keys."),
    required("AdjacentShardToMerge", name, "The shard of the hash keys that follow."), by_arn,
    by_id};
inline constexpr std::string_view merge_shards_order[] = {"ShardToMerge", "AdjacentShardToMerge",
                                                          "StreamName", "StreamARN", "StreamId"};
inline constexpr Shape merge_shards =
    structure("MergeShardsInput", merge_shards_fields, merge_shards_order);

inline constexpr Field remove_tags_fields[] = {
    by_name, required("TagKeys", tag_keys, "The tags to remove."), by_arn, by_id};
inline constexpr std::string_view remove_tags_order[] = {"TagKeys", "StreamName", "StreamARN",
                                                         "StreamId"};
inline constexpr Shape remove_tags =
    structure("RemoveTagsFromStreamInput", remove_tags_fields, remove_tags_order);

inline constexpr Field split_shard_fields[] = {
    by_name, required("ShardToSplit", name, "The shard to split."),
    required("NewStartingHashKey", hash_key, "Where the second child begins."), by_arn, by_id};
inline constexpr std::string_view split_shard_order[] = {"NewStartingHashKey", "StreamName",
                                                         "ShardToSplit", "StreamARN", "StreamId"};
inline constexpr Shape split_shard =
    structure("SplitShardInput", split_shard_fields, split_shard_order);

inline constexpr Field encryption_fields[] = {
    by_name, required("EncryptionType", encryption_type, "KMS."),
    required("KeyId", key_id, "A key id, key ARN or alias."), by_arn, by_id};
inline constexpr Shape start_encryption =
    structure("StartStreamEncryptionInput", encryption_fields);
inline constexpr Shape stop_encryption = structure("StopStreamEncryptionInput", encryption_fields);

inline constexpr Field update_record_size_fields[] = {
    by_arn, by_id, required("MaxRecordSizeInKiB", record_size_kib, "The largest record to take.")};
inline constexpr Shape update_record_size =
    structure("UpdateMaxRecordSizeInput", update_record_size_fields);

inline constexpr Field update_shard_count_fields[] = {
    by_name, required("TargetShardCount", positive, "How many open shards there shall be."),
    required("ScalingType", scaling_type, "UNIFORM_SCALING."), by_arn, by_id};
inline constexpr Shape update_shard_count =
    structure("UpdateShardCountInput", update_shard_count_fields);

inline constexpr Field update_mode_fields[] = {
    required("StreamARN", stream_arn, "The ARN of the stream."), by_id,
    required("StreamModeDetails", stream_mode_details, "PROVISIONED or ON_DEMAND."),
    optional("WarmThroughputMiBps", natural, "The write throughput to keep ready.")};
inline constexpr Shape update_mode = structure("UpdateStreamModeInput", update_mode_fields);

inline constexpr Field update_distribution_fields[] = {
    required("StreamARN", stream_arn, "The ARN of the stream."), by_id,
    required("RecordDistributionStrategy", distribution_strategy, "AUTO or USER_PARTITION_KEY.")};
inline constexpr Shape update_distribution =
    structure("UpdateStreamRecordDistributionStrategyInput", update_distribution_fields);

inline constexpr Field update_warm_fields[] = {
    by_arn, by_name, by_id,
    required("WarmThroughputMiBps", natural, "The write throughput to keep ready.")};
inline constexpr Shape update_warm =
    structure("UpdateStreamWarmThroughputInput", update_warm_fields);

}  // namespace levada::aws::kinesis_api
