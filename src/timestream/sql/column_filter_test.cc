#include "timestream/sql/column_filter.h"

#include <gtest/gtest.h>

#include <bit>
#include <numeric>
#include <random>

namespace levada::timestream::sql {
namespace {

using Sign = ColumnBound::Sign;

bool holds(Sign sign, double value, double bound) {
  switch (sign) {
    case Sign::below:
      return value < bound;
    case Sign::at_most:
      return value <= bound;
    case Sign::at:
      return value == bound;
    case Sign::not_at:
      return value != bound;
    case Sign::at_least:
      return value >= bound;
    case Sign::above:
      return value > bound;
  }
  return false;
}

TEST(ColumnFilter, rows_and_blocks_are_judged_like_values) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 dice(seed);
    const bool reals = seed % 2 == 0;
    const MeasureType type = reals ? MeasureType::real : MeasureType::bigint;
    const std::size_t rows = 1 + dice() % 50;
    const int spread = seed % 3 == 0 ? 2 : 20;
    std::vector<double> values;
    Series::Column column{4, {}, {}};
    std::vector<std::int64_t> times(rows);
    std::iota(times.begin(), times.end(), 0);
    Series series(times, std::vector<std::int64_t>(rows, 1));
    for (std::size_t i = 0; i < rows; ++i) {
      const auto whole = static_cast<std::int64_t>(dice() % static_cast<unsigned>(spread)) - 1;
      values.push_back(reals ? static_cast<double>(whole) / 2 : static_cast<double>(whole));
      column.bits.push_back(reals ? std::bit_cast<std::int64_t>(values.back()) : whole);
      column.present.push_back(i == 0 || dice() % 4 != 0);
    }
    std::vector<bool> present;
    for (std::size_t i = 0; i < rows; ++i) present.push_back(column.present[i]);
    series.add_column(std::move(column));
    Buffer bytes;
    std::vector<Zone> zones;
    const std::vector<MeasureType> types(5, type);
    encode_block(series, Texts(), types, 0, rows, bytes, zones);

    for (const Sign sign :
         {Sign::below, Sign::at_most, Sign::at, Sign::not_at, Sign::at_least, Sign::above}) {
      const auto number = static_cast<std::int64_t>(dice() % 6) - 1;
      const bool real_bound = dice() % 2 == 0;
      const double bound = static_cast<double>(number) + (real_bound ? 0.5 : 0);
      const ColumnBound asked{4, sign, !reals && !real_bound, number, bound};
      std::vector<std::uint32_t> all(rows), expected;
      std::iota(all.begin(), all.end(), 0u);
      for (std::uint32_t i = 0; i < rows; ++i)
        if (present[i] && holds(sign, values[i], bound)) expected.push_back(i);
      keep_rows_within(asked, series, reals, all);
      EXPECT_EQ(all, expected) << seed;
      if (excludes(asked, zones)) {
        EXPECT_TRUE(expected.empty()) << seed;
      }
    }
  }
}

TEST(ColumnFilter, a_column_that_a_block_does_not_have_is_null_everywhere) {
  Series series({1, 2}, std::vector<std::int64_t>{1, 1});
  std::vector<std::uint32_t> rows{0, 1};
  const ColumnBound bound{0, Sign::not_at, true, 5, 5};
  EXPECT_TRUE(excludes(bound, {}));
  keep_rows_within(bound, series, false, rows);
  EXPECT_TRUE(rows.empty());
}

TEST(ColumnFilter, a_sign_is_turned_round_with_its_sides) {
  EXPECT_EQ(bound_sign("<", false), Sign::below);
  EXPECT_EQ(bound_sign("<", true), Sign::above);
  EXPECT_EQ(bound_sign(">=", true), Sign::at_most);
  EXPECT_EQ(bound_sign("<>", true), Sign::not_at);
  EXPECT_EQ(bound_sign("||", false), std::nullopt);
}

}  // namespace
}  // namespace levada::timestream::sql
