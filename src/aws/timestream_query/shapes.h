#pragma once
// The simple types of Timestream Query: bounds, patterns and enumerations of its model (2018-11-01;
// spec timestream 2 and 3).

#include "aws/schema.h"

namespace levada::aws::timestream_query_api {

inline constexpr Pattern query_id_pattern{R"-([a-zA-Z0-9]+)-"};
inline constexpr Pattern scheduled_query_name_pattern{
    R"-([a-zA-Z0-9|!\-_*'()][a-zA-Z0-9!\-_*'()/.]+)-"};
inline constexpr Pattern s3_bucket_name_pattern{R"-([a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9])-"};

inline constexpr Shape query_id = string_of(1, 64, &query_id_pattern);
inline constexpr Shape scheduled_query_name = string_of(1, 64, &scheduled_query_name_pattern);
inline constexpr Shape query_string = string_of(1, 262144);
inline constexpr Shape schedule_expression = string_of(1, 256);
inline constexpr Shape amazon_resource_name = string_of(1, 2048);
inline constexpr Shape resource_name{.type = Type::string};
inline constexpr Shape schema_name{.type = Type::string};
inline constexpr std::string_view dimension_value_type_values[] = {"VARCHAR"};
inline constexpr Shape dimension_value_type = one_of(dimension_value_type_values);
inline constexpr std::string_view scalar_measure_value_type_values[] = {
    "BIGINT", "BOOLEAN", "DOUBLE", "VARCHAR", "TIMESTAMP"};
inline constexpr Shape scalar_measure_value_type = one_of(scalar_measure_value_type_values);
inline constexpr std::string_view measure_value_type_values[] = {"BIGINT", "BOOLEAN", "DOUBLE",
                                                                 "VARCHAR", "MULTI"};
inline constexpr Shape measure_value_type = one_of(measure_value_type_values);
inline constexpr Shape client_token = string_of(32, 128);
inline constexpr Shape tag_key = string_of(1, 128);
inline constexpr Shape tag_value = string_of(0, 256);
inline constexpr Shape string_value2048 = string_of(1, 2048);
inline constexpr Shape s3_bucket_name = string_of(3, 63, &s3_bucket_name_pattern);
inline constexpr Shape s3_object_key_prefix = string_of(1, 896, &scheduled_query_name_pattern);
inline constexpr std::string_view s3_encryption_option_values[] = {"SSE_S3", "SSE_KMS"};
inline constexpr Shape s3_encryption_option = one_of(s3_encryption_option_values);
inline constexpr Shape time{.type = Type::timestamp};
inline constexpr std::string_view scheduled_query_insights_mode_values[] = {
    "ENABLED_WITH_RATE_CONTROL", "DISABLED"};
inline constexpr Shape scheduled_query_insights_mode = one_of(scheduled_query_insights_mode_values);
inline constexpr Shape max_scheduled_queries_results{.type = Type::integer, .min = 1, .max = 1000};
inline constexpr Shape next_scheduled_queries_results_token{.type = Type::string};
inline constexpr Shape max_tags_for_resource_result{.type = Type::integer, .min = 1, .max = 200};
inline constexpr Shape next_tags_for_resource_results_token{.type = Type::string};
inline constexpr Shape nullable_boolean{.type = Type::boolean};
inline constexpr Shape client_request_token = string_of(32, 128);
inline constexpr Shape pagination_token = string_of(1, 2048);
inline constexpr Shape max_query_results{.type = Type::integer, .min = 1, .max = 1000};
inline constexpr std::string_view query_insights_mode_values[] = {"ENABLED_WITH_RATE_CONTROL",
                                                                  "DISABLED"};
inline constexpr Shape query_insights_mode = one_of(query_insights_mode_values);
inline constexpr Shape tag_key_list = list_of(tag_key, 0, 200);
inline constexpr Shape max_query_capacity{.type = Type::integer};
inline constexpr std::string_view query_pricing_model_values[] = {"BYTES_SCANNED", "COMPUTE_UNITS"};
inline constexpr Shape query_pricing_model = one_of(query_pricing_model_values);
inline constexpr std::string_view compute_mode_values[] = {"ON_DEMAND", "PROVISIONED"};
inline constexpr Shape compute_mode = one_of(compute_mode_values);
inline constexpr Shape query_tcu{.type = Type::integer};
inline constexpr std::string_view scheduled_query_state_values[] = {"ENABLED", "DISABLED"};
inline constexpr Shape scheduled_query_state = one_of(scheduled_query_state_values);
inline constexpr Shape string_shape{.type = Type::string};
inline constexpr std::string_view last_update_status_values[] = {"PENDING", "FAILED", "SUCCEEDED"};
inline constexpr Shape last_update_status = one_of(last_update_status_values);
inline constexpr Shape long_shape{.type = Type::long_integer};
inline constexpr std::string_view scheduled_query_run_status_values[] = {
    "AUTO_TRIGGER_SUCCESS", "AUTO_TRIGGER_FAILURE", "MANUAL_TRIGGER_SUCCESS",
    "MANUAL_TRIGGER_FAILURE"};
inline constexpr Shape scheduled_query_run_status = one_of(scheduled_query_run_status_values);
inline constexpr Shape double_shape{.type = Type::real};
inline constexpr Shape partition_key{.type = Type::string};
inline constexpr Shape partition_key_list = list_of(partition_key);
inline constexpr Shape s3_object_key{.type = Type::string};
inline constexpr Shape error_message{.type = Type::string};
inline constexpr std::string_view scalar_type_values[] = {"VARCHAR",
                                                          "BOOLEAN",
                                                          "BIGINT",
                                                          "DOUBLE",
                                                          "TIMESTAMP",
                                                          "DATE",
                                                          "TIME",
                                                          "INTERVAL_DAY_TO_SECOND",
                                                          "INTERVAL_YEAR_TO_MONTH",
                                                          "UNKNOWN",
                                                          "INTEGER"};
inline constexpr Shape scalar_type = one_of(scalar_type_values);
inline constexpr Shape scalar_value{.type = Type::string};
inline constexpr Shape timestamp_shape{.type = Type::string};

}  // namespace levada::aws::timestream_query_api
