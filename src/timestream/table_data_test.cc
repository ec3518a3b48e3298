#include "timestream/table_data.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "timestream/point_codec.h"

namespace levada::timestream {
namespace {

constexpr UnixMillis now{1'700'000'000'000};

std::vector<ReadRecord> read(std::vector<RecordInput> records, const RecordInput& common = {}) {
  auto all = read_records(common, records);
  EXPECT_TRUE(all) << all.error().message;
  return std::move(*all);
}

RecordInput record(std::string_view value, std::int64_t version = 1,
                   std::string_view time = "1700000000000") {
  RecordInput input;
  input.dimensions = {{"host", "h1"}};
  input.measure_name = "cpu";
  input.measure_value = value;
  input.time = time;
  input.version = version;
  return input;
}

// Decides, and applies by way of the log's bytes, as a restart does.
WriteAnswer put(TableData& data, std::vector<RecordInput> records, const Table& table = {}) {
  const std::vector<ReadRecord> all = read(std::move(records));
  TableData::Decided decided = data.decide(table, all, data.locate(all), now);
  const auto points = decode_points(encode_points(decided.accepted));
  EXPECT_TRUE(points);
  for (const Point& point : *points) data.apply(point);
  return decided.answer;
}

TEST(TableData, a_higher_version_replaces_the_value) {
  TableData data;
  EXPECT_EQ(put(data, {record("1")}).memory, 1u);
  EXPECT_EQ(put(data, {record("2", 2)}).memory, 1u);
  EXPECT_EQ(data.active().points, 1u);
  EXPECT_EQ(data.active().series.at(0).version(0), 2);
}

TEST(TableData, a_lower_version_is_rejected_with_the_existing_one) {
  TableData data;
  put(data, {record("1", 200)});
  const WriteAnswer answer = put(data, {record("1", 2)});
  ASSERT_EQ(answer.rejected.size(), 1u);
  EXPECT_EQ(answer.rejected[0].existing_version, 200);
  EXPECT_EQ(answer.rejected[0].reason,
            "The record version 2 is lower than the existing version 200. A higher version is "
            "required to update the measure value.");
}

TEST(TableData, records_of_one_request_meet_each_other_in_order) {
  TableData data;
  const WriteAnswer answer = put(data, {record("1"), record("2"), record("1"), record("3", 2)});
  ASSERT_EQ(answer.rejected.size(), 1u);
  EXPECT_EQ(answer.rejected[0].record, 1u);
  EXPECT_FALSE(answer.rejected[0].existing_version);
  EXPECT_EQ(answer.memory, 3u);
  EXPECT_EQ(data.active().series.at(0).version(0), 2);
}

TEST(TableData, points_that_come_late_lie_in_their_place) {
  TableData data;
  for (const char* time : {"1699999999003", "1699999999001", "1699999999002"})
    put(data, {record("1", 1, time)});
  const auto times = data.active().series.at(0).times();
  EXPECT_TRUE(std::ranges::is_sorted(times));
  EXPECT_EQ(times.size(), 3u);
}

TEST(TableData, the_window_is_as_wide_as_the_memory_store_and_40_minutes) {
  const TimeWindow window = window_of(Table{}, now);
  EXPECT_EQ(window.accepted_before - window.accepted_from,
            (6 * 3600 + 40 * 60) * std::int64_t{1'000'000'000});
}

TEST(TableData, expired_points_are_gone) {
  TableData data;
  put(data, {record("1", 1, "1699999999001"), record("1", 1, "1699999999002")});
  data.expire(1'699'999'999'002'000'000);
  EXPECT_EQ(data.active().points, 1u);
}

TEST(WriteRecords, a_dimension_that_is_common_too_refuses_the_request) {
  RecordInput common;
  common.dimensions = {{"host", "h2"}};
  const std::vector<RecordInput> records{record("1")};
  const auto all = read_records(common, records);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().kind, ErrorKind::invalid);
}

TEST(PointCodec, a_flipped_bit_is_found) {
  TableData data;
  const std::vector<ReadRecord> all = read({record("1")});
  const TableData::Decided decided = data.decide(Table{}, all, data.locate(all), now);
  const Buffer bytes = encode_points(decided.accepted);
  for (std::size_t bit = 8; bit < bytes.size() * 8; ++bit) {
    Buffer broken = bytes;
    broken[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(decode_points(broken)) << bit;
  }
}

}  // namespace
}  // namespace levada::timestream
