#include "aws/timestream_write/record_scan.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "aws/timestream_write/record_scan_oracle.h"

namespace levada::aws::timestream_write_api {
namespace {

constexpr std::string_view multi =
    R"({"DatabaseName": "d", "TableName": "t", "Records": [{"Dimensions": [{"Name": "host", )"
    R"("Value": "a\u00fc\"", "DimensionValueType": "VARCHAR"}], "MeasureName": "cpu", )"
    R"("MeasureValueType": "MULTI", "MeasureValues": [{"Name": "user", "Value": "1.5", "Type": )"
    R"("DOUBLE"}, {"Name": "note", "Value": "ключ", "Type": "VARCHAR"}], "Time": "1700000000000", )"
    R"("TimeUnit": "MILLISECONDS", "Version": 17}]})";

bool scans(std::string_view body) {
  Buffer room(body.size());
  ScannedWrite write;
  return scan_write_records(body, room, write);
}

TEST(RecordScan, reads_what_boto3_sends) {
  Buffer room(multi.size());
  ScannedWrite write;
  ASSERT_TRUE(scan_write_records(multi, room, write));
  EXPECT_TRUE(write.holds);
  EXPECT_EQ(write.database, "d");
  ASSERT_EQ(write.records.size(), 1u);
  const timestream::RecordInput& record = write.records[0];
  ASSERT_EQ(record.dimensions.size(), 1u);
  EXPECT_EQ(record.dimensions[0].value, "aü\"");
  ASSERT_EQ(record.measures.size(), 2u);
  EXPECT_EQ(record.measures[1].value, "ключ");
  EXPECT_EQ(record.version, 17);
  EXPECT_FALSE(record.measure_value);
  EXPECT_TRUE(check_scan_agrees(multi));
}

TEST(RecordScan, reads_common_attributes_wherever_they_stand) {
  for (
      const std::string_view body : {
          R"({"CommonAttributes":{"Dimensions":[{"Name":"h","Value":"1"}],"Time":"1"},)"
          R"("Records":[{"MeasureName":"a","MeasureValue":"2"},{}],"TableName":"t","DatabaseName":"d"})",
          R"( { "Records" : [ { "MeasureName" : "a" , "MeasureValue" : "2" } ] , "TableName" : "t" ,)"
          R"("CommonAttributes" : { } , "DatabaseName" : "d" } )",
      })
    EXPECT_TRUE(check_scan_agrees(body)) << body;
}

TEST(RecordScan, leaves_what_the_tables_refuse_to_them) {
  for (
      const std::string_view body : {
          R"({})",
          R"({"Records":[],"TableName":"t","DatabaseName":"d"})",
          R"({"Records":[{}],"TableName":"t"})",
          R"({"Records":[{"Time":""}],"TableName":"t","DatabaseName":"d"})",
          R"({"Records":[{"TimeUnit":"HOURS"}],"TableName":"t","DatabaseName":"d"})",
          R"({"Records":[{"Dimensions":[{"Name":"a"}]}],"TableName":"t","DatabaseName":"d"})",
          R"({"Records":[{"MeasureValues":[{"Name":"a","Value":"","Type":"DOUBLE"}]}],"TableName":"t","DatabaseName":"d"})",
          R"({"Records":[{"MeasureValueType":"double"}],"TableName":"t","DatabaseName":"d"})",
      }) {
    EXPECT_TRUE(scans(body)) << body;
    EXPECT_FALSE(check_scan_agrees(body)) << body;
  }
}

TEST(RecordScan, leaves_everything_unusual_to_the_generic_reader) {
  for (const std::string_view body : {
           R"([])",
           R"({"Records":null,"TableName":"t","DatabaseName":"d"})",
           R"({"Records":[{}],"TableName":"t","DatabaseName":"d","Other":1})",
           R"({"Records":[{"Other":1}],"TableName":"t","DatabaseName":"d"})",
           R"({"Records":[{"Time":"1","Time":"2"}],"TableName":"t","DatabaseName":"d"})",
           R"({"Records":[{"Version":1.5}],"TableName":"t","DatabaseName":"d"})",
           R"({"Records":[{"Version":01}],"TableName":"t","DatabaseName":"d"})",
           R"({"Records":[{"Version":-1}],"TableName":"t","DatabaseName":"d"})",
           R"({"Records":[{"Version":99999999999999999999}],"TableName":"t","DatabaseName":"d"})",
           R"({"Records":[{"MeasureValue":1}],"TableName":"t","DatabaseName":"d"})",
           R"({"Records":[{}],"TableName":"t","DatabaseName":"d"}x)",
           R"({"Records":[{},],"TableName":"t","DatabaseName":"d"})",
       })
    EXPECT_FALSE(scans(body)) << body;
  for (std::size_t size = 0; size < multi.size(); ++size)
    EXPECT_FALSE(scans(multi.substr(0, size)));
}

TEST(RecordScan, agrees_with_the_tables_on_broken_bodies) {
  std::mt19937 dice(7);
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string body(multi);
    const std::size_t at = dice() % body.size();
    switch (dice() % 3) {
      case 0:
        body[at] = static_cast<char>(dice());
        break;
      case 1:
        body.erase(at, 1 + dice() % 8);
        break;
      default:
        body.insert(at, body.substr(dice() % body.size(), dice() % 20));
    }
    taken += check_scan_agrees(body) ? 1 : 0;
  }
  EXPECT_GT(taken, 100);
}

}  // namespace
}  // namespace levada::aws::timestream_write_api
