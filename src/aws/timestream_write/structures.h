#pragma once
// The structures that inputs and outputs of Timestream Write are made of.

#include "aws/timestream_write/shapes.h"

namespace levada::aws::timestream_write_api {

inline constexpr Field dimension_mapping_fields[] = {
    optional("SourceColumn", schema_name, "The column that is read."),
    optional("DestinationColumn", schema_name, "The dimension that the column becomes.")};
inline constexpr Shape dimension_mapping = structure("DimensionMapping", dimension_mapping_fields);

inline constexpr Shape dimension_mappings = list_of(dimension_mapping, 1);

inline constexpr Field multi_measure_attribute_mapping_fields[] = {
    required("SourceColumn", schema_name, "The column that is read."),
    optional("TargetMultiMeasureAttributeName", schema_name,
             "The measure that the column becomes."),
    optional("MeasureValueType", scalar_measure_value_type, "The type of the measure.")};
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

inline constexpr Field data_model_fields[] = {
    optional("TimeColumn", string_value256, "The column that holds the time."),
    optional("TimeUnit", time_unit, "The unit of the time."),
    required("DimensionMappings", dimension_mappings, "Which columns become dimensions."),
    optional("MultiMeasureMappings", multi_measure_mappings,
             "How columns become one record of several measures."),
    optional("MixedMeasureMappings", mixed_measure_mapping_list,
             "Which columns become which measures."),
    optional("MeasureNameColumn", string_value256, "The column that holds the measure name.")};
inline constexpr Shape data_model = structure("DataModel", data_model_fields);

inline constexpr Field data_model_s3_configuration_fields[] = {
    optional("BucketName", s3_bucket_name, "The bucket."),
    optional("ObjectKey", s3_object_key, "The key of the object.")};
inline constexpr Shape data_model_s3_configuration =
    structure("DataModelS3Configuration", data_model_s3_configuration_fields);

inline constexpr Field data_model_configuration_fields[] = {
    optional("DataModel", data_model, "How columns become dimensions and measures."),
    optional("DataModelS3Configuration", data_model_s3_configuration,
             "Where the data model lies.")};
inline constexpr Shape data_model_configuration =
    structure("DataModelConfiguration", data_model_configuration_fields);

inline constexpr Field data_source_s3_configuration_fields[] = {
    required("BucketName", s3_bucket_name, "The bucket."),
    optional("ObjectKeyPrefix", s3_object_key, "What the keys of the objects begin with.")};
inline constexpr Shape data_source_s3_configuration =
    structure("DataSourceS3Configuration", data_source_s3_configuration_fields);

inline constexpr Field csv_configuration_fields[] = {
    optional("ColumnSeparator", string_value1, "The character between columns."),
    optional("EscapeChar", string_value1, "The character that escapes."),
    optional("QuoteChar", string_value1, "The character that quotes."),
    optional("NullValue", string_value256, "Whether the value is null."),
    optional("TrimWhiteSpace", boolean_shape, "Whether blanks around values are cut.")};
inline constexpr Shape csv_configuration = structure("CsvConfiguration", csv_configuration_fields);

inline constexpr Field data_source_configuration_fields[] = {
    required("DataSourceS3Configuration", data_source_s3_configuration, "Where the files lie."),
    optional("CsvConfiguration", csv_configuration, "How the CSV files are written."),
    required("DataFormat", batch_load_data_format, "The format of the data; CSV.")};
inline constexpr Shape data_source_configuration =
    structure("DataSourceConfiguration", data_source_configuration_fields);

inline constexpr Field report_s3_configuration_fields[] = {
    required("BucketName", s3_bucket_name, "The bucket."),
    optional("ObjectKeyPrefix", s3_object_key_prefix, "What the keys of the objects begin with."),
    optional("EncryptionOption", s3_encryption_option, "How reports are encrypted."),
    optional("KmsKeyId", string_value2048, "The key that encrypts what is stored.")};
inline constexpr Shape report_s3_configuration =
    structure("ReportS3Configuration", report_s3_configuration_fields);

inline constexpr Field report_configuration_fields[] = {
    optional("ReportS3Configuration", report_s3_configuration, "Where reports go.")};
inline constexpr Shape report_configuration =
    structure("ReportConfiguration", report_configuration_fields);

inline constexpr Field tag_fields[] = {required("Key", tag_key, "The name of the tag."),
                                       required("Value", tag_value, "The value.")};
inline constexpr Shape tag = structure("Tag", tag_fields);

inline constexpr Shape tag_list = list_of(tag, 0, 200);

inline constexpr Field retention_properties_fields[] = {
    required("MemoryStoreRetentionPeriodInHours", memory_store_retention_period_in_hours,
             "How long records stay in the memory store."),
    required("MagneticStoreRetentionPeriodInDays", magnetic_store_retention_period_in_days,
             "How long records stay in the magnetic store.")};
inline constexpr Shape retention_properties =
    structure("RetentionProperties", retention_properties_fields);

inline constexpr Field s3_configuration_fields[] = {
    optional("BucketName", s3_bucket_name, "The bucket."),
    optional("ObjectKeyPrefix", s3_object_key_prefix, "What the keys of the objects begin with."),
    optional("EncryptionOption", s3_encryption_option, "How reports are encrypted."),
    optional("KmsKeyId", string_value2048, "The key that encrypts what is stored.")};
inline constexpr Shape s3_configuration = structure("S3Configuration", s3_configuration_fields);

inline constexpr Field magnetic_store_rejected_data_location_fields[] = {
    optional("S3Configuration", s3_configuration, "Where the objects go.")};
inline constexpr Shape magnetic_store_rejected_data_location =
    structure("MagneticStoreRejectedDataLocation", magnetic_store_rejected_data_location_fields);

inline constexpr Field magnetic_store_write_properties_fields[] = {
    required("EnableMagneticStoreWrites", boolean_shape,
             "Whether late records go to the magnetic store."),
    optional("MagneticStoreRejectedDataLocation", magnetic_store_rejected_data_location,
             "Where reports of rejected late records go.")};
inline constexpr Shape magnetic_store_write_properties =
    structure("MagneticStoreWriteProperties", magnetic_store_write_properties_fields);

inline constexpr Field partition_key_fields[] = {
    required("Type", partition_key_type, "The type."), optional("Name", schema_name, "The name."),
    optional("EnforcementInRecord", partition_key_enforcement_level,
             "Whether a record must have the partition key.")};
inline constexpr Shape partition_key = structure("PartitionKey", partition_key_fields);

inline constexpr Shape partition_key_list = list_of(partition_key, 1);

inline constexpr Field schema_fields[] = {
    optional("CompositePartitionKey", partition_key_list, "What the table is partitioned by.")};
inline constexpr Shape schema = structure("Schema", schema_fields);

inline constexpr Field dimension_fields[] = {
    required("Name", schema_name, "The name."), required("Value", schema_value, "The value."),
    optional("DimensionValueType", dimension_value_type, "The type of the dimension; VARCHAR.")};
inline constexpr Shape dimension = structure("Dimension", dimension_fields);

inline constexpr Shape dimensions = list_of(dimension, no_min, 128);

inline constexpr Field measure_value_fields[] = {required("Name", schema_name, "The name."),
                                                 required("Value", string_value2048, "The value."),
                                                 required("Type", measure_value_type, "The type.")};
inline constexpr Shape measure_value = structure("MeasureValue", measure_value_fields);

inline constexpr Shape measure_values = list_of(measure_value);

inline constexpr Field record_fields[] = {
    optional("Dimensions", dimensions, "Names and values that say what is measured."),
    optional("MeasureName", schema_name, "The name of the measure."),
    optional("MeasureValue", string_value2048, "The value of the measure, as text."),
    optional("MeasureValueType", measure_value_type, "The type of the measure."),
    optional("Time", string_value256, "The time."),
    optional("TimeUnit", time_unit, "The unit of the time."),
    optional("Version", record_version, "The version of the record; the highest stays."),
    optional("MeasureValues", measure_values, "The measures of a MULTI record.")};
inline constexpr Shape record = structure("Record", record_fields);

inline constexpr Shape records = list_of(record, 1, 100);

inline constexpr Field database_fields[] = {
    optional("Arn", string_shape, "The Amazon resource name."),
    optional("DatabaseName", resource_name, "The name of the database."),
    optional("TableCount", long_shape, "How many tables the database has."),
    optional("KmsKeyId", string_value2048, "The key that encrypts what is stored."),
    optional("CreationTime", date, "When it was created."),
    optional("LastUpdatedTime", date, "When it was last changed.")};
inline constexpr Shape database = structure("Database", database_fields);

inline constexpr Field table_fields[] = {
    optional("Arn", string_shape, "The Amazon resource name."),
    optional("TableName", resource_name, "The name of the table."),
    optional("DatabaseName", resource_name, "The name of the database."),
    optional("TableStatus", table_status, "ACTIVE, or on its way there or out."),
    optional("RetentionProperties", retention_properties, "How long records are kept."),
    optional("CreationTime", date, "When it was created."),
    optional("LastUpdatedTime", date, "When it was last changed."),
    optional("MagneticStoreWriteProperties", magnetic_store_write_properties,
             "Whether late records are taken, and where rejected ones are reported."),
    optional("Schema", schema, "What the table is partitioned by.")};
inline constexpr Shape table = structure("Table", table_fields);

inline constexpr Field batch_load_progress_report_fields[] = {
    optional("RecordsProcessed", long_shape, "Records that were read."),
    optional("RecordsIngested", long_shape, "Records that were stored."),
    optional("ParseFailures", long_shape, "Lines that could not be read."),
    optional("RecordIngestionFailures", long_shape, "Records that were rejected."),
    optional("FileFailures", long_shape, "Files that could not be read."),
    optional("BytesMetered", long_shape, "Bytes that count as read or written.")};
inline constexpr Shape batch_load_progress_report =
    structure("BatchLoadProgressReport", batch_load_progress_report_fields);

inline constexpr Field batch_load_task_description_fields[] = {
    optional("TaskId", batch_load_task_id, "The identifier of the task."),
    optional("ErrorMessage", string_value2048, "Why the task failed."),
    optional("DataSourceConfiguration", data_source_configuration,
             "Where the data lies and how it is written."),
    optional("ProgressReport", batch_load_progress_report, "How far the task is."),
    optional("ReportConfiguration", report_configuration, "Where reports go."),
    optional("DataModelConfiguration", data_model_configuration,
             "The data model, or where it lies."),
    optional("TargetDatabaseName", resource_name, "The database that is loaded into."),
    optional("TargetTableName", resource_name, "The table that is loaded into."),
    optional("TaskStatus", batch_load_status, "How far the task is."),
    optional("RecordVersion", record_version, "The version of the records."),
    optional("CreationTime", date, "When it was created."),
    optional("LastUpdatedTime", date, "When it was last changed."),
    optional("ResumableUntil", date, "Until when the task can be resumed.")};
inline constexpr Shape batch_load_task_description =
    structure("BatchLoadTaskDescription", batch_load_task_description_fields);

inline constexpr Field endpoint_fields[] = {
    required("Address", string_shape, "Where to send requests."),
    required("CachePeriodInMinutes", long_shape, "How long the address may be kept.")};
inline constexpr Shape endpoint = structure("Endpoint", endpoint_fields);

inline constexpr Shape endpoints = list_of(endpoint);

inline constexpr Field batch_load_task_fields[] = {
    optional("TaskId", batch_load_task_id, "The identifier of the task."),
    optional("TaskStatus", batch_load_status, "How far the task is."),
    optional("DatabaseName", resource_name, "The name of the database."),
    optional("TableName", resource_name, "The name of the table."),
    optional("CreationTime", date, "When it was created."),
    optional("LastUpdatedTime", date, "When it was last changed."),
    optional("ResumableUntil", date, "Until when the task can be resumed.")};
inline constexpr Shape batch_load_task = structure("BatchLoadTask", batch_load_task_fields);

inline constexpr Shape batch_load_task_list = list_of(batch_load_task);

inline constexpr Shape database_list = list_of(database);

inline constexpr Shape table_list = list_of(table);

inline constexpr Field records_ingested_fields[] = {
    optional("Total", integer, "Records that were stored."),
    optional("MemoryStore", integer, "Records that went to the memory store."),
    optional("MagneticStore", integer, "Records that went to the magnetic store.")};
inline constexpr Shape records_ingested = structure("RecordsIngested", records_ingested_fields);

}  // namespace levada::aws::timestream_write_api
