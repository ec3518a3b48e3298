#include "timestream/sql/long_numbers.h"

#include <gtest/gtest.h>

#include <random>

namespace levada::timestream::sql {
namespace {

using Values = std::vector<std::int64_t>;

void expect_holds(const LongNumbers& numbers, const Values& values) {
  ASSERT_EQ(numbers.size(), values.size());
  for (std::size_t row = 0; row < values.size(); ++row) ASSERT_EQ(numbers[row], values[row]) << row;
}

// Grown by pieces of all sizes, with values of all widths.
LongNumbers grown(std::size_t rows, std::mt19937_64& random, Values& values) {
  LongNumbers numbers;
  while (values.size() < rows) {
    const std::size_t more = std::min<std::size_t>(rows - values.size(), random() % 9000);
    const unsigned shift = random() % 64;
    Values fresh(more);
    for (std::int64_t& value : fresh) value = static_cast<std::int64_t>(random() >> shift);
    numbers.extend(more, [&](std::span<std::int64_t> into, std::size_t from) {
      for (std::size_t i = 0; i < into.size(); ++i) into[i] = fresh[from + i];
    });
    values.insert(values.end(), fresh.begin(), fresh.end());
    values.push_back(static_cast<std::int64_t>(random()));
    numbers.push_back(values.back());
  }
  return numbers;
}

TEST(LongNumbers, say_what_was_put_in_however_they_grew) {
  std::mt19937_64 random(3);
  for (const std::size_t rows : {0u, 1u, 4095u, 4096u, 4097u, 40'000u}) {
    Values values;
    const LongNumbers numbers = grown(rows, random, values);
    expect_holds(numbers, values);
    if (values.empty()) continue;
    const auto [least, most] = numbers.bounds();
    EXPECT_EQ(least, *std::ranges::min_element(values));
    EXPECT_EQ(most, *std::ranges::max_element(values));
  }
}

TEST(LongNumbers, are_cut_anywhere_and_grow_again) {
  std::mt19937_64 random(4);
  for (const std::size_t rows : {0u, 1u, 4095u, 4096u, 4097u, 8192u, 12'000u}) {
    Values values;
    LongNumbers numbers = grown(12'000, random, values);
    numbers.cut(rows);
    values.resize(rows);
    expect_holds(numbers, values);
    numbers.push_back(77);
    values.push_back(77);
    expect_holds(numbers, values);
  }
}

TEST(LongNumbers, are_put_in_another_order) {
  std::mt19937_64 random(5);
  Values values;
  LongNumbers numbers = grown(10'000, random, values);
  std::vector<std::uint32_t> places(values.size());
  for (std::uint32_t i = 0; i < places.size(); ++i) places[i] = i;
  std::ranges::shuffle(places, random);
  Values expected;
  for (const std::uint32_t place : places) expected.push_back(values[place]);
  numbers.reorder(places);
  expect_holds(numbers, expected);
}

}  // namespace
}  // namespace levada::timestream::sql
