#include "aws/kinesis/operations.h"

#include <algorithm>

#include "aws/kinesis/outputs.h"
#include "aws/kinesis/record_inputs.h"
#include "aws/kinesis/stream_inputs.h"

namespace levada::aws::kinesis_api {
namespace {

constexpr std::string_view AD = "AccessDeniedException";
constexpr std::string_view DRY = "DryRunOperationException";
constexpr std::string_view ENT = "ExpiredNextTokenException";
constexpr std::string_view EXI = "ExpiredIteratorException";
constexpr std::string_view IA = "InvalidArgumentException";
constexpr std::string_view IF = "InternalFailureException";
constexpr std::string_view LE = "LimitExceededException";
constexpr std::string_view PTE = "ProvisionedThroughputExceededException";
constexpr std::string_view RIU = "ResourceInUseException";
constexpr std::string_view RNF = "ResourceNotFoundException";
constexpr std::string_view VAL = "ValidationException";
constexpr std::string_view KMS1 = "KMSDisabledException";
constexpr std::string_view KMS2 = "KMSInvalidStateException";
constexpr std::string_view KMS3 = "KMSAccessDeniedException";
constexpr std::string_view KMS4 = "KMSNotFoundException";
constexpr std::string_view KMS5 = "KMSOptInRequired";
constexpr std::string_view KMS6 = "KMSThrottlingException";

constexpr std::string_view le[] = {LE};
constexpr std::string_view stream_errors[] = {RNF, LE, IA, AD};
constexpr std::string_view change_errors[] = {RIU, RNF, LE, IA, AD};
constexpr std::string_view reshard_errors[] = {RNF, RIU, IA, LE, VAL, AD};
constexpr std::string_view create_stream_errors[] = {RIU, LE, IA, VAL};
constexpr std::string_view consumer_errors[] = {LE, RNF, IA};
constexpr std::string_view register_errors[] = {IA, LE, RIU, RNF};
constexpr std::string_view policy_errors[] = {AD, RNF, LE, IA, RIU};
constexpr std::string_view put_errors[] = {RNF,  IA,   PTE,  AD,   IF,   KMS1,
                                           KMS2, KMS3, KMS4, KMS5, KMS6, DRY};
constexpr std::string_view get_records_errors[] = {RNF,  IA,   PTE,  EXI,  AD,   IF, KMS1,
                                                   KMS2, KMS3, KMS4, KMS5, KMS6, DRY};
constexpr std::string_view get_iterator_errors[] = {RNF, IA, PTE, AD, IF, DRY};
constexpr std::string_view list_errors[] = {RNF, IA, LE, ENT, RIU, AD};
constexpr std::string_view list_consumers_errors[] = {RNF, IA, LE, ENT, RIU};
constexpr std::string_view list_streams_errors[] = {LE, ENT, IA};
constexpr std::string_view start_encryption_errors[] = {IA,   LE,   RIU,  RNF,  AD,  KMS1,
                                                        KMS2, KMS3, KMS4, KMS5, KMS6};
constexpr std::string_view subscribe_errors[] = {RNF, IA, RIU, LE, AD, DRY};
constexpr std::string_view account_errors[] = {IA, VAL, LE};
constexpr std::string_view mode_errors[] = {IA, LE, RIU, RNF, VAL};
constexpr std::string_view warm_errors[] = {AD, RNF, LE, IA, RIU, VAL};
constexpr std::string_view create_channel_errors[] = {AD,   IA,   KMS1, KMS2, KMS3, KMS4,
                                                      KMS5, KMS6, LE,   RIU,  RNF,  VAL};
constexpr std::string_view channel_errors[] = {AD, IA, LE, RNF, VAL};
constexpr std::string_view list_channels_errors[] = {AD, ENT, IA, LE, VAL};

constexpr std::string_view described_once[] = {"StreamDescription.StreamARN",
                                               "StreamDescription.StreamName",
                                               "StreamDescription.StreamStatus",
                                               "StreamDescription.RetentionPeriodHours",
                                               "StreamDescription.EnhancedMonitoring",
                                               "StreamDescription.EncryptionType",
                                               "StreamDescription.KeyId",
                                               "StreamDescription.StreamCreationTimestamp"};
constexpr Paginator describe_stream_pages{"ExclusiveStartShardId",
                                          "StreamDescription.Shards[-1].ShardId",
                                          "StreamDescription.HasMoreShards",
                                          "Limit",
                                          "StreamDescription.Shards",
                                          {},
                                          described_once};
constexpr Paginator list_shards_pages{"NextToken", "NextToken", "", "MaxResults", "Shards"};
constexpr Paginator list_consumers_pages{"NextToken", "NextToken", "", "MaxResults", "Consumers"};
constexpr std::string_view stream_summaries[] = {"StreamSummaries"};
constexpr Paginator list_streams_pages{
    "NextToken", "NextToken", "HasMoreStreams", "Limit", "StreamNames", stream_summaries, {}};
constexpr Paginator list_channels_pages{"NextToken", "NextToken", "", "MaxResults",
                                        "ChannelSummaries"};

constexpr Operation operations[] = {
    {"AddTagsToStream", add_tags, nullptr, change_errors, "Adds or overwrites tags of a stream."},
    {"CreateChannel", create_channel, &create_channel_out, create_channel_errors,
     "Creates a channel that delivers a stream to S3."},
    {"CreateStream", create_stream, nullptr, create_stream_errors, "Creates a stream."},
    {"DecreaseStreamRetentionPeriod", decrease_retention, nullptr, change_errors,
     "Keeps records for a shorter time; what is older disappears at once."},
    {"DeleteChannel", delete_channel, nullptr, channel_errors, "Deletes a channel."},
    {"DeleteResourcePolicy", delete_policy, nullptr, policy_errors,
     "Deletes the policy of a stream or consumer."},
    {"DeleteStream", delete_stream, nullptr, change_errors,
     "Deletes a stream with its shards and records."},
    {"DeregisterStreamConsumer", deregister_consumer, nullptr, consumer_errors,
     "Deregisters a consumer and ends its subscriptions."},
    {"DescribeAccountSettings", describe_account, &describe_account_out, le,
     "Describes the settings of the account."},
    {"DescribeChannel", describe_channel, &describe_channel_out, channel_errors,
     "Describes a channel."},
    {"DescribeLimits", describe_limits, &describe_limits_out, le,
     "Describes the account's limits and how far they are used."},
    {"DescribeStream", describe_stream, &describe_stream_out, stream_errors,
     "Describes a stream and its shards, page by page.", &describe_stream_pages},
    {"DescribeStreamConsumer", describe_consumer, &describe_consumer_out, consumer_errors,
     "Describes a registered consumer."},
    {"DescribeStreamSummary", describe_stream_summary, &describe_summary_out, stream_errors,
     "Describes a stream without its shards."},
    {"DisableEnhancedMonitoring", disable_monitoring, &monitoring_out, change_errors,
     "Stops shard-level metrics."},
    {"EnableEnhancedMonitoring", enable_monitoring, &monitoring_out, change_errors,
     "Starts shard-level metrics."},
    {"GetRecords", get_records, &get_records_out, get_records_errors,
     "Reads records from where an iterator stands."},
    {"GetResourcePolicy", get_policy, &get_policy_out, policy_errors,
     "Shows the policy of a stream or consumer."},
    {"GetShardIterator", get_shard_iterator, &get_iterator_out, get_iterator_errors,
     "Makes an iterator that says where to read in a shard."},
    {"IncreaseStreamRetentionPeriod", increase_retention, nullptr, change_errors,
     "Keeps records for a longer time."},
    {"ListChannels", list_channels, &list_channels_out, list_channels_errors,
     "Lists channels, page by page.", &list_channels_pages},
    {"ListShards", list_shards, &list_shards_out, list_errors,
     "Lists the shards of a stream, page by page.", &list_shards_pages},
    {"ListStreamConsumers", list_consumers, &list_consumers_out, list_consumers_errors,
     "Lists the consumers of a stream, page by page.", &list_consumers_pages},
    {"ListStreams", list_streams, &list_streams_out, list_streams_errors,
     "Lists streams by name, page by page.", &list_streams_pages},
    {"ListTagsForResource", list_resource_tags, &list_resource_tags_out, change_errors,
     "Lists the tags of a stream or consumer."},
    {"ListTagsForStream", list_tags, &list_tags_out, stream_errors, "Lists the tags of a stream."},
    {"MergeShards", merge_shards, nullptr, reshard_errors, "Merges two adjacent shards into one."},
    {"PutRecord", put_record, &put_record_out, put_errors, "Writes one record."},
    {"PutRecords", put_records, &put_records_out, put_errors,
     "Writes up to 500 records, each accepted or refused for itself."},
    {"PutResourcePolicy", put_policy, nullptr, policy_errors,
     "Sets the policy of a stream or consumer."},
    {"RegisterStreamConsumer", register_consumer, &register_consumer_out, register_errors,
     "Registers a consumer that will subscribe to shards."},
    {"RemoveTagsFromStream", remove_tags, nullptr, change_errors, "Removes tags of a stream."},
    {"SplitShard", split_shard, nullptr, reshard_errors, "Splits a shard into two."},
    {"StartStreamEncryption", start_encryption, nullptr, start_encryption_errors,
     "Encrypts the records that come from now on."},
    {"StopStreamEncryption", stop_encryption, nullptr, change_errors,
     "Encrypts no more; records written before stay encrypted."},
    {"SubscribeToShard", subscribe, &subscribe_out, subscribe_errors,
     "Pushes records of a shard to a consumer as they come.", nullptr, true},
    {"TagResource", tag_resource, nullptr, change_errors,
     "Adds or overwrites tags of a stream or consumer."},
    {"UntagResource", untag_resource, nullptr, change_errors,
     "Removes tags of a stream or consumer."},
    {"UpdateAccountSettings", update_account, &update_account_out, account_errors,
     "Changes the settings of the account."},
    {"UpdateChannel", update_channel, &update_channel_out, create_channel_errors,
     "Changes the freshness or logging of a channel."},
    {"UpdateMaxRecordSize", update_record_size, nullptr, reshard_errors,
     "Changes the largest record that a stream takes."},
    {"UpdateShardCount", update_shard_count, &update_shard_count_out, reshard_errors,
     "Splits and merges until the stream has as many open shards as asked for."},
    {"UpdateStreamMode", update_mode, nullptr, mode_errors,
     "Changes who scales the stream: you or the service."},
    {"UpdateStreamRecordDistributionStrategy", update_distribution, nullptr, warm_errors,
     "Changes how records spread over shards."},
    {"UpdateStreamWarmThroughput", update_warm, &update_warm_out, warm_errors,
     "Changes the write throughput that is kept ready."},
};
static_assert(std::size(operations) == 45);
static_assert(std::ranges::is_sorted(operations, {}, &Operation::name));

constexpr Waiter waiters[] = {
    {"StreamExists", "DescribeStream", "StreamDescription.StreamStatus", "ACTIVE", ""},
    {"StreamNotExists", "DescribeStream", "", "", "ResourceNotFoundException"},
};

}  // namespace

constinit const Service service{
    .name = "kinesis",
    .target_prefix = "Kinesis_20131202",
    .json_version = "1.1",
    .structure_package = "com.amazonaws.kinesis.v20131202",
    .speaks_cbor = true,
    .operations = operations,
    .waiters = waiters,
};

}  // namespace levada::aws::kinesis_api
