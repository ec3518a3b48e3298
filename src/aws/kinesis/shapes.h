#pragma once
// The simple types of Kinesis Data Streams: bounds, patterns and enumerations of its model
// (kinesis-2013-12-02, as of aws-sdk-js 3.1143; spec kinesis 2).

#include "aws/schema.h"

namespace levada::aws::kinesis_api {

inline constexpr Pattern name_pattern{"[a-zA-Z0-9_.-]+"};
inline constexpr Pattern stream_arn_pattern{R"(arn:aws.*:kinesis:.*:\d{12}:stream/\S+)"};
inline constexpr Pattern resource_arn_pattern{R"(arn:aws.*:kinesis:.*:\d{12}:.*stream/\S+)"};
inline constexpr Pattern consumer_arn_pattern{
    R"(^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+)"};
inline constexpr Pattern stream_id_pattern{"[a-z0-9]{20}-[a-z0-9]{3}"};
inline constexpr Pattern sequence_number_pattern{R"(0|([1-9]\d{0,128}))"};
inline constexpr Pattern hash_key_pattern{R"(0|([1-9]\d{0,38}))"};

inline constexpr Shape any_string{.type = Type::string};
inline constexpr Shape boolean{.type = Type::boolean};
inline constexpr Shape timestamp{.type = Type::timestamp};
inline constexpr Shape integer{.type = Type::integer};
inline constexpr Shape natural = integer_of(0);
inline constexpr Shape positive = integer_of(1);

inline constexpr Shape name = string_of(1, 128, &name_pattern);  // of streams, shards, consumers
inline constexpr Shape stream_arn = string_of(1, 2048, &stream_arn_pattern);
inline constexpr Shape resource_arn = string_of(1, 2048, &resource_arn_pattern);
inline constexpr Shape consumer_arn = string_of(1, 2048, &consumer_arn_pattern);
inline constexpr Shape stream_id = string_of(1, 24, &stream_id_pattern);
inline constexpr Shape sequence_number{.type = Type::string, .pattern = &sequence_number_pattern};
inline constexpr Shape hash_key{.type = Type::string, .pattern = &hash_key_pattern};
inline constexpr Shape partition_key = string_of(1, 256);
inline constexpr Shape shard_iterator = string_of(1, 512);
inline constexpr Shape next_token = string_of(1, 1048576);
inline constexpr Shape key_id = string_of(1, 2048);
inline constexpr Shape record_data{
    .type = Type::blob, .min = 0, .max = 10485760, .value_hidden = true};

inline constexpr Shape page_limit = integer_of(1, 10000);
inline constexpr Shape tags_limit = integer_of(1, 50);
inline constexpr Shape record_size_kib = integer_of(1024, 10240);
inline constexpr Shape shard_count = integer_of(0, 1000000);
inline constexpr Shape millis_behind{.type = Type::long_integer, .min = 0};

inline constexpr Shape tag_key = string_of(1, 128);
inline constexpr Shape tag_value = string_of(0, 256);
inline constexpr Shape tag_map = map_of(tag_key, tag_value, 1, 200);
inline constexpr Shape tag_keys = list_of(tag_key, 1, 50);

inline constexpr std::string_view stream_status_values[] = {"CREATING", "DELETING", "ACTIVE",
                                                            "UPDATING"};
inline constexpr Shape stream_status = one_of(stream_status_values);
inline constexpr std::string_view consumer_status_values[] = {"CREATING", "DELETING", "ACTIVE"};
inline constexpr Shape consumer_status = one_of(consumer_status_values);
inline constexpr std::string_view stream_mode_values[] = {"PROVISIONED", "ON_DEMAND"};
inline constexpr Shape stream_mode = one_of(stream_mode_values);
inline constexpr std::string_view encryption_type_values[] = {"NONE", "KMS"};
inline constexpr Shape encryption_type = one_of(encryption_type_values);
inline constexpr std::string_view distribution_values[] = {"AUTO", "USER_PARTITION_KEY"};
inline constexpr Shape distribution_strategy = one_of(distribution_values);
inline constexpr std::string_view scaling_type_values[] = {"UNIFORM_SCALING"};
inline constexpr Shape scaling_type = one_of(scaling_type_values);
// The order in which production lists them (spec kinesis 6.2), not the model's.
inline constexpr std::string_view iterator_type_values[] = {
    "AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"};
inline constexpr Shape iterator_type = one_of(iterator_type_values);
inline constexpr std::string_view shard_filter_values[] = {"AFTER_SHARD_ID",    "AT_TRIM_HORIZON",
                                                           "FROM_TRIM_HORIZON", "AT_LATEST",
                                                           "AT_TIMESTAMP",      "FROM_TIMESTAMP"};
inline constexpr Shape shard_filter_type = one_of(shard_filter_values);
inline constexpr std::string_view metric_values[] = {"IncomingBytes",
                                                     "IncomingRecords",
                                                     "OutgoingBytes",
                                                     "OutgoingRecords",
                                                     "WriteProvisionedThroughputExceeded",
                                                     "ReadProvisionedThroughputExceeded",
                                                     "IteratorAgeMilliseconds",
                                                     "ALL"};
inline constexpr Shape metric = one_of(metric_values);
inline constexpr Shape metrics = list_of(metric, 1, 7);
inline constexpr std::string_view commitment_input_values[] = {"ENABLED", "DISABLED"};
inline constexpr Shape commitment_input_status = one_of(commitment_input_values);
inline constexpr std::string_view commitment_output_values[] = {
    "ENABLED", "DISABLED", "ENABLED_UNTIL_EARLIEST_ALLOWED_END"};
inline constexpr Shape commitment_output_status = one_of(commitment_output_values);

}  // namespace levada::aws::kinesis_api
