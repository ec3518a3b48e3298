#pragma once
// What Kinesis operations answer with (spec kinesis 2).

#include "aws/kinesis/channel_structures.h"
#include "aws/kinesis/structures.h"

namespace levada::aws::kinesis_api {

inline constexpr Field describe_account_out_fields[] = {
    optional("MinimumThroughputBillingCommitment", commitment_output, "The commitment.")};
inline constexpr Shape describe_account_out =
    structure("DescribeAccountSettingsOutput", describe_account_out_fields);
inline constexpr Shape update_account_out =
    structure("UpdateAccountSettingsOutput", describe_account_out_fields);

inline constexpr Field describe_limits_out_fields[] = {
    required("ShardLimit", shard_count, "How many shards the account may have."),
    required("OpenShardCount", shard_count, "How many open shards it has."),
    required("OnDemandStreamCount", shard_count, "How many on-demand streams it has."),
    required("OnDemandStreamCountLimit", shard_count, "How many it may have."),
    optional("ChannelCount", natural, "How many channels it has."),
    optional("ChannelCountLimit", natural, "How many it may have.")};
inline constexpr Shape describe_limits_out =
    structure("DescribeLimitsOutput", describe_limits_out_fields);

inline constexpr Field describe_stream_out_fields[] = {
    required("StreamDescription", stream_description, "The stream.")};
inline constexpr Shape describe_stream_out =
    structure("DescribeStreamOutput", describe_stream_out_fields);

inline constexpr Field describe_consumer_out_fields[] = {
    required("ConsumerDescription", consumer_description, "The consumer.")};
inline constexpr Shape describe_consumer_out =
    structure("DescribeStreamConsumerOutput", describe_consumer_out_fields);

inline constexpr Field describe_summary_out_fields[] = {
    required("StreamDescriptionSummary", stream_description_summary, "The stream.")};
inline constexpr Shape describe_summary_out =
    structure("DescribeStreamSummaryOutput", describe_summary_out_fields);

inline constexpr Field monitoring_out_fields[] = {
    optional("StreamName", name, "The name of the stream."),
    optional("CurrentShardLevelMetrics", metrics, "The metrics before the change."),
    optional("DesiredShardLevelMetrics", metrics, "The metrics after it."),
    optional("StreamARN", stream_arn, "The ARN of the stream.")};
inline constexpr Shape monitoring_out =
    structure("EnhancedMonitoringOutput", monitoring_out_fields);

inline constexpr Field get_records_out_fields[] = {
    required("Records", records, "The records read."),
    optional("NextShardIterator", shard_iterator, "Where to read on; none at a shard's end."),
    optional("MillisBehindLatest", millis_behind, "How far behind the tip the answer is."),
    optional("ChildShards", child_shards, "At the end of a closed shard: what follows it.")};
inline constexpr Shape get_records_out = structure("GetRecordsOutput", get_records_out_fields);

inline constexpr Field get_policy_out_fields[] = {
    required("Policy", any_string, "The policy, a JSON document.")};
inline constexpr Shape get_policy_out = structure("GetResourcePolicyOutput", get_policy_out_fields);

inline constexpr Field get_iterator_out_fields[] = {
    optional("ShardIterator", shard_iterator, "Where to read; valid for 300 seconds.")};
inline constexpr Shape get_iterator_out =
    structure("GetShardIteratorOutput", get_iterator_out_fields);

inline constexpr Field list_shards_out_fields[] = {
    optional("Shards", shards, "One page of shards."),
    optional("NextToken", next_token, "Where the page ended; none on the last one.")};
inline constexpr Shape list_shards_out = structure("ListShardsOutput", list_shards_out_fields);

inline constexpr Field list_consumers_out_fields[] = {
    optional("Consumers", consumers, "One page of consumers."),
    optional("NextToken", next_token, "Where the page ended; none on the last one.")};
inline constexpr Shape list_consumers_out =
    structure("ListStreamConsumersOutput", list_consumers_out_fields);

inline constexpr Shape stream_names = list_of(name);
inline constexpr Field list_streams_out_fields[] = {
    required("StreamNames", stream_names, "One page of names."),
    required("HasMoreStreams", boolean, "Whether another page follows."),
    optional("NextToken", next_token, "Where the page ended; none on the last one."),
    optional("StreamSummaries", stream_summaries, "The same streams with their status.")};
inline constexpr Shape list_streams_out = structure("ListStreamsOutput", list_streams_out_fields);

inline constexpr Field list_resource_tags_out_fields[] = {
    optional("Tags", tag_list, "The tags, by key.")};
inline constexpr Shape list_resource_tags_out =
    structure("ListTagsForResourceOutput", list_resource_tags_out_fields);

inline constexpr Field list_tags_out_fields[] = {
    required("Tags", tag_list, "One page of tags, by key."),
    required("HasMoreTags", boolean, "Whether another page follows.")};
inline constexpr Shape list_tags_out = structure("ListTagsForStreamOutput", list_tags_out_fields);

inline constexpr Field put_record_out_fields[] = {
    required("ShardId", name, "The shard that has the record."),
    required("SequenceNumber", sequence_number, "The record's number in it."),
    optional("EncryptionType", encryption_type, "How the record is encrypted on the server.")};
inline constexpr Shape put_record_out = structure("PutRecordOutput", put_record_out_fields);

inline constexpr Field put_records_out_fields[] = {
    optional("FailedRecordCount", positive, "How many records were not accepted."),
    required("Records", put_results, "One result for each record, in the request's order."),
    optional("EncryptionType", encryption_type, "How the records are encrypted on the server.")};
inline constexpr Shape put_records_out = structure("PutRecordsOutput", put_records_out_fields);

inline constexpr Field register_consumer_out_fields[] = {
    required("Consumer", consumer, "The new consumer.")};
inline constexpr Shape register_consumer_out =
    structure("RegisterStreamConsumerOutput", register_consumer_out_fields);

inline constexpr Field subscribe_out_fields[] = {
    required("EventStream", subscribe_event_stream, "Events for five minutes.")};
inline constexpr Shape subscribe_out = structure("SubscribeToShardOutput", subscribe_out_fields);

inline constexpr Field update_shard_count_out_fields[] = {
    optional("StreamName", name, "The name of the stream."),
    optional("CurrentShardCount", positive, "How many open shards there were."),
    optional("TargetShardCount", positive, "How many there will be."),
    optional("StreamARN", stream_arn, "The ARN of the stream.")};
inline constexpr Shape update_shard_count_out =
    structure("UpdateShardCountOutput", update_shard_count_out_fields);

inline constexpr Field update_warm_out_fields[] = {
    optional("StreamARN", stream_arn, "The ARN of the stream."),
    optional("StreamName", name, "The name of the stream."),
    optional("WarmThroughput", warm_throughput, "What is ready, and what was asked for.")};
inline constexpr Shape update_warm_out =
    structure("UpdateStreamWarmThroughputOutput", update_warm_out_fields);

inline constexpr Field channel_out_fields[] = {
    required("ChannelDescription", channel_description, "The channel.")};
inline constexpr Shape create_channel_out = structure("CreateChannelOutput", channel_out_fields);
inline constexpr Shape describe_channel_out =
    structure("DescribeChannelOutput", channel_out_fields);
inline constexpr Shape update_channel_out = structure("UpdateChannelOutput", channel_out_fields);

inline constexpr Field list_channels_out_fields[] = {
    required("ChannelSummaries", channel_summaries, "One page of channels."),
    optional("NextToken", any_string, "Where the page ended; none on the last one.")};
inline constexpr Shape list_channels_out =
    structure("ListChannelsOutput", list_channels_out_fields);

}  // namespace levada::aws::kinesis_api
