#include "timestream/number_codec.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace levada::timestream {
namespace {

using Whole = std::vector<std::int64_t>;

Buffer packed(const Whole& values) {
  Buffer out;
  encode_integers(values, out);
  return out;
}
Buffer packed_reals(const Whole& values) {
  Buffer out;
  encode_reals(values, out);
  return out;
}
void expect_same(const Whole& values) {
  Whole back(values.size());
  EXPECT_TRUE(decode_integers(packed(values), back));
  EXPECT_EQ(back, values);
}
void expect_same_reals(const Whole& values) {
  Whole back(values.size());
  const auto decoded = decode_reals(packed_reals(values), back);
  ASSERT_TRUE(decoded);
  if (decoded->decimals)
    for (std::int64_t& value : back) value = bits_of_decimal(value, *decoded->decimals);
  EXPECT_EQ(back, values);
}
Whole bits_of(const std::vector<double>& values) {
  Whole bits;
  for (const double value : values) bits.push_back(std::bit_cast<std::int64_t>(value));
  return bits;
}

TEST(NumberCodec, integers_of_every_width_come_back) {
  std::mt19937_64 random(7);
  for (unsigned width = 0; width <= 64; ++width)
    for (const std::size_t size : {0u, 1u, 2u, 3u, 127u, 128u, 129u, 1000u}) {
      Whole values(size);
      for (std::int64_t& value : values)
        value = width == 0 ? 42 : static_cast<std::int64_t>(random() >> (64 - width));
      expect_same(values);
    }
}

TEST(NumberCodec, the_extremes_come_back) {
  expect_same({INT64_MIN, INT64_MAX, 0, -1, INT64_MIN, INT64_MIN, INT64_MAX});
}

TEST(NumberCodec, a_regular_clock_costs_next_to_nothing) {
  Whole times;
  for (int i = 0; i < 4096; ++i) times.push_back(1'700'000'000'000'000'000 + i * 10'000'000'000);
  EXPECT_LT(packed(times).size(), 100u);
}

TEST(NumberCodec, a_walk_of_integers_costs_less_than_a_byte_a_point) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> step(0, 1);
  Whole values;
  std::vector<double> reals;
  double at = 50;
  for (int i = 0; i < 4096; ++i) {
    at = std::clamp(at + step(random), 0.0, 100.0);
    values.push_back(std::lround(at));
    reals.push_back(std::round(at));
  }
  EXPECT_LT(packed(values).size(), 4096u);
  EXPECT_LT(packed_reals(bits_of(reals)).size(), 4096u);  // whole numbers sent as doubles, too
}

TEST(NumberCodec, decimals_cost_less_than_three_bytes_a_point) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> step(0, 0.7);
  std::vector<double> values;
  double at = 50;
  for (int i = 0; i < 4096; ++i) {
    at += step(random);
    values.push_back(std::round(at * 1000) / 1000);
  }
  EXPECT_LT(packed_reals(bits_of(values)).size(), 3u * 4096);
  expect_same_reals(bits_of(values));
}

TEST(NumberCodec, any_double_comes_back_to_the_bit) {
  std::mt19937_64 random(3);
  Whole values;
  for (int i = 0; i < 5000; ++i) values.push_back(static_cast<std::int64_t>(random()));
  expect_same_reals(values);
  expect_same_reals(bits_of({0.0, -0.0, 1e308, 5e-324, NAN, INFINITY, -INFINITY, 0.1, 0.1, 1e22}));
  expect_same_reals(bits_of({0.1, 0.25, 1e-9, 123456789.123}));
  expect_same_reals({});
}

TEST(NumberCodec, a_cut_or_prolonged_column_is_refused) {
  Whole values;
  for (int i = 0; i < 300; ++i) values.push_back(i * i % 77);
  const Buffer whole = packed(values);
  Whole back(values.size());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_integers(ByteView(whole).first(size), back)) << size;
  Buffer more = whole;
  more.push_back(std::byte{0});
  EXPECT_FALSE(decode_integers(more, back));
}

}  // namespace
}  // namespace levada::timestream
