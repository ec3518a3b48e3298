#include "aws/timestream_write/operations.h"

#include <algorithm>

#include "aws/timestream_write/inputs.h"
#include "aws/timestream_write/outputs.h"

namespace levada::aws::timestream_write_api {

namespace {

constexpr std::string_view AD = "AccessDeniedException";
constexpr std::string_view C = "ConflictException";
constexpr std::string_view IE = "InvalidEndpointException";
constexpr std::string_view IS = "InternalServerException";
constexpr std::string_view RNF = "ResourceNotFoundException";
constexpr std::string_view RR = "RejectedRecordsException";
constexpr std::string_view SQ = "ServiceQuotaExceededException";
constexpr std::string_view T = "ThrottlingException";
constexpr std::string_view V = "ValidationException";

constexpr std::string_view create_batch_load_task_errors[] = {IS, T, AD, V, C, RNF, SQ, IE};
constexpr std::string_view create_database_errors[] = {C, V, AD, SQ, T, IE, IS, IE};
constexpr std::string_view create_table_errors[] = {C, V, AD, RNF, SQ, T, IE, IS, IE};
constexpr std::string_view delete_database_errors[] = {IS, T, RNF, V, AD, IE};
constexpr std::string_view describe_batch_load_task_errors[] = {IS, T, AD, RNF, IE};
constexpr std::string_view describe_endpoints_errors[] = {IS, V, T};
constexpr std::string_view list_batch_load_tasks_errors[] = {IS, AD, T, V, IE};
constexpr std::string_view list_tags_for_resource_errors[] = {RNF, T, V, IE};
constexpr std::string_view tag_resource_errors[] = {RNF, SQ, T, V, IE};
constexpr std::string_view update_database_errors[] = {V, AD, RNF, SQ, T, IS, IE};
constexpr std::string_view write_records_errors[] = {IS, T, V, RNF, AD, RR, IE};

constexpr Operation operations[] = {
    {"CreateBatchLoadTask", create_batch_load_task_request, &create_batch_load_task_response,
     create_batch_load_task_errors, "Loads CSV files into a table."},
    {"CreateDatabase", create_database_request, &create_database_response, create_database_errors,
     "Creates a database."},
    {"CreateTable", create_table_request, &create_table_response, create_table_errors,
     "Creates a table in a database."},
    {"DeleteDatabase", delete_database_request, nullptr, delete_database_errors,
     "Deletes a database that has no tables."},
    {"DeleteTable", delete_table_request, nullptr, delete_database_errors,
     "Deletes a table with its records."},
    {"DescribeBatchLoadTask", describe_batch_load_task_request, &describe_batch_load_task_response,
     describe_batch_load_task_errors, "Describes a batch load."},
    {"DescribeDatabase", describe_database_request, &describe_database_response,
     delete_database_errors, "Describes a database."},
    {"DescribeEndpoints", describe_endpoints_request, &describe_endpoints_response,
     describe_endpoints_errors, "Tells where to send requests."},
    {"DescribeTable", describe_table_request, &describe_table_response, delete_database_errors,
     "Describes a table."},
    {"ListBatchLoadTasks", list_batch_load_tasks_request, &list_batch_load_tasks_response,
     list_batch_load_tasks_errors, "Lists batch loads, page by page."},
    {"ListDatabases", list_databases_request, &list_databases_response,
     list_batch_load_tasks_errors, "Lists databases, page by page."},
    {"ListTables", list_tables_request, &list_tables_response, delete_database_errors,
     "Lists tables, page by page."},
    {"ListTagsForResource", list_tags_for_resource_request, &list_tags_for_resource_response,
     list_tags_for_resource_errors, "Lists tags."},
    {"ResumeBatchLoadTask", resume_batch_load_task_request, &resume_batch_load_task_response,
     delete_database_errors, "Takes up a batch load that stopped."},
    {"TagResource", tag_resource_request, &tag_resource_response, tag_resource_errors,
     "Adds or overwrites tags."},
    {"UntagResource", untag_resource_request, &untag_resource_response, tag_resource_errors,
     "Removes tags."},
    {"UpdateDatabase", update_database_request, &update_database_response, update_database_errors,
     "Changes the key that encrypts a database."},
    {"UpdateTable", update_table_request, &update_table_response, delete_database_errors,
     "Changes retention, late writes or enforcement of a table."},
    {"WriteRecords", write_records_request, &write_records_response, write_records_errors,
     "Writes up to 100 records, each accepted or rejected for itself."},
};
static_assert(std::size(operations) == 19);
static_assert(std::ranges::is_sorted(operations, {}, &Operation::name));

}  // namespace

constinit const Service service{
    .name = "timestream",
    .target_prefix = "Timestream_20181101",
    .json_version = "1.0",
    .structure_package = "com.amazonaws.timestream.v20181101",
    .speaks_cbor = false,
    .operations = operations,
    .command = "timestream-write",
    .error_prefix = "com.amazonaws.timestream.v20181101#",
    .constraint_prefix = "com.amazon.coral.validate#",
    .short_request_ids = true,
    .host_prefix = "ingest.timestream",
};

}  // namespace levada::aws::timestream_write_api
