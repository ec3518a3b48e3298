#include "timestream/numbers.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace levada::timestream {
namespace {

using Values = std::vector<std::int64_t>;

void expect_holds(const Numbers& numbers, const Values& values) {
  ASSERT_EQ(numbers.size(), values.size());
  for (std::size_t row = 0; row < values.size(); ++row) EXPECT_EQ(numbers[row], values[row]);
  Values scratch;
  for (std::size_t begin = 0; begin < values.size(); begin += 1 + values.size() / 5) {
    const std::size_t end = begin + (values.size() - begin + 1) / 2;
    const auto range = numbers.range(begin, end, scratch);
    EXPECT_TRUE(std::ranges::equal(range, std::span(values).subspan(begin, end - begin)));
  }
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < values.size(); row += 3) rows.push_back(row);
  Values gathered(rows.size());
  numbers.gather(rows, gathered.data());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(gathered[i], values[rows[i]]);
}

TEST(Numbers, narrow_ones_say_what_was_put_in_whatever_its_width) {
  std::mt19937_64 random(11);
  for (unsigned bits = 0; bits <= 64; ++bits)
    for (const std::size_t size : {1u, 7u, 8u, 100u}) {
      const auto least = static_cast<std::int64_t>(random());
      Values values(size);
      for (std::int64_t& value : values) {
        const std::uint64_t above = bits == 0 ? 0 : random() >> (64 - bits);
        value = static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + above);
      }
      expect_holds(Numbers::narrow(values), values);
    }
  expect_holds(Numbers::narrow({}), {});
}

TEST(Numbers, the_ends_of_the_range_are_narrow_too) {
  const Values low{INT64_MIN, INT64_MIN + 255}, high{INT64_MAX - 65'535, INT64_MAX};
  expect_holds(Numbers::narrow(low), low);
  expect_holds(Numbers::narrow(high), high);
  const Values both{INT64_MIN, INT64_MAX, 0, -1};
  expect_holds(Numbers::narrow(both), both);
}

TEST(Numbers, as_few_bytes_are_kept_as_the_greatest_needs) {
  Values values(800);
  EXPECT_EQ(Numbers::narrow(values).bytes(), 0u);
  std::iota(values.begin(), values.begin() + 256, 1'000'000);
  std::fill(values.begin() + 256, values.end(), 1'000'000);
  EXPECT_EQ(Numbers::narrow(values).bytes(), 800u);
  values[0] += 256;
  EXPECT_EQ(Numbers::narrow(values).bytes(), 1600u);
  values[0] += 1 << 16;
  EXPECT_EQ(Numbers::narrow(values).bytes(), 3200u);
  values[0] += std::int64_t{1} << 32;
  EXPECT_EQ(Numbers::narrow(values).bytes(), 6400u);
}

TEST(Numbers, doubles_come_back_to_the_bit_from_decimals) {
  for (const double step : {0.01, 0.5, 1.0, 12345.678}) {
    Values bits;
    for (int i = -50; i < 50; ++i) bits.push_back(std::bit_cast<std::int64_t>(i * 3 * step));
    bits.erase(bits.begin() + 50);  // zero times a number has no decimals that differ
    Buffer packed;
    encode_reals(bits, packed);
    Values decoded(bits.size());
    const auto kept = decode_reals(packed, decoded);
    ASSERT_TRUE(kept);
    expect_holds(kept->decimals ? Numbers::narrow_decimals(decoded, *kept->decimals)
                                : Numbers::narrow(decoded),
                 bits);
  }
}

TEST(Numbers, cents_take_two_bytes_and_far_numbers_of_cents_all_eight) {
  Values cents(400);
  std::iota(cents.begin(), cents.end(), -200);
  const Numbers near = Numbers::narrow_decimals(cents, 2);
  EXPECT_EQ(near.bytes(), 800u);
  EXPECT_EQ(std::bit_cast<double>(near[0]), -2.0);
  EXPECT_EQ(std::bit_cast<double>(near[399]), 1.99);
  cents[7] = std::int64_t{1} << 50;
  const Numbers far = Numbers::narrow_decimals(cents, 2);
  EXPECT_EQ(far.bytes(), 3200u);
  EXPECT_EQ(std::bit_cast<double>(far[0]), -2.0);
  EXPECT_EQ(std::bit_cast<double>(far[7]), 11258999068426.24);
}

TEST(Numbers, an_array_takes_in_what_a_narrow_one_has) {
  Values values(100);
  std::iota(values.begin(), values.end(), 5);
  Numbers all(Values{1, 2});
  all.append(Numbers::narrow(values), 10, 13);
  all.insert(1, 9);
  all.set(0, 8);
  all.push_back(7);
  expect_holds(all, {8, 9, 2, 15, 16, 17, 7});
  all.erase_front(2);
  all.resize(6);
  expect_holds(all, {2, 15, 16, 17, 7, 0});
}

}  // namespace
}  // namespace levada::timestream
