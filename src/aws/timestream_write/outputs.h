#pragma once
// What the operations of Timestream Write answer.

#include "aws/timestream_write/structures.h"

namespace levada::aws::timestream_write_api {

inline constexpr Field create_batch_load_task_response_fields[] = {
    required("TaskId", batch_load_task_id, "The identifier of the task.")};
inline constexpr Shape create_batch_load_task_response =
    structure("CreateBatchLoadTaskResponse", create_batch_load_task_response_fields);

inline constexpr Field create_database_response_fields[] = {
    optional("Database", database, "The database.")};
inline constexpr Shape create_database_response =
    structure("CreateDatabaseResponse", create_database_response_fields);

inline constexpr Field create_table_response_fields[] = {optional("Table", table, "The table.")};
inline constexpr Shape create_table_response =
    structure("CreateTableResponse", create_table_response_fields);

inline constexpr Field describe_batch_load_task_response_fields[] = {required(
    "BatchLoadTaskDescription", batch_load_task_description, "What is known of the task.")};
inline constexpr Shape describe_batch_load_task_response =
    structure("DescribeBatchLoadTaskResponse", describe_batch_load_task_response_fields);

inline constexpr Field describe_database_response_fields[] = {
    optional("Database", database, "The database.")};
inline constexpr Shape describe_database_response =
    structure("DescribeDatabaseResponse", describe_database_response_fields);

inline constexpr Field describe_endpoints_response_fields[] = {
    required("Endpoints", endpoints, "Where the service answers.")};
inline constexpr Shape describe_endpoints_response =
    structure("DescribeEndpointsResponse", describe_endpoints_response_fields);

inline constexpr Field describe_table_response_fields[] = {optional("Table", table, "The table.")};
inline constexpr Shape describe_table_response =
    structure("DescribeTableResponse", describe_table_response_fields);

inline constexpr Field list_batch_load_tasks_response_fields[] = {
    optional("NextToken", string_shape, "Where the next page begins."),
    optional("BatchLoadTasks", batch_load_task_list, "The tasks of this page.")};
inline constexpr Shape list_batch_load_tasks_response =
    structure("ListBatchLoadTasksResponse", list_batch_load_tasks_response_fields);

inline constexpr Field list_databases_response_fields[] = {
    optional("Databases", database_list, "The databases of this page."),
    optional("NextToken", string_shape, "Where the next page begins.")};
inline constexpr Shape list_databases_response =
    structure("ListDatabasesResponse", list_databases_response_fields);

inline constexpr Field list_tables_response_fields[] = {
    optional("Tables", table_list, "The tables of this page."),
    optional("NextToken", string_shape, "Where the next page begins.")};
inline constexpr Shape list_tables_response =
    structure("ListTablesResponse", list_tables_response_fields);

inline constexpr Field list_tags_for_resource_response_fields[] = {
    optional("Tags", tag_list, "The tags.")};
inline constexpr Shape list_tags_for_resource_response =
    structure("ListTagsForResourceResponse", list_tags_for_resource_response_fields);

inline constexpr Shape resume_batch_load_task_response =
    structure("ResumeBatchLoadTaskResponse", {});

inline constexpr Shape tag_resource_response = structure("TagResourceResponse", {});

inline constexpr Shape untag_resource_response = structure("UntagResourceResponse", {});

inline constexpr Field update_database_response_fields[] = {
    optional("Database", database, "The database.")};
inline constexpr Shape update_database_response =
    structure("UpdateDatabaseResponse", update_database_response_fields);

inline constexpr Field update_table_response_fields[] = {optional("Table", table, "The table.")};
inline constexpr Shape update_table_response =
    structure("UpdateTableResponse", update_table_response_fields);

inline constexpr Field write_records_response_fields[] = {
    optional("RecordsIngested", records_ingested, "Records that were stored.")};
inline constexpr Shape write_records_response =
    structure("WriteRecordsResponse", write_records_response_fields);

}  // namespace levada::aws::timestream_write_api
