#pragma once
// The structures that inputs and outputs of Timestream Query are made of.

#include "aws/timestream_query/shapes.h"

namespace levada::aws::timestream_query_api {

// They hold themselves; operations.cc defines them.
extern const Shape datum;
extern const Shape datum_list;
extern const Shape row;
extern const Shape type;

inline constexpr Field schedule_configuration_fields[] = {required(
    "ScheduleExpression", schedule_expression, "When the query runs: rate(...) or cron(...).")};
inline constexpr Shape schedule_configuration =
    structure("ScheduleConfiguration", schedule_configuration_fields);

inline constexpr Field sns_configuration_fields[] = {
    required("TopicArn", amazon_resource_name, "The ARN of the topic.")};
inline constexpr Shape sns_configuration = structure("SnsConfiguration", sns_configuration_fields);

inline constexpr Field notification_configuration_fields[] = {
    required("SnsConfiguration", sns_configuration, "The topic of notifications.")};
inline constexpr Shape notification_configuration =
    structure("NotificationConfiguration", notification_configuration_fields);

inline constexpr Field dimension_mapping_fields[] = {
    required("Name", schema_name, "The name."),
    required("DimensionValueType", dimension_value_type, "The type of the dimension; VARCHAR.")};
inline constexpr Shape dimension_mapping = structure("DimensionMapping", dimension_mapping_fields);

inline constexpr Shape dimension_mapping_list = list_of(dimension_mapping);

inline constexpr Field multi_measure_attribute_mapping_fields[] = {
    required("SourceColumn", schema_name, "The column that is read."),
    optional("TargetMultiMeasureAttributeName", schema_name,
             "The measure that the column becomes."),
    required("MeasureValueType", scalar_measure_value_type, "The type of the measure.")};
inline constexpr Shape multi_measure_attribute_mapping =
    structure("MultiMeasureAttributeMapping", multi_measure_attribute_mapping_fields);

inline constexpr Shape multi_measure_attribute_mapping_list =
    list_of(multi_measure_attribute_mapping, 1);

inline constexpr Field multi_measure_mappings_fields[] = {
    optional("TargetMultiMeasureName", schema_name, "The measure name of the records."),
    required("MultiMeasureAttributeMappings", multi_measure_attribute_mapping_list,
             "Which columns become which measures of the record.")};
inline constexpr Shape multi_measure_mappings =
    structure("MultiMeasureMappings", multi_measure_mappings_fields);

inline constexpr Field mixed_measure_mapping_fields[] = {
    optional("MeasureName", schema_name, "The name of the measure."),
    optional("SourceColumn", schema_name, "The column that is read."),
    optional("TargetMeasureName", schema_name, "The measure that the column becomes."),
    required("MeasureValueType", measure_value_type, "The type of the measure."),
    optional("MultiMeasureAttributeMappings", multi_measure_attribute_mapping_list,
             "Which columns become which measures of the record.")};
inline constexpr Shape mixed_measure_mapping =
    structure("MixedMeasureMapping", mixed_measure_mapping_fields);

inline constexpr Shape mixed_measure_mapping_list = list_of(mixed_measure_mapping, 1);

inline constexpr Field timestream_configuration_fields[] = {
    required("DatabaseName", resource_name, "The name of the database."),
    required("TableName", resource_name, "The name of the table."),
    required("TimeColumn", schema_name, "The column that holds the time."),
    required("DimensionMappings", dimension_mapping_list, "Which columns become dimensions."),
    optional("MultiMeasureMappings", multi_measure_mappings,
             "How columns become one record of several measures."),
    optional("MixedMeasureMappings", mixed_measure_mapping_list,
             "Which columns become which measures."),
    optional("MeasureNameColumn", schema_name, "The column that holds the measure name.")};
inline constexpr Shape timestream_configuration =
    structure("TimestreamConfiguration", timestream_configuration_fields);

inline constexpr Field target_configuration_fields[] = {required(
    "TimestreamConfiguration", timestream_configuration, "The table that the result goes to.")};
inline constexpr Shape target_configuration =
    structure("TargetConfiguration", target_configuration_fields);

inline constexpr Field tag_fields[] = {required("Key", tag_key, "The name of the tag."),
                                       required("Value", tag_value, "The value.")};
inline constexpr Shape tag = structure("Tag", tag_fields);

inline constexpr Shape tag_list = list_of(tag, 0, 200);

inline constexpr Field s3_configuration_fields[] = {
    required("BucketName", s3_bucket_name, "The bucket."),
    optional("ObjectKeyPrefix", s3_object_key_prefix, "What the keys of the objects begin with."),
    optional("EncryptionOption", s3_encryption_option, "How reports are encrypted.")};
inline constexpr Shape s3_configuration = structure("S3Configuration", s3_configuration_fields);

inline constexpr Field error_report_configuration_fields[] = {
    required("S3Configuration", s3_configuration, "Where the objects go.")};
inline constexpr Shape error_report_configuration =
    structure("ErrorReportConfiguration", error_report_configuration_fields);

inline constexpr Field scheduled_query_insights_fields[] = {
    required("Mode", scheduled_query_insights_mode, "Whether insights are wanted.")};
inline constexpr Shape scheduled_query_insights =
    structure("ScheduledQueryInsights", scheduled_query_insights_fields);

inline constexpr Field query_insights_fields[] = {
    required("Mode", query_insights_mode, "Whether insights are wanted.")};
inline constexpr Shape query_insights = structure("QueryInsights", query_insights_fields);

inline constexpr Field account_settings_notification_configuration_fields[] = {
    optional("SnsConfiguration", sns_configuration, "The topic of notifications."),
    required("RoleArn", amazon_resource_name, "The role that may notify.")};
inline constexpr Shape account_settings_notification_configuration = structure(
    "AccountSettingsNotificationConfiguration", account_settings_notification_configuration_fields);

inline constexpr Field provisioned_capacity_request_fields[] = {
    required("TargetQueryTCU", query_tcu, "The compute units wanted."),
    optional("NotificationConfiguration", account_settings_notification_configuration,
             "Where notifications go.")};
inline constexpr Shape provisioned_capacity_request =
    structure("ProvisionedCapacityRequest", provisioned_capacity_request_fields);

inline constexpr Field query_compute_request_fields[] = {
    optional("ComputeMode", compute_mode, "ON_DEMAND or PROVISIONED."),
    optional("ProvisionedCapacity", provisioned_capacity_request, "The compute units kept ready.")};
inline constexpr Shape query_compute_request =
    structure("QueryComputeRequest", query_compute_request_fields);

inline constexpr Field last_update_fields[] = {
    optional("TargetQueryTCU", query_tcu, "The compute units wanted."),
    optional("Status", last_update_status, "How far the change is."),
    optional("StatusMessage", string_shape, "What hinders the change.")};
inline constexpr Shape last_update = structure("LastUpdate", last_update_fields);

inline constexpr Field provisioned_capacity_response_fields[] = {
    optional("ActiveQueryTCU", query_tcu, "The compute units that are provisioned now."),
    optional("NotificationConfiguration", account_settings_notification_configuration,
             "Where notifications go."),
    optional("LastUpdate", last_update, "The last change of the provisioned capacity.")};
inline constexpr Shape provisioned_capacity_response =
    structure("ProvisionedCapacityResponse", provisioned_capacity_response_fields);

inline constexpr Field query_compute_response_fields[] = {
    optional("ComputeMode", compute_mode, "ON_DEMAND or PROVISIONED."),
    optional("ProvisionedCapacity", provisioned_capacity_response,
             "The compute units kept ready.")};
inline constexpr Shape query_compute_response =
    structure("QueryComputeResponse", query_compute_response_fields);

inline constexpr Field endpoint_fields[] = {
    required("Address", string_shape, "Where to send requests."),
    required("CachePeriodInMinutes", long_shape, "How long the address may be kept.")};
inline constexpr Shape endpoint = structure("Endpoint", endpoint_fields);

inline constexpr Shape endpoints = list_of(endpoint);

inline constexpr Field execution_stats_fields[] = {
    optional("ExecutionTimeInMillis", long_shape, "How long the run took."),
    optional("DataWrites", long_shape, "Bytes written."),
    optional("BytesMetered", long_shape, "Bytes that count as read or written."),
    optional("CumulativeBytesScanned", long_shape, "Bytes scanned so far."),
    optional("RecordsIngested", long_shape, "Records that were stored."),
    optional("QueryResultRows", long_shape, "Rows of the result.")};
inline constexpr Shape execution_stats = structure("ExecutionStats", execution_stats_fields);

inline constexpr Field query_spatial_coverage_max_fields[] = {
    optional("Value", double_shape, "The value."),
    optional("TableArn", amazon_resource_name, "The ARN of the table."),
    optional("PartitionKey", partition_key_list, "The partition key that was read the most.")};
inline constexpr Shape query_spatial_coverage_max =
    structure("QuerySpatialCoverageMax", query_spatial_coverage_max_fields);

inline constexpr Field query_spatial_coverage_fields[] = {
    optional("Max", query_spatial_coverage_max, "The table with the highest value.")};
inline constexpr Shape query_spatial_coverage =
    structure("QuerySpatialCoverage", query_spatial_coverage_fields);

inline constexpr Field query_temporal_range_max_fields[] = {
    optional("Value", long_shape, "The value."),
    optional("TableArn", amazon_resource_name, "The ARN of the table.")};
inline constexpr Shape query_temporal_range_max =
    structure("QueryTemporalRangeMax", query_temporal_range_max_fields);

inline constexpr Field query_temporal_range_fields[] = {
    optional("Max", query_temporal_range_max, "The table with the highest value.")};
inline constexpr Shape query_temporal_range =
    structure("QueryTemporalRange", query_temporal_range_fields);

inline constexpr Field scheduled_query_insights_response_fields[] = {
    optional("QuerySpatialCoverage", query_spatial_coverage,
             "How much of the partitions was read."),
    optional("QueryTemporalRange", query_temporal_range, "The span of time that was read."),
    optional("QueryTableCount", long_shape, "Tables that the query read."),
    optional("OutputRows", long_shape, "Rows of the answer."),
    optional("OutputBytes", long_shape, "Bytes of the answer.")};
inline constexpr Shape scheduled_query_insights_response =
    structure("ScheduledQueryInsightsResponse", scheduled_query_insights_response_fields);

inline constexpr Field s3_report_location_fields[] = {
    optional("BucketName", s3_bucket_name, "The bucket."),
    optional("ObjectKey", s3_object_key, "The key of the object.")};
inline constexpr Shape s3_report_location =
    structure("S3ReportLocation", s3_report_location_fields);

inline constexpr Field error_report_location_fields[] = {
    optional("S3ReportLocation", s3_report_location, "Where the report lies.")};
inline constexpr Shape error_report_location =
    structure("ErrorReportLocation", error_report_location_fields);

inline constexpr Field scheduled_query_run_summary_fields[] = {
    optional("InvocationTime", time, "The time that the run stands for."),
    optional("TriggerTime", time, "When the run began."),
    optional("RunStatus", scheduled_query_run_status, "How the run ended."),
    optional("ExecutionStats", execution_stats, "What the run cost."),
    optional("QueryInsightsResponse", scheduled_query_insights_response,
             "How well the query was served."),
    optional("ErrorReportLocation", error_report_location, "Where the report of errors lies."),
    optional("FailureReason", error_message, "Why the run failed.")};
inline constexpr Shape scheduled_query_run_summary =
    structure("ScheduledQueryRunSummary", scheduled_query_run_summary_fields);

inline constexpr Shape scheduled_query_run_summary_list = list_of(scheduled_query_run_summary);

inline constexpr Field scheduled_query_description_fields[] = {
    required("Arn", amazon_resource_name, "The Amazon resource name."),
    required("Name", scheduled_query_name, "The name."),
    required("QueryString", query_string, "The query."),
    optional("CreationTime", time, "When it was created."),
    required("State", scheduled_query_state, "ENABLED or DISABLED."),
    optional("PreviousInvocationTime", time, "When it ran last."),
    optional("NextInvocationTime", time, "When it runs next."),
    required("ScheduleConfiguration", schedule_configuration, "When the query runs."),
    required("NotificationConfiguration", notification_configuration, "Where notifications go."),
    optional("TargetConfiguration", target_configuration, "Where the result goes."),
    optional("ScheduledQueryExecutionRoleArn", amazon_resource_name,
             "The role that the query runs as."),
    optional("KmsKeyId", string_value2048, "The key that encrypts what is stored."),
    optional("ErrorReportConfiguration", error_report_configuration, "Where reports of errors go."),
    optional("LastRunSummary", scheduled_query_run_summary, "The last run."),
    optional("RecentlyFailedRuns", scheduled_query_run_summary_list, "The last runs that failed.")};
inline constexpr Shape scheduled_query_description =
    structure("ScheduledQueryDescription", scheduled_query_description_fields);

inline constexpr Field timestream_destination_fields[] = {
    optional("DatabaseName", resource_name, "The name of the database."),
    optional("TableName", resource_name, "The name of the table.")};
inline constexpr Shape timestream_destination =
    structure("TimestreamDestination", timestream_destination_fields);

inline constexpr Field target_destination_fields[] = {optional(
    "TimestreamDestination", timestream_destination, "The table that the result goes to.")};
inline constexpr Shape target_destination =
    structure("TargetDestination", target_destination_fields);

inline constexpr Field scheduled_query_fields[] = {
    required("Arn", amazon_resource_name, "The Amazon resource name."),
    required("Name", scheduled_query_name, "The name."),
    optional("CreationTime", time, "When it was created."),
    required("State", scheduled_query_state, "ENABLED or DISABLED."),
    optional("PreviousInvocationTime", time, "When it ran last."),
    optional("NextInvocationTime", time, "When it runs next."),
    optional("ErrorReportConfiguration", error_report_configuration, "Where reports of errors go."),
    optional("TargetDestination", target_destination, "Where the result goes."),
    optional("LastRunStatus", scheduled_query_run_status, "How the last run ended.")};
inline constexpr Shape scheduled_query = structure("ScheduledQuery", scheduled_query_fields);

inline constexpr Shape scheduled_query_list = list_of(scheduled_query);

inline constexpr Field column_info_fields[] = {optional("Name", string_shape, "The name."),
                                               required("Type", type, "The type.")};
inline constexpr Shape column_info = structure("ColumnInfo", column_info_fields);

inline constexpr Shape column_info_list = list_of(column_info);

inline constexpr Field type_fields[] = {
    optional("ScalarType", scalar_type, "The type of a scalar."),
    optional("ArrayColumnInfo", column_info, "The type of an array's elements."),
    optional("TimeSeriesMeasureValueColumnInfo", column_info, "The type of a time series' values."),
    optional("RowColumnInfo", column_info_list, "The columns of a row.")};

inline constexpr Field select_column_fields[] = {
    optional("Name", string_shape, "The name."), optional("Type", type, "The type."),
    optional("DatabaseName", resource_name, "The name of the database."),
    optional("TableName", resource_name, "The name of the table."),
    optional("Aliased", nullable_boolean, "Whether the query renamed the column.")};
inline constexpr Shape select_column = structure("SelectColumn", select_column_fields);

inline constexpr Shape select_column_list = list_of(select_column);

inline constexpr Field parameter_mapping_fields[] = {required("Name", string_shape, "The name."),
                                                     required("Type", type, "The type.")};
inline constexpr Shape parameter_mapping = structure("ParameterMapping", parameter_mapping_fields);

inline constexpr Shape parameter_mapping_list = list_of(parameter_mapping);

inline constexpr Field time_series_data_point_fields[] = {
    required("Time", timestamp_shape, "The time."), required("Value", datum, "The value.")};
inline constexpr Shape time_series_data_point =
    structure("TimeSeriesDataPoint", time_series_data_point_fields);

inline constexpr Shape time_series_data_point_list = list_of(time_series_data_point);

inline constexpr Field datum_fields[] = {
    optional("ScalarValue", scalar_value, "The value of a scalar, as text."),
    optional("TimeSeriesValue", time_series_data_point_list, "The points of a time series."),
    optional("ArrayValue", datum_list, "The values of an array."),
    optional("RowValue", row, "The values of a row."),
    optional("NullValue", nullable_boolean, "Whether the value is null.")};

inline constexpr Field row_fields[] = {
    required("Data", datum_list, "The values of a row, column by column.")};

inline constexpr Shape row_list = list_of(row);

inline constexpr Field query_status_fields[] = {
    optional("ProgressPercentage", double_shape, "How much of the query is done."),
    optional("CumulativeBytesScanned", long_shape, "Bytes scanned so far."),
    optional("CumulativeBytesMetered", long_shape, "Bytes metered so far.")};
inline constexpr Shape query_status = structure("QueryStatus", query_status_fields);

inline constexpr Field query_insights_response_fields[] = {
    optional("QuerySpatialCoverage", query_spatial_coverage,
             "How much of the partitions was read."),
    optional("QueryTemporalRange", query_temporal_range, "The span of time that was read."),
    optional("QueryTableCount", long_shape, "Tables that the query read."),
    optional("OutputRows", long_shape, "Rows of the answer."),
    optional("OutputBytes", long_shape, "Bytes of the answer."),
    optional("UnloadPartitionCount", long_shape, "Partitions that UNLOAD wrote."),
    optional("UnloadWrittenRows", long_shape, "Rows that UNLOAD wrote."),
    optional("UnloadWrittenBytes", long_shape, "Bytes that UNLOAD wrote.")};
inline constexpr Shape query_insights_response =
    structure("QueryInsightsResponse", query_insights_response_fields);

}  // namespace levada::aws::timestream_query_api
