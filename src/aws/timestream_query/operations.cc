#include "aws/timestream_query/operations.h"

#include <algorithm>

#include "aws/timestream_query/inputs.h"
#include "aws/timestream_query/outputs.h"

namespace levada::aws::timestream_query_api {

constexpr Shape type = structure("Type", type_fields);
constexpr Shape datum = structure("Datum", datum_fields);
constexpr Shape datum_list = list_of(datum);
constexpr Shape row = structure("Row", row_fields);

namespace {

constexpr std::string_view AD = "AccessDeniedException";
constexpr std::string_view C = "ConflictException";
constexpr std::string_view IE = "InvalidEndpointException";
constexpr std::string_view IS = "InternalServerException";
constexpr std::string_view QE = "QueryExecutionException";
constexpr std::string_view RNF = "ResourceNotFoundException";
constexpr std::string_view SQ = "ServiceQuotaExceededException";
constexpr std::string_view T = "ThrottlingException";
constexpr std::string_view V = "ValidationException";

constexpr std::string_view cancel_query_errors[] = {AD, IS, T, V, IE};
constexpr std::string_view create_scheduled_query_errors[] = {AD, C, IS, SQ, T, V, IE};
constexpr std::string_view delete_scheduled_query_errors[] = {AD, IS, RNF, T, V, IE};
constexpr std::string_view describe_account_settings_errors[] = {AD, IS, T, IE};
constexpr std::string_view describe_endpoints_errors[] = {IS, V, T};
constexpr std::string_view list_tags_for_resource_errors[] = {RNF, T, V, IE};
constexpr std::string_view query_errors[] = {AD, C, IS, QE, T, V, IE};
constexpr std::string_view tag_resource_errors[] = {RNF, SQ, T, V, IE};

constexpr Paginator list_scheduled_queries_pages{"NextToken", "NextToken", "", "MaxResults",
                                                 "ScheduledQueries"};
constexpr Paginator list_tags_for_resource_pages{"NextToken", "NextToken", "", "MaxResults",
                                                 "Tags"};
constexpr std::string_view told_once[] = {"ColumnInfo", "QueryId", "QueryStatus"};
constexpr Paginator query_pages{"NextToken", "NextToken", "", "MaxRows", "Rows", {}, told_once};

constexpr Operation operations[] = {
    {"CancelQuery", cancel_query_request, &cancel_query_response, cancel_query_errors,
     "Cancels a running query."},
    {"CreateScheduledQuery", create_scheduled_query_request, &create_scheduled_query_response,
     create_scheduled_query_errors,
     "Creates a query that runs on a schedule and writes its result into a table."},
    {"DeleteScheduledQuery", delete_scheduled_query_request, nullptr, delete_scheduled_query_errors,
     "Deletes a scheduled query."},
    {"DescribeAccountSettings", describe_account_settings_request,
     &describe_account_settings_response, describe_account_settings_errors,
     "Describes the settings of the account."},
    {"DescribeEndpoints", describe_endpoints_request, &describe_endpoints_response,
     describe_endpoints_errors, "Tells where to send requests."},
    {"DescribeScheduledQuery", describe_scheduled_query_request, &describe_scheduled_query_response,
     delete_scheduled_query_errors, "Describes a scheduled query."},
    {"ExecuteScheduledQuery", execute_scheduled_query_request, nullptr,
     delete_scheduled_query_errors, "Runs a scheduled query now."},
    {"ListScheduledQueries", list_scheduled_queries_request, &list_scheduled_queries_response,
     cancel_query_errors, "Lists scheduled queries, page by page.", &list_scheduled_queries_pages},
    {"ListTagsForResource", list_tags_for_resource_request, &list_tags_for_resource_response,
     list_tags_for_resource_errors, "Lists tags.", &list_tags_for_resource_pages},
    {"PrepareQuery", prepare_query_request, &prepare_query_response, cancel_query_errors,
     "Checks a query and tells its columns and parameters."},
    {"Query", query_request, &query_response, query_errors, "Runs a query, page by page.",
     &query_pages},
    {"TagResource", tag_resource_request, &tag_resource_response, tag_resource_errors,
     "Adds or overwrites tags."},
    {"UntagResource", untag_resource_request, &untag_resource_response,
     list_tags_for_resource_errors, "Removes tags."},
    {"UpdateAccountSettings", update_account_settings_request, &update_account_settings_response,
     cancel_query_errors, "Changes the settings of the account."},
    {"UpdateScheduledQuery", update_scheduled_query_request, nullptr, delete_scheduled_query_errors,
     "Enables or disables a scheduled query."},
};
static_assert(std::size(operations) == 15);
static_assert(std::ranges::is_sorted(operations, {}, &Operation::name));

}  // namespace

constinit const Service service{
    .name = "timestream",
    .target_prefix = "Timestream_20181101",
    .json_version = "1.0",
    .structure_package = "com.amazonaws.timestream.v20181101",
    .speaks_cbor = false,
    .operations = operations,
    .command = "timestream-query",
    .error_prefix = "com.amazonaws.timestream.v20181101#",
    .constraint_prefix = "com.amazon.coral.validate#",
    .short_request_ids = true,
    .host_prefix = "query.timestream",
};

}  // namespace levada::aws::timestream_query_api
