#include "aws/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/decode.h"
#include "aws/kinesis/operations.h"
#include "base/utf8.h"
#include "wire/json_reader.h"

namespace levada::aws {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What a client reads when it sends this body: the message, or "fine".
std::string answer(std::string_view operation, std::string_view json) {
  wire::ValueTree body_tree, input_tree;
  const auto body = wire::read_json(json, body_tree);
  EXPECT_TRUE(body) << json;
  const Operation* row = find_operation(kinesis_api::service, operation);
  EXPECT_NE(row, nullptr) << operation;
  const auto input = decode(row->input, *body, Coding::json, input_tree);
  if (!input) return input.error();
  return validate(kinesis_api::service, row->input, *input).value_or("fine");
}

struct Case {
  std::string_view operation, body, message;
};

TEST(Types, are_refused_in_the_words_of_production) {
  const Case cases[] = {
      {"CreateStream", R"({"StreamName":true})",
       "class java.lang.Boolean can not be converted to an String"},
      {"CreateStream", R"({"StreamName":23})",
       "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an "
       "String"},
      {"CreateStream", R"({"StreamName":[]})", "Start of list found where not expected"},
      {"CreateStream", R"({"StreamName":{}})",
       "Start of structure or map found where not expected."},
      {"CreateStream", R"({"ShardCount":"a"})",
       "class java.lang.String can not be converted to an Integer"},
      {"CreateStream", R"({"ShardCount":false})",
       "class java.lang.Boolean can not be converted to an Integer"},
      {"CreateStream", R"({"Tags":3})", "Expected map or null"},
      {"CreateStream", R"({"Tags":[]})", "Start of list found where not expected"},
      {"CreateStream", R"({"StreamModeDetails":"a"})", "Expected null"},
      {"CreateStream", R"({"StreamModeDetails":[]})", "Start of list found where not expected"},
      {"DeleteStream", R"({"EnforceConsumerDeletion":23})",
       "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an "
       "Boolean"},
      {"DeleteStream", R"({"EnforceConsumerDeletion":"abc"})",
       "'ABC' can not be converted to an Boolean"},
      {"PutRecord", R"({"Data":true})", "class java.lang.Boolean can not be converted to a Blob"},
      {"PutRecord", R"({"Data":1})",
       "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to a "
       "Blob"},
      {"PutRecord", R"({"Data":"23456"})",
       "'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 "
       "bytes but found: 5"},
      {"PutRecord", R"({"Data":"=+/="})",
       "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='"},
      {"PutRecord", R"({"Data":"+/+="})",
       "'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected"},
      {"PutRecords", R"({"Records":"a"})", "Expected list or null"},
      {"PutRecords", R"({"Records":{}})", "Start of structure or map found where not expected."},
      {"PutRecords", R"({"Records":[3]})", "Expected null"},
      {"GetShardIterator", R"({"Timestamp":"now"})",
       "class java.lang.String can not be converted to milliseconds since epoch"},
      {"GetShardIterator", R"({"Timestamp":true})",
       "class java.lang.Boolean can not be converted to milliseconds since epoch"},
  };
  for (const Case& c : cases) EXPECT_EQ(answer(c.operation, c.body), c.message) << c.body;
}

TEST(Types, the_first_member_of_the_table_speaks) {
  EXPECT_EQ(answer("PutRecord", R"({"PartitionKey":1,"Data":true,"StreamName":[]})"),
            "Start of list found where not expected");
}

TEST(Types, that_can_be_converted_are) {
  EXPECT_EQ(answer("DeleteStream", R"({"StreamName":"a","EnforceConsumerDeletion":"yes"})"),
            "fine");
  EXPECT_EQ(answer("CreateStream", R"({"StreamName":"a","ShardCount":1.9,"Other":[{}]})"), "fine");
  EXPECT_EQ(answer("CreateStream", R"({"StreamName":"a","ShardCount":null})"), "fine");
}

TEST(Constraints, are_listed_in_the_order_of_production) {
  const Case cases[] = {
      {"SplitShard", "{}",
       "3 validation errors detected: Value null at 'newStartingHashKey' failed to satisfy "
       "constraint: Member must not be null; Value null at 'streamName' failed to satisfy "
       "constraint: Member must not be null; Value null at 'shardToSplit' failed to satisfy "
       "constraint: Member must not be null"},
      {"CreateStream", R"({"StreamName":"","ShardCount":0})",
       "3 validation errors detected: Value '0' at 'shardCount' failed to satisfy constraint: "
       "Member must have value greater than or equal to 1; Value '' at 'streamName' failed to "
       "satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value "
       "'' at 'streamName' failed to satisfy constraint: Member must have length greater than or "
       "equal to 1"},
      {"DescribeStream", R"({"StreamName":"a","Limit":100000000000})",
       "1 validation error detected: Value '2147483647' at 'limit' failed to satisfy constraint: "
       "Member must have value less than or equal to 10000"},
      {"GetShardIterator", R"({"StreamName":"a","ShardId":"b","ShardIteratorType":"c"})",
       "1 validation error detected: Value 'c' at 'shardIteratorType' failed to satisfy "
       "constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, "
       "AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]"},
      {"RemoveTagsFromStream", R"({"StreamName":"a","TagKeys":["x",""]})",
       "1 validation error detected: Value '[x, ]' at 'tagKeys' failed to satisfy constraint: "
       "Member must satisfy constraint: [Member must have length less than or equal to 128, Member "
       "must have length greater than or equal to 1]"},
      {"AddTagsToStream", R"({"StreamName":"a","Tags":{"":"b"}})",
       "1 validation error detected: Value '{=b}' at 'tags' failed to satisfy constraint: Map keys "
       "must satisfy constraint: [Member must have length less than or equal to 128, Member must "
       "have length greater than or equal to 1]"},
      {"PutRecords", R"({"StreamName":"a","Records":[]})",
       "1 validation error detected: Value '[]' at 'records' failed to satisfy constraint: Member "
       "must have length greater than or equal to 1"},
      {"PutRecords", R"({"Records":[{"PartitionKey":""}]})",
       "3 validation errors detected: Value '' at 'records.1.member.partitionKey' failed to "
       "satisfy constraint: Member must have length greater than or equal to 1; Value null at "
       "'records.1.member.data' failed to satisfy constraint: Member must not be null; Value null "
       "at 'streamName' failed to satisfy constraint: Member must not be null"},
      {"DescribeStream", "{}",
       "1 validation error detected: Value null at 'streamName' failed to satisfy constraint: "
       "Member must not be null"},
      {"DescribeStream", R"({"StreamARN":"arn:aws:kinesis:us-east-1:123456789012:stream/a"})",
       "fine"},
      {"ListShards", "{}", "fine"},
  };
  for (const Case& c : cases) EXPECT_EQ(answer(c.operation, c.body), c.message) << c.body;
}

TEST(Constraints, of_501_records_and_of_large_data_leave_the_value_out) {
  std::string body = R"({"StreamName":"a","Records":[)";
  for (int i = 0; i < 501; ++i)
    body += std::string(i > 0 ? "," : "") + R"({"Data":"","PartitionKey":"k"})";
  EXPECT_EQ(answer("PutRecords", body + "]}"),
            "1 validation error detected: Value at 'records' failed to satisfy constraint: Member "
            "must have length less than or equal to 500");
}

TEST(Constraints, are_at_most_ten_in_one_message) {
  std::string body = R"({"StreamName":"a","Records":[)";
  for (int i = 0; i < 20; ++i) body += std::string(i > 0 ? "," : "") + R"({"PartitionKey":""})";
  EXPECT_TRUE(answer("PutRecords", body + "]}").starts_with("10 validation errors detected: "));
}

TEST(Constraints, count_characters_and_not_bytes) {
  std::string key;
  for (int i = 0; i < 256; ++i) key += "\xc3\xa4";
  const std::string head = R"({"StreamName":"a","Data":"","PartitionKey":")";
  EXPECT_EQ(answer("PutRecord", head + key + "\"}"), "fine");
  EXPECT_NE(answer("PutRecord", head + key + "x\"}"), "fine");
}

TEST(Constraints, repeat_a_long_value_whole_and_a_huge_one_up_to_a_character_s_end) {
  const auto of_name = [](std::string_view unit, std::size_t count) {
    std::string name;
    for (std::size_t i = 0; i < count; ++i) name += unit;
    return std::pair(name, answer("DescribeStream", R"({"StreamName":")" + name + "\"}"));
  };
  const auto [whole, text] = of_name("n", 2000);
  EXPECT_EQ(text,
            "1 validation error detected: Value '" + whole +
                "' at 'streamName' failed to satisfy constraint: Member must have length less "
                "than or equal to 128");
  const auto [huge, cut] = of_name("\xe2\x82\xac", 20'000);  // 3 does not divide the limit
  EXPECT_TRUE(is_valid_utf8(cut));
  EXPECT_LT(cut.size(), huge.size());
}

TEST(Constraints, show_no_empty_elements_behind_the_last_one_shown) {
  std::string keys, tags;
  for (int i = 0; i < 2000; ++i) {
    const std::string key = "\"key-number-" + std::to_string(i) + "\"";
    keys += (i > 0 ? "," : "") + key;
    tags += (i > 0 ? "," : "") + key + ":\"v\"";
  }
  const std::string list =
      answer("RemoveTagsFromStream", R"({"StreamName":"a","TagKeys":[)" + keys + "]}");
  EXPECT_THAT(list,
              StartsWith("1 validation error detected: Value '[key-number-0, key-number-1, "));
  EXPECT_THAT(list, Not(AnyOf(HasSubstr(", ,"), HasSubstr(", ]"), HasSubstr("key-number-1999"))));
  const std::string map = answer("AddTagsToStream", R"({"StreamName":"a","Tags":{)" + tags + "}}");
  EXPECT_THAT(map, StartsWith("1 validation error detected: Value '{key-number-0=v, "));
  EXPECT_THAT(map, Not(AnyOf(HasSubstr("=,"), HasSubstr("=}"), HasSubstr("key-number-1999"))));
}

TEST(Constraints, a_missing_partition_key_is_only_named_beside_others) {
  EXPECT_EQ(answer("PutRecord", R"({"StreamName":"a","Data":""})"), "fine");
  EXPECT_EQ(answer("PutRecord", R"({"StreamName":"a"})"),
            "2 validation errors detected: Value null at 'partitionKey' failed to satisfy "
            "constraint: Member must not be null; Value null at 'data' failed to satisfy "
            "constraint: Member must not be null");
}

}  // namespace
}  // namespace levada::aws
