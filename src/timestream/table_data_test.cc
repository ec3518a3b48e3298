#include "timestream/table_data.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "timestream/point_codec.h"

namespace levada::timestream {
namespace {

constexpr UnixMillis now{1'700'000'000'000};

ReadRecords read(std::vector<RecordInput> records, const RecordInput& common = {}) {
  auto all = read_records(common, records);
  EXPECT_TRUE(all) << all.error().message;
  return std::move(*all);
}

constexpr DimensionInput h1[] = {{"host", "h1"}};
constexpr DimensionInput h2[] = {{"host", "h2"}};

RecordInput record(std::string_view value, std::int64_t version = 1,
                   std::string_view time = "1700000000000") {
  RecordInput input;
  input.dimensions = h1;
  input.measure_name = "cpu";
  input.measure_value = value;
  input.time = time;
  input.version = version;
  return input;
}

// Decides, and applies by way of the log's bytes, as a restart does.
WriteAnswer put(TableData& data, std::vector<RecordInput> records, const Table& table = {}) {
  const ReadRecords read_ones = read(std::move(records));
  TableData::Batch batch;
  TableData::Decided decided =
      data.decide(table, read_ones.all, data.locate(read_ones.all), batch, now);
  const Buffer bytes = encode_points(decided.accepted);
  const auto decoded = decode_points(bytes);
  EXPECT_TRUE(decoded);
  for (const Point& point : decoded->points) data.apply(point);
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

// Two requests of one group, of a series that the table has not seen.
TEST(TableData, requests_that_are_decided_together_meet_each_other) {
  TableData data;
  const ReadRecords first = read({record("1")}), second = read({record("2"), record("3", 2)});
  TableData::Batch batch;
  const auto one = data.decide(Table{}, first.all, data.locate(first.all), batch, now);
  const auto two = data.decide(Table{}, second.all, data.locate(second.all), batch, now);
  EXPECT_EQ(one.answer.memory, 1u);
  ASSERT_EQ(two.answer.rejected.size(), 1u);
  EXPECT_EQ(two.answer.rejected[0].record, 0u);
  EXPECT_EQ(two.answer.memory, 1u);
}

TEST(TableData, the_order_of_dimensions_makes_no_other_series) {
  constexpr DimensionInput there[] = {{"a", "1"}, {"b", "2"}}, back[] = {{"b", "2"}, {"a", "1"}};
  TableData data;
  RecordInput one = record("1"), two = record("2", 1, "1700000000001");
  one.dimensions = there;
  two.dimensions = back;
  put(data, {one, two});
  EXPECT_EQ(data.series().size(), 1u);
  RecordInput other = record("1");
  other.dimensions = there;
  other.measure_name = "memory";
  put(data, {other});
  ASSERT_EQ(data.series().size(), 2u);
  EXPECT_EQ(data.series()[0].set, data.series()[1].set);
}

TEST(TableData, a_record_with_fewer_measures_leaves_the_others_empty) {
  constexpr MeasureInput both[] = {{"b", "1", "BIGINT"}, {"a", "2", "BIGINT"}};
  constexpr MeasureInput one[] = {{"b", "3", "BIGINT"}};
  TableData data;
  RecordInput first = record("", 1), second = record("", 1, "1700000000001");
  for (RecordInput* input : {&first, &second}) {
    input->measure_value.reset();
    input->measure_type = "MULTI";
  }
  first.measures = both;
  second.measures = one;
  EXPECT_EQ(put(data, {first, second}).memory, 2u);
  const Series& series = data.active().series.at(0);
  ASSERT_EQ(series.columns().size(), 2u);
  EXPECT_EQ(data.attributes()[series.columns()[0].attribute].name, "a");
  EXPECT_EQ(series.measures(0).size(), 2u);
  ASSERT_EQ(series.measures(1).size(), 1u);
  EXPECT_EQ(series.measures(1)[0].bits, 3);
}

TEST(WriteRecords, a_dimension_that_is_common_too_refuses_the_request) {
  RecordInput common;
  common.dimensions = h2;
  const std::vector<RecordInput> records{record("1")};
  const auto all = read_records(common, records);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().kind, ErrorKind::invalid);
}

TEST(PointCodec, a_flipped_bit_is_found) {
  TableData data;
  const ReadRecords read_ones = read({record("1")});
  TableData::Batch batch;
  const TableData::Decided decided =
      data.decide(Table{}, read_ones.all, data.locate(read_ones.all), batch, now);
  const Buffer bytes = encode_points(decided.accepted);
  for (std::size_t bit = 8; bit < bytes.size() * 8; ++bit) {
    Buffer broken = bytes;
    broken[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(decode_points(broken)) << bit;
  }
}

}  // namespace
}  // namespace levada::timestream
