#pragma once
// The simple types of Timestream Write: bounds, patterns and enumerations of its model (2018-11-01;
// spec timestream 2 and 3).

#include "aws/schema.h"

namespace levada::aws::timestream_write_api {

inline constexpr Pattern s3_bucket_name_pattern{R"-([a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9])-"};
inline constexpr Pattern s3_object_key_pattern{R"-([a-zA-Z0-9|!\-_*'()][a-zA-Z0-9!\-_*'()/.]+)-"};
inline constexpr Pattern resource_create_api_name_pattern{R"-([a-zA-Z0-9_.-]+)-"};
inline constexpr Pattern batch_load_task_id_pattern{R"-([A-Z0-9]+)-"};

inline constexpr Shape client_request_token = string_of(1, 64);
inline constexpr Shape string_value256 = string_of(1, 256);
inline constexpr std::string_view time_unit_values[] = {"MILLISECONDS", "SECONDS", "MICROSECONDS",
                                                        "NANOSECONDS"};
inline constexpr Shape time_unit = one_of(time_unit_values);
inline constexpr Shape schema_name = string_of(1, no_max);
inline constexpr std::string_view scalar_measure_value_type_values[] = {
    "DOUBLE", "BIGINT", "BOOLEAN", "VARCHAR", "TIMESTAMP"};
inline constexpr Shape scalar_measure_value_type = one_of(scalar_measure_value_type_values);
inline constexpr std::string_view measure_value_type_values[] = {"DOUBLE",  "BIGINT",    "VARCHAR",
                                                                 "BOOLEAN", "TIMESTAMP", "MULTI"};
inline constexpr Shape measure_value_type = one_of(measure_value_type_values);
inline constexpr Shape s3_bucket_name = string_of(3, 63, &s3_bucket_name_pattern);
inline constexpr Shape s3_object_key = string_of(1, 1024, &s3_object_key_pattern);
inline constexpr Shape string_value1 = string_of(1, 1);
inline constexpr Shape boolean_shape{.type = Type::boolean};
inline constexpr std::string_view batch_load_data_format_values[] = {"CSV"};
inline constexpr Shape batch_load_data_format = one_of(batch_load_data_format_values);
inline constexpr Shape s3_object_key_prefix = string_of(1, 928, &s3_object_key_pattern);
inline constexpr std::string_view s3_encryption_option_values[] = {"SSE_S3", "SSE_KMS"};
inline constexpr Shape s3_encryption_option = one_of(s3_encryption_option_values);
inline constexpr Shape string_value2048 = string_of(1, 2048);
inline constexpr Shape resource_create_api_name{.type = Type::string,
                                                .pattern = &resource_create_api_name_pattern};
inline constexpr Shape record_version{.type = Type::long_integer};
inline constexpr Shape tag_key = string_of(1, 128);
inline constexpr Shape tag_value = string_of(0, 256);
inline constexpr Shape memory_store_retention_period_in_hours{
    .type = Type::long_integer, .min = 1, .max = 8766};
inline constexpr Shape magnetic_store_retention_period_in_days{
    .type = Type::long_integer, .min = 1, .max = 73000};
inline constexpr std::string_view partition_key_type_values[] = {"DIMENSION", "MEASURE"};
inline constexpr Shape partition_key_type = one_of(partition_key_type_values);
inline constexpr std::string_view partition_key_enforcement_level_values[] = {"REQUIRED",
                                                                              "OPTIONAL"};
inline constexpr Shape partition_key_enforcement_level =
    one_of(partition_key_enforcement_level_values);
inline constexpr Shape resource_name{.type = Type::string};
inline constexpr Shape batch_load_task_id = string_of(3, 32, &batch_load_task_id_pattern);
inline constexpr Shape string_shape{.type = Type::string};
inline constexpr Shape page_limit{.type = Type::integer, .min = 1, .max = 100};
inline constexpr std::string_view batch_load_status_values[] = {
    "CREATED", "IN_PROGRESS", "FAILED", "SUCCEEDED", "PROGRESS_STOPPED", "PENDING_RESUME"};
inline constexpr Shape batch_load_status = one_of(batch_load_status_values);
inline constexpr Shape pagination_limit{.type = Type::integer, .min = 1, .max = 20};
inline constexpr Shape amazon_resource_name = string_of(1, 1011);
inline constexpr Shape tag_key_list = list_of(tag_key, 0, 200);
inline constexpr Shape schema_value{.type = Type::string};
inline constexpr std::string_view dimension_value_type_values[] = {"VARCHAR"};
inline constexpr Shape dimension_value_type = one_of(dimension_value_type_values);
inline constexpr Shape long_shape{.type = Type::long_integer};
inline constexpr Shape date{.type = Type::timestamp};
inline constexpr std::string_view table_status_values[] = {"ACTIVE", "DELETING", "RESTORING"};
inline constexpr Shape table_status = one_of(table_status_values);
inline constexpr Shape integer{.type = Type::integer};

}  // namespace levada::aws::timestream_write_api
