#include "wire/put_records_scan.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "wire/put_records_scan_oracle.h"

namespace levada::wire {
namespace {

bool scan(std::string_view body) {
  Buffer room(body.size());
  ScannedPut put;
  return scan_put_records(body, room, put);
}

TEST(PutRecordsScan, reads_what_boto3_sends) {
  const std::string_view body =
      R"({"Records": [{"Data": "aGVsbG8=", "PartitionKey": "a"}, )"
      R"({"Data": "", "ExplicitHashKey": "12", "PartitionKey": "\u00fc\"\u20ac"}], "StreamName": "s"})";
  Buffer room(body.size());
  ScannedPut put;
  ASSERT_TRUE(scan_put_records(body, room, put));
  ASSERT_EQ(put.records.size(), 2u);
  EXPECT_EQ(as_text(put.records[0].data), "hello");
  EXPECT_EQ(put.records[0].partition_key, "a");
  EXPECT_EQ(put.records[0].explicit_hash_key, std::nullopt);
  EXPECT_TRUE(put.records[1].data.empty());
  EXPECT_EQ(put.records[1].partition_key, "ü\"€");
  EXPECT_EQ(put.records[1].explicit_hash_key, "12");
  EXPECT_EQ(put.stream_name, "s");
  EXPECT_EQ(put.stream_arn, std::nullopt);
  EXPECT_TRUE(check_scan_agrees(body));
}

TEST(PutRecordsScan, reads_a_single_record) {
  const std::string_view body =
      R"({"StreamARN":"arn","Data":"aGk=","SequenceNumberForOrdering":"49","PartitionKey":"ключ"})";
  Buffer room(body.size());
  ScannedPut put;
  ASSERT_TRUE(scan_put_record(body, room, put));
  ASSERT_EQ(put.records.size(), 1u);
  EXPECT_EQ(as_text(put.records[0].data), "hi");
  EXPECT_EQ(put.records[0].partition_key, "ключ");
  EXPECT_EQ(put.stream_arn, "arn");
  EXPECT_EQ(put.sequence_number_for_ordering, "49");
  EXPECT_FALSE(scan_put_records(body, room, put));
}

TEST(PutRecordsScan, takes_members_in_any_order_and_any_white_space) {
  EXPECT_TRUE(
      scan(" {\r\n\t\"StreamName\" : \"s\" ,\"Records\" :[ { \"PartitionKey\":\"k\"\n,"
           "\"Data\" : \"\" } ] } \n"));
}

TEST(PutRecordsScan, leaves_everything_unusual_to_the_generic_reader) {
  const std::string good = R"({"Records":[{"Data":"YWJj","PartitionKey":"k"}],"StreamName":"s"})";
  ASSERT_TRUE(scan(good));
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(scan(good.substr(0, size)));
  for (const std::string_view body : {
           R"([])",
           R"({})",
           R"({"Records":[]})",
           R"({"Records":{}})",
           R"({"Records":null})",
           R"({"Records":[{"Data":"YWJj"}]})",
           R"({"Records":[{"PartitionKey":"k"}]})",
           R"({"Records":[{"Data":"YWJj","PartitionKey":null}]})",
           R"({"Records":[{"Data":"YWJj","PartitionKey":"k","Other":1}]})",
           R"({"Records":[{"Data":"YWJj","Data":"YWJj","PartitionKey":"k"}]})",
           R"({"Records":[{"Data":"YWJj","PartitionKey":"k","PartitionKey":"k"}]})",
           R"({"Records":[{"Data":"YWJj","PartitionKey":"k",}]})",
           R"({"Records":[{"Data":"YWJj","PartitionKey":"k"},]})",
           R"({"Records":[{"Data":"YWJ","PartitionKey":"k"}]})",
           R"({"Records":[{"Data":"YW=j","PartitionKey":"k"}]})",
           R"({"Records":[{"Data":"YWI=YWJj","PartitionKey":"k"}]})",
           R"({"Records":[{"Data":"YWJ=","PartitionKey":"k"}]})",
           R"({"Records":[{"Data":"YWJ\/","PartitionKey":"k"}]})",
           R"({"Records":[{"Data":"YWJj","PartitionKey":"\ud800"}]})",
           "{\"Records\":[{\"Data\":\"YWJj\",\"PartitionKey\":\"\xff\"}]}",
           "{\"Records\":[{\"Data\":\"YWJj\",\"PartitionKey\":\"\n\"}]}",
           R"({"Records":[{"Data":"YWJj","PartitionKey":"k"}],"Records":[]})",
           R"({"Records":[{"Data":"YWJj","PartitionKey":"k"}],"StreamName":1})",
           R"({"Records":[{"Data":"YWJj","PartitionKey":"k"}],"StreamId":"x"})",
           R"({"Records":[{"Data":"YWJj","PartitionKey":"k"}]}})",
       })
    EXPECT_FALSE(scan(body)) << body;
}

TEST(PutRecordsScan, stops_at_the_largest_number_of_records) {
  const std::string record = R"({"Data":"","PartitionKey":"k"})";
  std::string body = R"({"Records":[)" + record;
  for (int i = 1; i < 500; ++i) body += "," + record;
  EXPECT_TRUE(scan(body + "]}"));
  EXPECT_FALSE(scan(body + "," + record + "]}"));
}

std::string random_body(std::mt19937& random) {
  const auto below = [&](unsigned n) { return random() % n; };
  const std::string comma = below(2) ? ", " : ",";
  const std::string colon = below(2) ? ": " : ":";
  std::string body = "{\"Records\"" + colon + "[";
  const unsigned records = 1 + below(4);
  for (unsigned i = 0; i < records; ++i) {
    Buffer data(below(200));
    for (std::byte& byte : data) byte = static_cast<std::byte>(random());
    const std::string keys[] = {"key", "ключ", "", "\\u00e4\\n", "\\ud83d\\ude00"};
    if (i != 0) body += comma;
    body += "{\"Data\"" + colon + '"' + base64_encode(data) + '"';
    body += comma + "\"PartitionKey\"" + colon + '"' + keys[below(5)] + '"';
    if (below(3) == 0) body += comma + "\"ExplicitHashKey\"" + colon + "\"123\"";
    body += '}';
  }
  body += "]";
  if (below(2)) body += comma + "\"StreamName\"" + colon + "\"s\"";
  return body + "}";
}

TEST(PutRecordsScan, agrees_with_the_generic_reader_on_mutated_bodies) {
  std::mt19937 random(20'131'202);
  constexpr std::string_view spice =
      "\"\\{}[],:= \n\xff"
      "auD1";
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string body = random_body(random);
    ASSERT_TRUE(check_scan_agrees(body)) << body;
    for (unsigned mutations = 1 + random() % 3; mutations > 0; --mutations) {
      const std::size_t at = random() % body.size();
      const char c = spice[random() % spice.size()];
      switch (random() % 4) {
        case 0:
          body[at] = c;
          break;
        case 1:
          body.insert(at, 1, c);
          break;
        case 2:
          body.erase(at, 1);
          break;
        default:
          body.insert(at, body.substr(random() % body.size(), random() % 40));
      }
      if (body.empty()) break;
    }
    taken += check_scan_agrees(body);
  }
  EXPECT_GT(taken, 100);  // some mutations leave a good body
}

}  // namespace
}  // namespace levada::wire
