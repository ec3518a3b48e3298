#include "timestream/table_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>

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

TEST(TableData, a_dimension_and_a_measure_name_lead_to_their_series) {
  TableData data;
  for (const auto& [host, measure] : {std::pair("h1", "cpu"), {"h2", "cpu"}, {"h1", "memory"}}) {
    const std::vector<DimensionInput> dimensions{{"host", host}, {"zone", "z"}};
    RecordInput input = record("1");
    input.dimensions = dimensions;
    input.measure_name = measure;
    put(data, {input});
  }
  using Numbers = std::vector<std::uint32_t>;
  const auto numbers = [](std::span<const std::uint32_t> some) {
    return Numbers(some.begin(), some.end());
  };
  EXPECT_EQ(numbers(data.series_with(0, "h1")), (Numbers{0, 2}));
  EXPECT_EQ(numbers(data.series_with(1, "z")), (Numbers{0, 1, 2}));
  EXPECT_EQ(numbers(data.series_with(0, "h3")), Numbers{});
  EXPECT_EQ(numbers(data.series_with(7, "h1")), Numbers{});
  EXPECT_EQ(numbers(data.series_of_measure("cpu")), (Numbers{0, 1}));
  EXPECT_EQ(numbers(data.series_of_measure("disk")), Numbers{});

  Buffer schema;  // what a restart reads leads there too
  ByteWriter to(schema);
  data.encode_schema(to);
  TableData again;
  ByteReader from(schema);
  ASSERT_TRUE(again.decode_schema(from));
  EXPECT_EQ(numbers(again.series_with(0, "h1")), (Numbers{0, 2}));
  EXPECT_EQ(numbers(again.series_of_measure("memory")), Numbers{2});
  EXPECT_EQ(again.series()[0].set, again.series()[2].set);
}

TEST(TableData, points_of_a_group_are_found_by_series_and_time) {
  std::mt19937 dice(3);
  TableData::Points points;
  std::map<std::pair<std::uint32_t, std::int64_t>, const Point*> model;
  std::vector<Point> some(3000);
  for (std::size_t i = 0; i < some.size(); ++i) {
    if (i % 100 == 0) points.expect(100);
    const std::uint32_t series = dice() % 20;
    const std::int64_t time = static_cast<std::int64_t>(dice() % 100) * 10'000'000'000;
    const Point*& there = points.at(series, time);
    const auto [known, fresh] = model.try_emplace({series, time}, nullptr);
    ASSERT_EQ(there, known->second);
    if (dice() % 4 == 0) continue;  // asked for and not put
    there = known->second = &some[i];
  }
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

// What is kept of the record before changes nothing of the next.
TEST(WriteRecords, records_read_together_are_what_they_are_alone) {
  const char* const names[] = {"alpha", "beta", "gamma", "ts_no", "delta"};
  const char* const types[] = {"BIGINT", "DOUBLE", "VARCHAR"};
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 dice(seed);
    const auto pick = [&](const auto& of) { return of[dice() % std::size(of)]; };
    std::deque<std::vector<DimensionInput>> dimensions;
    std::deque<std::vector<MeasureInput>> measures;
    std::vector<RecordInput> records;
    for (int i = 0; i < 8; ++i) {
      RecordInput& input = records.emplace_back(record("", 1));
      if (i > 0 && dice() % 3 != 0) {  // mostly like the one before
        dimensions.push_back(dimensions.back());
        measures.push_back(measures.back());
        if (!measures.back().empty()) measures.back().front().value = "12";
      } else {
        dimensions.push_back({{"host", "h"}});
        if (dice() % 2 == 0) dimensions.back().push_back({pick(names), "x"});
        measures.emplace_back();
        for (std::uint32_t m = dice() % 4; m > 0; --m)
          measures.back().push_back({pick(names), dice() % 9 == 0 ? "bad" : "7", pick(types)});
      }
      input.dimensions = dimensions.back();
      input.measures = measures.back();
      if (measures.back().empty()) {
        input.measure_value = "3";
        continue;
      }
      input.measure_value.reset();
      input.measure_type = "MULTI";
    }
    const auto together = read_records({}, records);
    ASSERT_TRUE(together) << seed;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto alone = read_records({}, std::span(records).subspan(i, 1));
      ASSERT_TRUE(alone);
      const Point* one = std::get_if<Point>(&alone->all[0]);
      const Point* same = std::get_if<Point>(&together->all[i]);
      ASSERT_EQ(one == nullptr, same == nullptr) << seed;
      if (one == nullptr) {
        EXPECT_EQ(std::get<Rejection>(alone->all[0]).reason,
                  std::get<Rejection>(together->all[i]).reason);
        continue;
      }
      EXPECT_TRUE(std::ranges::equal(one->measures, same->measures)) << seed;
      EXPECT_TRUE(std::ranges::equal(one->dimensions, same->dimensions)) << seed;
      for (std::size_t k = 0; k < i; ++k) {
        const Point* before = std::get_if<Point>(&together->all[k]);
        if (before == nullptr || before->shape != same->shape) continue;
        EXPECT_TRUE(std::ranges::equal(before->measures, same->measures,
                                       [](const Measure& a, const Measure& b) {
                                         return a.name == b.name && a.type == b.type;
                                       }))
            << seed;
      }
    }
  }
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
