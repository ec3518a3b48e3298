#pragma once
// The structures of channels, which deliver a stream to S3 (spec kinesis 16).

#include "aws/kinesis/shapes.h"

namespace levada::aws::kinesis_api {

inline constexpr std::string_view record_format_values[] = {"GSR_JSON", "JSON", "STRING",
                                                            "BYTE_ARRAY"};
inline constexpr Shape record_format = one_of(record_format_values);
inline constexpr std::string_view s3_compression_values[] = {"NONE", "GZIP", "ZSTD"};
inline constexpr Shape s3_compression = one_of(s3_compression_values);
inline constexpr std::string_view table_compression_values[] = {"NONE", "ZSTD", "SNAPPY"};
inline constexpr Shape table_compression = one_of(table_compression_values);
inline constexpr std::string_view storage_class_values[] = {"STANDARD", "INTELLIGENT_TIERING",
                                                            "GLACIER_IR"};
inline constexpr Shape storage_class = one_of(storage_class_values);
inline constexpr std::string_view transform_values[] = {"TIME_HOUR"};
inline constexpr Shape transform = one_of(transform_values);
inline constexpr std::string_view channel_encryption_values[] = {"KMS"};
inline constexpr Shape channel_encryption_type = one_of(channel_encryption_values);
inline constexpr std::string_view channel_status_values[] = {"CREATING", "ACTIVE", "UPDATING",
                                                             "DELETING", "FAILED"};
inline constexpr Shape channel_status = one_of(channel_status_values);
inline constexpr std::string_view destination_type_values[] = {"S3", "S3_TABLES"};
inline constexpr Shape destination_type = one_of(destination_type_values);

inline constexpr Field record_configuration_fields[] = {
    required("RecordFormatType", record_format, "What the records' bytes are."),
    optional("GSRSchemaARN", any_string, "The schema; needed for S3 Tables.")};
inline constexpr Shape record_configuration =
    structure("RecordConfiguration", record_configuration_fields);

inline constexpr Field channel_stream_fields[] = {
    required("StreamARN", stream_arn, "The stream to deliver."),
    required("RecordConfiguration", record_configuration, "How to read its records.")};
inline constexpr Shape channel_stream =
    structure("ChannelStreamConfiguration", channel_stream_fields);
inline constexpr Shape channel_streams = list_of(channel_stream);

inline constexpr Field dead_letter_fields[] = {
    required("BucketARN", any_string, "The bucket for records that cannot be delivered."),
    required("ExpectedBucketOwner", any_string, "The account that owns the bucket."),
    optional("ErrorOutputPrefix", any_string, "What the objects' keys begin with.")};
inline constexpr Shape dead_letter =
    structure("DeadLetterQueueS3Configuration", dead_letter_fields);

inline constexpr Field s3_storage_fields[] = {
    required("BucketARN", any_string, "The bucket to deliver to."),
    required("ExpectedBucketOwner", any_string, "The account that owns the bucket."),
    required("CompressionType", s3_compression, "How objects are compressed."),
    optional("OutputKeyTemplate", any_string, "How objects are named."),
    optional("StorageClass", storage_class, "The storage class of the objects.")};
inline constexpr Shape s3_storage = structure("S3StorageConfiguration", s3_storage_fields);

inline constexpr Field s3_destination_fields[] = {
    required("StorageConfiguration", s3_storage, "Where objects go."),
    optional("DataFreshnessInSeconds", integer, "How old data may be when it is delivered."),
    optional("DeadLetterQueueS3Configuration", dead_letter, "Where failed records go.")};
inline constexpr Shape s3_destination =
    structure("S3DestinationConfiguration", s3_destination_fields);

inline constexpr Field partition_field_fields[] = {
    required("Transform", transform, "How the partition is made."),
    required("SourceName", any_string, "The column it is made of.")};
inline constexpr Shape partition_field = structure("PartitionField", partition_field_fields);
inline constexpr Shape partition_field_list = list_of(partition_field);
inline constexpr Field partition_spec_fields[] = {
    required("PartitionFields", partition_field_list, "The partitions of the table.")};
inline constexpr Shape partition_spec = structure("PartitionSpec", partition_spec_fields);

inline constexpr Field s3_table_fields[] = {
    required("TableBucketARN", any_string, "The table bucket."),
    required("Namespace", any_string, "The namespace in the bucket."),
    required("TableName", any_string, "The table."),
    required("CompressionType", table_compression, "How files are compressed."),
    optional("PartitionSpec", partition_spec, "How the table is partitioned.")};
inline constexpr Shape s3_table = structure("S3TablesConfiguration", s3_table_fields);
inline constexpr Shape s3_table_list = list_of(s3_table);

inline constexpr Field s3_tables_destination_fields[] = {
    required("DeadLetterQueueS3Configuration", dead_letter, "Where failed records go."),
    required("S3TablesConfigurationList", s3_table_list, "The table; one today."),
    optional("DataFreshnessInSeconds", integer, "How old data may be when it is delivered.")};
inline constexpr Shape s3_tables_destination =
    structure("S3TablesDestinationConfiguration", s3_tables_destination_fields);

inline constexpr Field channel_encryption_fields[] = {
    required("EncryptionType", channel_encryption_type, "KMS."),
    required("KeyId", any_string, "A key of the customer.")};
inline constexpr Shape channel_encryption =
    structure("ChannelEncryptionConfiguration", channel_encryption_fields);

inline constexpr Field cloud_watch_logs_fields[] = {
    required("Enabled", boolean, "Whether delivery errors are logged."),
    optional("LogGroupName", any_string, "The log group."),
    optional("LogStreamName", any_string, "The log stream.")};
inline constexpr Shape cloud_watch_logs = structure("CloudWatchLogs", cloud_watch_logs_fields);
inline constexpr Shape cloud_watch_logs_update =
    structure("CloudWatchLogsUpdateInput", cloud_watch_logs_fields);
inline constexpr Field channel_logging_fields[] = {
    required("CloudWatchLogs", cloud_watch_logs, "Logging to CloudWatch.")};
inline constexpr Shape channel_logging =
    structure("ChannelLoggingConfiguration", channel_logging_fields);
inline constexpr Field channel_logging_update_fields[] = {
    required("CloudWatchLogs", cloud_watch_logs_update, "Logging to CloudWatch.")};
inline constexpr Shape channel_logging_update =
    structure("ChannelLoggingUpdateInput", channel_logging_update_fields);

inline constexpr Field s3_update_fields[] = {
    required("DataFreshnessInSeconds", integer, "How old data may be when it is delivered.")};
inline constexpr Shape s3_update = structure("S3DestinationUpdateInput", s3_update_fields);
inline constexpr Shape s3_tables_update =
    structure("S3TablesDestinationUpdateInput", s3_update_fields);

inline constexpr Field stream_filter_fields[] = {
    required("StreamARN", stream_arn, "The stream."),
    optional("StreamCreationTimestamp", timestamp, "Which stream of that name.")};
inline constexpr Shape stream_filter = structure("StreamFilter", stream_filter_fields);
inline constexpr Shape stream_filters = list_of(stream_filter);

inline constexpr Field s3_description_fields[] = {
    required("DataFreshnessInSeconds", integer, "How old data may be when it is delivered."),
    required("DeadLetterQueueS3Configuration", dead_letter, "Where failed records go."),
    required("StorageConfiguration", s3_storage, "Where objects go.")};
inline constexpr Shape s3_description =
    structure("S3DestinationDescription", s3_description_fields);
inline constexpr Field s3_tables_description_fields[] = {
    required("DataFreshnessInSeconds", integer, "How old data may be when it is delivered."),
    required("DeadLetterQueueS3Configuration", dead_letter, "Where failed records go."),
    required("S3TablesConfigurationList", s3_table_list, "The table.")};
inline constexpr Shape s3_tables_description =
    structure("S3TablesDestinationDescription", s3_tables_description_fields);

inline constexpr Field channel_stream_description_fields[] = {
    required("StreamARN", stream_arn, "The stream."),
    required("StreamCreationTimestamp", timestamp, "When it was created."),
    required("RecordConfiguration", record_configuration, "How its records are read.")};
inline constexpr Shape channel_stream_description =
    structure("ChannelStreamDescription", channel_stream_description_fields);
inline constexpr Shape channel_stream_descriptions = list_of(channel_stream_description);

inline constexpr Field channel_description_fields[] = {
    required("ChannelName", name, "The name of the channel."),
    required("ChannelARN", any_string, "The ARN of the channel."),
    required("ChannelId", any_string, "The identifier of the channel."),
    required("ChannelStatus", channel_status, "Whether it delivers now."),
    optional("ChannelStatusReason", any_string, "Why it is in this status."),
    required("ChannelCreationTimestamp", timestamp, "When it was created."),
    required("ServiceExecutionRoleARN", any_string, "The role it delivers with."),
    required("StreamConfigurationList", channel_stream_descriptions, "The streams it delivers."),
    required("LoggingConfiguration", channel_logging, "How it logs."),
    optional("S3DestinationConfiguration", s3_description, "Where it delivers to."),
    optional("S3TablesDestinationConfiguration", s3_tables_description, "Where it delivers to."),
    optional("EncryptionConfiguration", channel_encryption, "How objects are encrypted.")};
inline constexpr Shape channel_description =
    structure("ChannelDescription", channel_description_fields);

inline constexpr Field channel_stream_identifier_fields[] = {
    required("StreamARN", stream_arn, "The stream."),
    required("StreamCreationTimestamp", timestamp, "When it was created.")};
inline constexpr Shape channel_stream_identifier =
    structure("ChannelStreamIdentifier", channel_stream_identifier_fields);
inline constexpr Shape channel_stream_identifiers = list_of(channel_stream_identifier);

inline constexpr Field channel_summary_fields[] = {
    required("ChannelName", name, "The name of the channel."),
    required("ChannelARN", any_string, "The ARN of the channel."),
    required("ChannelId", any_string, "The identifier of the channel."),
    required("ChannelStatus", channel_status, "Whether it delivers now."),
    required("ChannelCreationTimestamp", timestamp, "When it was created."),
    required("ChannelDestinationType", destination_type, "S3 or S3_TABLES."),
    required("Streams", channel_stream_identifiers, "The streams it delivers."),
    optional("ChannelStatusReason", any_string, "Why it is in this status.")};
inline constexpr Shape channel_summary = structure("ChannelSummary", channel_summary_fields);
inline constexpr Shape channel_summaries = list_of(channel_summary);

}  // namespace levada::aws::kinesis_api
