#include "timestream/sql/calendar.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>

namespace levada::timestream::sql {
namespace {

TEST(Calendar, doubles_have_the_texts_of_java) {
  EXPECT_EQ(real_text(35), "35.0");
  EXPECT_EQ(real_text(0.13194831754663383), "0.13194831754663383");
  EXPECT_EQ(real_text(1655487883.7710001), "1.6554878837710001E9");
  EXPECT_EQ(real_text(1e-5), "1.0E-5");
  EXPECT_EQ(real_text(1e-3), "0.001");
  EXPECT_EQ(real_text(9999999), "9999999.0");
  EXPECT_EQ(real_text(1e7), "1.0E7");
  EXPECT_EQ(real_text(-123.5), "-123.5");
  EXPECT_EQ(real_text(0), "0.0");
  EXPECT_EQ(real_text(-std::numeric_limits<double>::infinity()), "-Infinity");
}

TEST(Calendar, timestamps_read_back_what_they_print) {
  for (const char* text : {"2022-06-17 17:44:43.771000678", "1969-12-31 23:59:59.999999999",
                           "2000-02-29 00:00:00.000000000", "1677-12-31 12:00:00.000000001"})
    EXPECT_EQ(timestamp_text(parse_timestamp(text).value()), text);
}

TEST(Calendar, a_writer_of_many_times_writes_each_as_if_it_were_alone) {
  std::mt19937_64 random(7);
  TimestampWriter writer;
  std::int64_t time = 0;
  const auto text = [&writer](std::int64_t nanos) {
    std::array<char, moment_text_max> room;
    return std::string(room.data(), writer.write(nanos, room.data()));
  };
  for (int i = 0; i < 20'000; ++i) {
    const int jump = static_cast<int>(random() % 20);
    if (jump == 0)
      time = static_cast<std::int64_t>(random());
    else if (jump == 1)
      time = time / day * day + static_cast<std::int64_t>(random() % 3) - 1;
    else
      time = static_cast<std::int64_t>(static_cast<std::uint64_t>(time) + random() % hour);
    ASSERT_EQ(text(time), timestamp_text(time)) << time;
  }
  for (const std::int64_t end : {INT64_MIN, INT64_MAX, INT64_MIN, std::int64_t{0}})
    EXPECT_EQ(text(end), timestamp_text(end));
}

TEST(Calendar, missing_fields_of_a_timestamp_are_zero) {
  EXPECT_EQ(timestamp_text(*parse_timestamp("2020-08-08 01:00")), "2020-08-08 01:00:00.000000000");
  EXPECT_EQ(timestamp_text(*parse_timestamp("2020-08-08")), "2020-08-08 00:00:00.000000000");
}

TEST(Calendar, an_offset_is_taken_away) {
  EXPECT_EQ(timestamp_text(*parse_timestamp("2016-01-01 02:17:08.646325 +0200")),
            "2016-01-01 00:17:08.646325000");
}

TEST(Calendar, what_is_no_timestamp_is_refused) {
  for (const char* text : {"", "2020", "2020-13-01", "2020-02-30", "2020-01-01 24:00",
                           "2020-01-01 10:00x", "2263-01-01 00:00", "yesterday"})
    EXPECT_FALSE(parse_timestamp(text)) << text;
}

TEST(Calendar, intervals_have_their_texts) {
  EXPECT_EQ(interval_day_text(45 * hour), "1 21:00:00.000000000");
  EXPECT_EQ(interval_day_text(-second / 2), "-0 00:00:00.500000000");
  EXPECT_EQ(interval_month_text(31), "2-7");
}

TEST(Calendar, months_end_on_their_last_day) {
  EXPECT_EQ(timestamp_text(add_months(*parse_timestamp("2024-01-31"), 1)).substr(0, 10),
            "2024-02-29");
  EXPECT_EQ(timestamp_text(add_months(*parse_timestamp("2024-01-31"), -11)).substr(0, 10),
            "2023-02-28");
}

TEST(Calendar, bins_of_times_before_1970_lie_in_the_past) {
  EXPECT_EQ(floor_to(-1, minute), -minute);
}

TEST(Calendar, the_earliest_moment_has_a_date) {
  const std::int64_t earliest = std::numeric_limits<std::int64_t>::min();
  const Moment m = moment_of(earliest);
  EXPECT_EQ(m.year, 1677);
  EXPECT_EQ(m.month, 9);
  EXPECT_EQ(m.day, 21);
  EXPECT_EQ(m.hour, 0);
  EXPECT_EQ(m.minute, 12);
  EXPECT_EQ(m.second, 43);
  EXPECT_EQ(m.nanos, 145'224'192);
  EXPECT_EQ(floor_to(earliest, day), earliest);
}

TEST(Calendar, a_number_reads_back_from_its_text) {
  std::mt19937_64 dice(1);
  for (int i = 0; i < 20'000; ++i) {
    double number = std::bit_cast<double>(dice());
    if (i % 3 == 0) number = static_cast<double>(dice() % 100'000'000'000) / 1e6;
    if (!std::isfinite(number)) continue;
    const std::string text = real_text(number);
    double back = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), back);
    EXPECT_EQ(back, number) << text;
    EXPECT_LT(text.size(), real_text_max);
    EXPECT_NE(text.find('.'), std::string::npos);
    const double size = std::abs(number);
    EXPECT_EQ(text.find('E') != std::string::npos, number != 0 && (size < 1e-3 || size >= 1e7));
  }
}

}  // namespace
}  // namespace levada::timestream::sql
