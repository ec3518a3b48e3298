#pragma once
// What the operations of Timestream Write take.

#include "aws/timestream_write/structures.h"

namespace levada::aws::timestream_write_api {

inline constexpr Field create_batch_load_task_request_fields[] = {
    optional("ClientToken", client_request_token, "Makes a repeated call the same call."),
    optional("DataModelConfiguration", data_model_configuration,
             "The data model, or where it lies."),
    required("DataSourceConfiguration", data_source_configuration,
             "Where the data lies and how it is written."),
    required("ReportConfiguration", report_configuration, "Where reports go."),
    required("TargetDatabaseName", resource_create_api_name, "The database that is loaded into."),
    required("TargetTableName", resource_create_api_name, "The table that is loaded into."),
    optional("RecordVersion", record_version, "The version of the records.")};
inline constexpr Shape create_batch_load_task_request =
    structure("CreateBatchLoadTaskRequest", create_batch_load_task_request_fields);

inline constexpr Field create_database_request_fields[] = {
    required("DatabaseName", resource_create_api_name, "The name of the database."),
    optional("KmsKeyId", string_value2048, "The key that encrypts what is stored."),
    optional("Tags", tag_list, "The tags.")};
inline constexpr Shape create_database_request =
    structure("CreateDatabaseRequest", create_database_request_fields);

inline constexpr Field create_table_request_fields[] = {
    required("DatabaseName", resource_create_api_name, "The name of the database."),
    required("TableName", resource_create_api_name, "The name of the table."),
    optional("RetentionProperties", retention_properties, "How long records are kept."),
    optional("Tags", tag_list, "The tags."),
    optional("MagneticStoreWriteProperties", magnetic_store_write_properties,
             "Whether late records are taken, and where rejected ones are reported."),
    optional("Schema", schema, "What the table is partitioned by.")};
inline constexpr Shape create_table_request =
    structure("CreateTableRequest", create_table_request_fields);

inline constexpr Field delete_database_request_fields[] = {
    required("DatabaseName", resource_name, "The name of the database.")};
inline constexpr Shape delete_database_request =
    structure("DeleteDatabaseRequest", delete_database_request_fields);

inline constexpr Field delete_table_request_fields[] = {
    required("DatabaseName", resource_name, "The name of the database."),
    required("TableName", resource_name, "The name of the table.")};
inline constexpr Shape delete_table_request =
    structure("DeleteTableRequest", delete_table_request_fields);

inline constexpr Field describe_batch_load_task_request_fields[] = {
    required("TaskId", batch_load_task_id, "The identifier of the task.")};
inline constexpr Shape describe_batch_load_task_request =
    structure("DescribeBatchLoadTaskRequest", describe_batch_load_task_request_fields);

inline constexpr Field describe_database_request_fields[] = {
    required("DatabaseName", resource_name, "The name of the database.")};
inline constexpr Shape describe_database_request =
    structure("DescribeDatabaseRequest", describe_database_request_fields);

inline constexpr Shape describe_endpoints_request = structure("DescribeEndpointsRequest", {});

inline constexpr Field describe_table_request_fields[] = {
    required("DatabaseName", resource_name, "The name of the database."),
    required("TableName", resource_name, "The name of the table.")};
inline constexpr Shape describe_table_request =
    structure("DescribeTableRequest", describe_table_request_fields);

inline constexpr Field list_batch_load_tasks_request_fields[] = {
    optional("NextToken", string_shape, "Where the next page begins."),
    optional("MaxResults", page_limit, "The most items of one page."),
    optional("TaskStatus", batch_load_status, "How far the task is.")};
inline constexpr Shape list_batch_load_tasks_request =
    structure("ListBatchLoadTasksRequest", list_batch_load_tasks_request_fields);

inline constexpr Field list_databases_request_fields[] = {
    optional("NextToken", string_shape, "Where the next page begins."),
    optional("MaxResults", pagination_limit, "The most items of one page.")};
inline constexpr Shape list_databases_request =
    structure("ListDatabasesRequest", list_databases_request_fields);

inline constexpr Field list_tables_request_fields[] = {
    optional("DatabaseName", resource_name, "The name of the database."),
    optional("NextToken", string_shape, "Where the next page begins."),
    optional("MaxResults", pagination_limit, "The most items of one page.")};
inline constexpr Shape list_tables_request =
    structure("ListTablesRequest", list_tables_request_fields);

inline constexpr Field list_tags_for_resource_request_fields[] = {
    required("ResourceARN", amazon_resource_name, "The ARN of the resource.")};
inline constexpr Shape list_tags_for_resource_request =
    structure("ListTagsForResourceRequest", list_tags_for_resource_request_fields);

inline constexpr Field resume_batch_load_task_request_fields[] = {
    required("TaskId", batch_load_task_id, "The identifier of the task.")};
inline constexpr Shape resume_batch_load_task_request =
    structure("ResumeBatchLoadTaskRequest", resume_batch_load_task_request_fields);

inline constexpr Field tag_resource_request_fields[] = {
    required("ResourceARN", amazon_resource_name, "The ARN of the resource."),
    required("Tags", tag_list, "The tags.")};
inline constexpr Shape tag_resource_request =
    structure("TagResourceRequest", tag_resource_request_fields);

inline constexpr Field untag_resource_request_fields[] = {
    required("ResourceARN", amazon_resource_name, "The ARN of the resource."),
    required("TagKeys", tag_key_list, "The names of the tags.")};
inline constexpr Shape untag_resource_request =
    structure("UntagResourceRequest", untag_resource_request_fields);

inline constexpr Field update_database_request_fields[] = {
    required("DatabaseName", resource_name, "The name of the database."),
    required("KmsKeyId", string_value2048, "The key that encrypts what is stored.")};
inline constexpr Shape update_database_request =
    structure("UpdateDatabaseRequest", update_database_request_fields);

inline constexpr Field update_table_request_fields[] = {
    required("DatabaseName", resource_name, "The name of the database."),
    required("TableName", resource_name, "The name of the table."),
    optional("RetentionProperties", retention_properties, "How long records are kept."),
    optional("MagneticStoreWriteProperties", magnetic_store_write_properties,
             "Whether late records are taken, and where rejected ones are reported."),
    optional("Schema", schema, "What the table is partitioned by.")};
inline constexpr Shape update_table_request =
    structure("UpdateTableRequest", update_table_request_fields);

inline constexpr Field write_records_request_fields[] = {
    required("DatabaseName", resource_name, "The name of the database."),
    required("TableName", resource_name, "The name of the table."),
    optional("CommonAttributes", record, "What all records of the call share."),
    required("Records", records, "The records.")};
inline constexpr Shape write_records_request =
    structure("WriteRecordsRequest", write_records_request_fields);

}  // namespace levada::aws::timestream_write_api
