#pragma once
// What the operations of Timestream Query answer.

#include "aws/timestream_query/structures.h"

namespace levada::aws::timestream_query_api {

inline constexpr Field cancel_query_response_fields[] = {
    optional("CancellationMessage", string_shape, "What became of the query.")};
inline constexpr Shape cancel_query_response =
    structure("CancelQueryResponse", cancel_query_response_fields);

inline constexpr Field create_scheduled_query_response_fields[] = {
    required("Arn", amazon_resource_name, "The Amazon resource name.")};
inline constexpr Shape create_scheduled_query_response =
    structure("CreateScheduledQueryResponse", create_scheduled_query_response_fields);

inline constexpr Field describe_account_settings_response_fields[] = {
    optional("MaxQueryTCU", max_query_capacity, "The most compute units that queries may use."),
    optional("QueryPricingModel", query_pricing_model, "What queries are paid by."),
    optional("QueryCompute", query_compute_response, "How compute for queries is provided.")};
inline constexpr Shape describe_account_settings_response =
    structure("DescribeAccountSettingsResponse", describe_account_settings_response_fields);

inline constexpr Field describe_endpoints_response_fields[] = {
    required("Endpoints", endpoints, "Where the service answers.")};
inline constexpr Shape describe_endpoints_response =
    structure("DescribeEndpointsResponse", describe_endpoints_response_fields);

inline constexpr Field describe_scheduled_query_response_fields[] = {
    required("ScheduledQuery", scheduled_query_description, "The scheduled query.")};
inline constexpr Shape describe_scheduled_query_response =
    structure("DescribeScheduledQueryResponse", describe_scheduled_query_response_fields);

inline constexpr Field list_scheduled_queries_response_fields[] = {
    required("ScheduledQueries", scheduled_query_list, "The scheduled queries of this page."),
    optional("NextToken", next_scheduled_queries_results_token, "Where the next page begins.")};
inline constexpr Shape list_scheduled_queries_response =
    structure("ListScheduledQueriesResponse", list_scheduled_queries_response_fields);

inline constexpr Field list_tags_for_resource_response_fields[] = {
    required("Tags", tag_list, "The tags."),
    optional("NextToken", next_tags_for_resource_results_token, "Where the next page begins.")};
inline constexpr Shape list_tags_for_resource_response =
    structure("ListTagsForResourceResponse", list_tags_for_resource_response_fields);

inline constexpr Field prepare_query_response_fields[] = {
    required("QueryString", query_string, "The query."),
    required("Columns", select_column_list, "The columns of the answer."),
    required("Parameters", parameter_mapping_list, "The parameters of the query.")};
inline constexpr Shape prepare_query_response =
    structure("PrepareQueryResponse", prepare_query_response_fields);

inline constexpr Field query_response_fields[] = {
    required("QueryId", query_id, "The identifier of the query."),
    optional("NextToken", pagination_token, "Where the next page begins."),
    required("Rows", row_list, "The rows of this page."),
    required("ColumnInfo", column_info_list, "Names and types of the columns."),
    optional("QueryStatus", query_status, "How far the query is."),
    optional("QueryInsightsResponse", query_insights_response, "How well the query was served.")};
inline constexpr Shape query_response = structure("QueryResponse", query_response_fields);

inline constexpr Shape tag_resource_response = structure("TagResourceResponse", {});

inline constexpr Shape untag_resource_response = structure("UntagResourceResponse", {});

inline constexpr Field update_account_settings_response_fields[] = {
    optional("MaxQueryTCU", max_query_capacity, "The most compute units that queries may use."),
    optional("QueryPricingModel", query_pricing_model, "What queries are paid by."),
    optional("QueryCompute", query_compute_response, "How compute for queries is provided.")};
inline constexpr Shape update_account_settings_response =
    structure("UpdateAccountSettingsResponse", update_account_settings_response_fields);

}  // namespace levada::aws::timestream_query_api
