#pragma once
// What the operations of Timestream Query take.

#include "aws/timestream_query/structures.h"

namespace levada::aws::timestream_query_api {

inline constexpr Field cancel_query_request_fields[] = {
    required("QueryId", query_id, "The identifier of the query.")};
inline constexpr Shape cancel_query_request =
    structure("CancelQueryRequest", cancel_query_request_fields);

inline constexpr Field create_scheduled_query_request_fields[] = {
    required("Name", scheduled_query_name, "The name."),
    required("QueryString", query_string, "The query."),
    required("ScheduleConfiguration", schedule_configuration, "When the query runs."),
    required("NotificationConfiguration", notification_configuration, "Where notifications go."),
    optional("TargetConfiguration", target_configuration, "Where the result goes."),
    optional("ClientToken", client_token, "Makes a repeated call the same call."),
    required("ScheduledQueryExecutionRoleArn", amazon_resource_name,
             "The role that the query runs as."),
    optional("Tags", tag_list, "The tags."),
    optional("KmsKeyId", string_value2048, "The key that encrypts what is stored."),
    required("ErrorReportConfiguration", error_report_configuration,
             "Where reports of errors go.")};
inline constexpr Shape create_scheduled_query_request =
    structure("CreateScheduledQueryRequest", create_scheduled_query_request_fields);

inline constexpr Field delete_scheduled_query_request_fields[] = {
    required("ScheduledQueryArn", amazon_resource_name, "The ARN of the scheduled query.")};
inline constexpr Shape delete_scheduled_query_request =
    structure("DeleteScheduledQueryRequest", delete_scheduled_query_request_fields);

inline constexpr Shape describe_account_settings_request =
    structure("DescribeAccountSettingsRequest", {});

inline constexpr Shape describe_endpoints_request = structure("DescribeEndpointsRequest", {});

inline constexpr Field describe_scheduled_query_request_fields[] = {
    required("ScheduledQueryArn", amazon_resource_name, "The ARN of the scheduled query.")};
inline constexpr Shape describe_scheduled_query_request =
    structure("DescribeScheduledQueryRequest", describe_scheduled_query_request_fields);

inline constexpr Field execute_scheduled_query_request_fields[] = {
    required("ScheduledQueryArn", amazon_resource_name, "The ARN of the scheduled query."),
    required("InvocationTime", time, "The time that the run stands for."),
    optional("ClientToken", client_token, "Makes a repeated call the same call."),
    optional("QueryInsights", scheduled_query_insights,
             "Whether to tell how well the query was served.")};
inline constexpr Shape execute_scheduled_query_request =
    structure("ExecuteScheduledQueryRequest", execute_scheduled_query_request_fields);

inline constexpr Field list_scheduled_queries_request_fields[] = {
    optional("MaxResults", max_scheduled_queries_results, "The most items of one page."),
    optional("NextToken", next_scheduled_queries_results_token, "Where the next page begins.")};
inline constexpr Shape list_scheduled_queries_request =
    structure("ListScheduledQueriesRequest", list_scheduled_queries_request_fields);

inline constexpr Field list_tags_for_resource_request_fields[] = {
    required("ResourceARN", amazon_resource_name, "The ARN of the resource."),
    optional("MaxResults", max_tags_for_resource_result, "The most items of one page."),
    optional("NextToken", next_tags_for_resource_results_token, "Where the next page begins.")};
inline constexpr Shape list_tags_for_resource_request =
    structure("ListTagsForResourceRequest", list_tags_for_resource_request_fields);

inline constexpr Field prepare_query_request_fields[] = {
    required("QueryString", query_string, "The query."),
    optional("ValidateOnly", nullable_boolean, "Only check the query; must be true.")};
inline constexpr Shape prepare_query_request =
    structure("PrepareQueryRequest", prepare_query_request_fields);

inline constexpr Field query_request_fields[] = {
    required("QueryString", query_string, "The query."),
    optional("ClientToken", client_request_token, "Makes a repeated call the same call."),
    optional("NextToken", pagination_token, "Where the next page begins."),
    optional("MaxRows", max_query_results, "The most rows of one page."),
    optional("QueryInsights", query_insights, "Whether to tell how well the query was served.")};
inline constexpr Shape query_request = structure("QueryRequest", query_request_fields);

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

inline constexpr Field update_account_settings_request_fields[] = {
    optional("MaxQueryTCU", max_query_capacity, "The most compute units that queries may use."),
    optional("QueryPricingModel", query_pricing_model, "What queries are paid by."),
    optional("QueryCompute", query_compute_request, "How compute for queries is provided.")};
inline constexpr Shape update_account_settings_request =
    structure("UpdateAccountSettingsRequest", update_account_settings_request_fields);

inline constexpr Field update_scheduled_query_request_fields[] = {
    required("ScheduledQueryArn", amazon_resource_name, "The ARN of the scheduled query."),
    required("State", scheduled_query_state, "ENABLED or DISABLED.")};
inline constexpr Shape update_scheduled_query_request =
    structure("UpdateScheduledQueryRequest", update_scheduled_query_request_fields);

}  // namespace levada::aws::timestream_query_api
