#pragma once
// What the operations on records, consumers, resources, the account and channels take (spec kinesis
// 2.1, 2.2), with the order in which production lists their constraint failures (6.2).

#include "aws/kinesis/channel_structures.h"
#include "aws/kinesis/stream_inputs.h"

namespace levada::aws::kinesis_api {

inline constexpr Field dry_run =
    optional("DryRun", boolean, "Only say whether the call would succeed.");

// ---- records ----

inline constexpr Field put_record_fields[] = {
    by_name,
    required("Data", record_data, "The bytes of the record."),
    mostly_required("PartitionKey", partition_key, "Routes the record: equal keys share a shard."),
    optional("ExplicitHashKey", hash_key, "Routes the record instead of the partition key's MD5."),
    optional("SequenceNumberForOrdering", sequence_number,
             "The new record's number shall be greater than this one."),
    by_arn,
    by_id,
    dry_run};
inline constexpr std::string_view put_record_order[] = {"SequenceNumberForOrdering",
                                                        "PartitionKey",
                                                        "ExplicitHashKey",
                                                        "Data",
                                                        "StreamName",
                                                        "StreamARN",
                                                        "StreamId"};
inline constexpr Shape put_record =
    structure("PutRecordInput", put_record_fields, put_record_order);

inline constexpr Field put_records_fields[] = {
    required("Records", put_entries, "The records, 500 and 10 MiB at most."), by_name, by_arn,
    by_id, dry_run};
inline constexpr Shape put_records = structure("PutRecordsInput", put_records_fields);

inline constexpr Field get_records_fields[] = {
    required("ShardIterator", shard_iterator, "Where to read; valid for 300 seconds."),
    optional("Limit", page_limit, "How many records at most; 10000."), by_arn, by_id, dry_run};
inline constexpr std::string_view get_records_order[] = {"Limit", "ShardIterator", "StreamARN",
                                                         "StreamId"};
inline constexpr Shape get_records =
    structure("GetRecordsInput", get_records_fields, get_records_order);

inline constexpr Field get_iterator_fields[] = {
    by_name,
    required("ShardId", name, "The shard to read."),
    required("ShardIteratorType", iterator_type, "Where in the shard to begin."),
    optional("StartingSequenceNumber", sequence_number, "For AT_ and AFTER_SEQUENCE_NUMBER."),
    optional("Timestamp", timestamp, "For AT_TIMESTAMP."),
    by_arn,
    by_id,
    dry_run};
inline constexpr std::string_view get_iterator_order[] = {
    "ShardId",   "ShardIteratorType", "StartingSequenceNumber", "StreamName", "Timestamp",
    "StreamARN", "StreamId"};
inline constexpr Shape get_shard_iterator =
    structure("GetShardIteratorInput", get_iterator_fields, get_iterator_order);

// ---- consumers ----

inline constexpr Field consumer_fields_in[] = {
    by_arn, optional("ConsumerName", name, "The name of the consumer, with StreamARN."),
    optional("ConsumerARN", consumer_arn, "The ARN of the consumer."), by_id};
inline constexpr Shape deregister_consumer =
    structure("DeregisterStreamConsumerInput", consumer_fields_in);
inline constexpr Shape describe_consumer =
    structure("DescribeStreamConsumerInput", consumer_fields_in);

inline constexpr Field list_consumers_fields[] = {
    required("StreamARN", stream_arn, "The ARN of the stream."),
    optional("NextToken", next_token, "Where the last page ended; valid for 300 seconds."),
    optional("MaxResults", page_limit, "How many consumers at most; 100."),
    optional("StreamCreationTimestamp", timestamp, "Which stream of that name."), by_id};
inline constexpr Shape list_consumers =
    structure("ListStreamConsumersInput", list_consumers_fields);

inline constexpr Field register_consumer_fields[] = {
    required("StreamARN", stream_arn, "The ARN of the stream."),
    required("ConsumerName", name, "The name, unique in the stream."), by_id,
    optional("Tags", tag_map, "Tags for the new consumer.")};
inline constexpr Shape register_consumer =
    structure("RegisterStreamConsumerInput", register_consumer_fields);

inline constexpr Field subscribe_fields[] = {
    required("ConsumerARN", consumer_arn, "The consumer that reads."),
    required("ShardId", name, "The shard to read."),
    required("StartingPosition", starting_position, "Where in the shard to begin."), by_id,
    dry_run};
inline constexpr Shape subscribe = structure("SubscribeToShardInput", subscribe_fields);

// ---- resources ----

inline constexpr Field by_resource =
    required("ResourceARN", resource_arn, "The ARN of the stream or consumer.");

inline constexpr Field resource_only_fields[] = {by_resource, by_id};
inline constexpr Shape delete_policy = structure("DeleteResourcePolicyInput", resource_only_fields);
inline constexpr Shape get_policy = structure("GetResourcePolicyInput", resource_only_fields);
inline constexpr Shape list_resource_tags =
    structure("ListTagsForResourceInput", resource_only_fields);

inline constexpr Field put_policy_fields[] = {
    by_resource, by_id, required("Policy", any_string, "The policy, a JSON document.")};
inline constexpr Shape put_policy = structure("PutResourcePolicyInput", put_policy_fields);

inline constexpr Field tag_resource_fields[] = {
    required("Tags", tag_map, "The tags to add or overwrite."), by_resource, by_id};
inline constexpr Shape tag_resource = structure("TagResourceInput", tag_resource_fields);

inline constexpr Field untag_resource_fields[] = {
    required("TagKeys", tag_keys, "The tags to remove."), by_resource, by_id};
inline constexpr Shape untag_resource = structure("UntagResourceInput", untag_resource_fields);

// ---- the account ----

inline constexpr Shape describe_account = structure("DescribeAccountSettingsInput", {});
inline constexpr Shape describe_limits = structure("DescribeLimitsInput", {});

inline constexpr Field update_account_fields[] = {required(
    "MinimumThroughputBillingCommitment", commitment_input, "Whether to commit to a minimum.")};
inline constexpr Shape update_account =
    structure("UpdateAccountSettingsInput", update_account_fields);

// ---- channels ----

inline constexpr Field create_channel_fields[] = {
    required("ChannelName", name, "The name, unique in the account and region."),
    required("ServiceExecutionRoleARN", any_string, "The role to deliver with."),
    required("StreamConfigurationList", channel_streams, "The stream to deliver; exactly one."),
    optional("S3DestinationConfiguration", s3_destination, "Deliver objects to S3."),
    optional("S3TablesDestinationConfiguration", s3_tables_destination, "Deliver to S3 Tables."),
    optional("EncryptionConfiguration", channel_encryption, "How objects are encrypted."),
    optional("Tags", tag_map, "Tags for the new channel."),
    optional("LoggingConfiguration", channel_logging, "How errors are logged.")};
inline constexpr Shape create_channel = structure("CreateChannelInput", create_channel_fields);

inline constexpr Field channel_only_fields[] = {
    required("ChannelARN", any_string, "The ARN of the channel.")};
inline constexpr Shape delete_channel = structure("DeleteChannelInput", channel_only_fields);
inline constexpr Shape describe_channel = structure("DescribeChannelInput", channel_only_fields);

inline constexpr Field list_channels_fields[] = {
    optional("StreamFilter", stream_filters, "Only channels of these streams."),
    optional("MaxResults", integer, "How many channels at most; 100."),
    optional("NextToken", any_string, "Where the last page ended; valid for 300 seconds.")};
inline constexpr Shape list_channels = structure("ListChannelsInput", list_channels_fields);

inline constexpr Field update_channel_fields[] = {
    required("ChannelARN", any_string, "The ARN of the channel."),
    optional("S3DestinationConfiguration", s3_update, "What to change of it."),
    optional("S3TablesDestinationConfiguration", s3_tables_update, "What to change of it."),
    optional("LoggingConfiguration", channel_logging_update, "How errors are logged.")};
inline constexpr Shape update_channel = structure("UpdateChannelInput", update_channel_fields);

}  // namespace levada::aws::kinesis_api
