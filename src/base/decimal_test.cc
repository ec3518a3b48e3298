#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <memory>
#include <random>

#include "base/uint128.h"
#include "base/uint192.h"

namespace levada {
namespace {

// OpenSSL's big numbers as the reference.
std::string by_openssl(const std::array<std::uint64_t, 3>& limbs) {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(
      BN_lebin2bn(reinterpret_cast<const unsigned char*>(limbs.data()), sizeof limbs, nullptr),
      BN_free);
  char* text = BN_bn2dec(number.get());
  std::string copy(text);
  OPENSSL_free(text);
  return copy;
}

// Numbers of every length, with runs of ones and zeros where carries and borrows happen.
std::array<std::uint64_t, 3> random_limbs(std::mt19937_64& random, unsigned bits) {
  std::array<std::uint64_t, 3> limbs{};
  for (unsigned i = 0; i < 3; ++i) {
    const std::uint64_t kinds[] = {random(), ~0ull, 0, 1, decimal::ten_to_19};
    limbs[i] = kinds[random() % 5];
    const unsigned from = 64 * i;
    if (bits <= from) limbs[i] = 0;
    if (bits > from && bits < from + 64) limbs[i] &= (std::uint64_t{1} << (bits - from)) - 1;
  }
  return limbs;
}

TEST(Uint192, prints_and_reads_like_openssl) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const Uint192 number = Uint192::of_limbs(random_limbs(random, random() % 193));
    const std::string text = decimal_string(number);
    ASSERT_EQ(text, by_openssl(number.limbs()));
    ASSERT_EQ(parse_uint192(text), number);
    ASSERT_EQ(parse_uint192("000" + text), number);
  }
}

TEST(Uint192, prints_exactly_56_digits) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 20'000; ++round) {
    const Uint192 number = Uint192::of_limbs(random_limbs(random, random() % 186));
    char text[sequence_digits];
    ASSERT_EQ(write_56_digits(number, text), text + sequence_digits);
    const std::string expected = by_openssl(number.limbs());
    ASSERT_EQ(std::string(text, sequence_digits),
              std::string(sequence_digits - expected.size(), '0') + expected);
  }
}

TEST(Uint192, adds_in_decimal_what_it_adds_in_binary) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 20'000; ++round) {
    const Uint192 a = Uint192::of_limbs(random_limbs(random, random() % 185));
    const Uint192 b = Uint192::of_limbs(random_limbs(random, random() % 185));
    const Decimal56 sum = decimal_56(a) + decimal_56(b);
    char by_parts[sequence_digits], rewritten[sequence_digits], whole[sequence_digits];
    write_56_digits(sum, by_parts);
    write_56_digits(a, rewritten);
    rewrite_56_digits(decimal_56(a), sum, rewritten);
    write_56_digits(a + b, whole);
    ASSERT_EQ(std::string(by_parts, sequence_digits), std::string(whole, sequence_digits));
    ASSERT_EQ(std::string(rewritten, sequence_digits), std::string(whole, sequence_digits));
  }
}

TEST(Uint192, is_put_together_from_fields_and_taken_apart) {
  // Shard 0 created 1700000000, index 1, five seconds later (spec kinesis 7.1).
  const Uint192 number = Uint192(2)
                             .followed_by(1'700'000'000, 9)
                             .followed_by(0, 1)
                             .followed_by(1, 16)
                             .followed_by(0, 2)
                             .followed_by(1'700'000'005, 9)
                             .followed_by(0, 8)
                             .followed_by(2, 1);
  EXPECT_EQ(decimal_string(number), "49646437577108476416916876405827138351405044649047359490");
  EXPECT_EQ(number.hex_digits(46, 1), 2u);
  EXPECT_EQ(number.hex_digits(37, 9), 1'700'000'000u);
  EXPECT_EQ(number.hex_digits(20, 16), 1u);
  EXPECT_EQ(number.hex_digits(9, 9), 1'700'000'005u);
  EXPECT_EQ(number.hex_digits(1, 8), 0u);
  EXPECT_EQ(number.hex_digits(0, 1), 2u);
  const Uint192 closed = Uint192(2)
                             .followed_by(1'700'000'000, 9)
                             .followed_by(0, 1)
                             .followed_by(0x7fff'ffff'ffff'ffff, 16)
                             .followed_by(0, 2)
                             .followed_by(1'700'000'060, 9)
                             .followed_by(0, 8)
                             .followed_by(2, 1);
  EXPECT_EQ(decimal_string(closed), "49646437577119626789516141717395488358902143351022157826");
  EXPECT_LT(number, closed);
}

TEST(Uint192, gives_back_every_field_that_followed) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 5'000; ++round) {
    const unsigned digits = 1 + random() % 16, behind = random() % (48 - digits + 1);
    std::uint64_t field = random();
    if (digits < 16) field &= (std::uint64_t{1} << 4 * digits) - 1;
    Uint192 number = Uint192().followed_by(field, digits);
    for (unsigned i = 0; i < behind; ++i) number = number.followed_by(random() % 16, 1);
    ASSERT_EQ(number.hex_digits(behind, digits), field);
  }
}

TEST(Uint192, adds_and_compares) {
  const Uint192 most = Uint192::of_limbs({~0ull, ~0ull, ~0ull});
  EXPECT_EQ(most + Uint192(1), Uint192());
  EXPECT_EQ(Uint192(~0ull) + Uint192(1), Uint192::power_of_two(64));
  EXPECT_EQ(decimal_string(Uint192::power_of_two(124)), "21267647932558653966460912964485513216");
  EXPECT_LT(Uint192::power_of_two(64), Uint192::power_of_two(128));
  EXPECT_LT(Uint192(1), Uint192(2));
  EXPECT_FALSE(most < most);
}

TEST(Uint192, refuses_what_is_no_number_or_too_large) {
  const std::string most = decimal_string(Uint192::of_limbs({~0ull, ~0ull, ~0ull}));
  EXPECT_EQ(most, "6277101735386680763835789423207666416102355444464034512895");
  EXPECT_TRUE(parse_uint192(most));
  EXPECT_EQ(parse_uint192("6277101735386680763835789423207666416102355444464034512896").error(),
            DecimalFault::overflow);
  EXPECT_EQ(parse_uint192(std::string(129, '9')).error(), DecimalFault::overflow);
  EXPECT_EQ(parse_uint192(std::string(129, '0')), Uint192());
  for (const char* bad : {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "12345678a", "1234567:"})
    EXPECT_EQ(parse_uint192(bad).error(), DecimalFault::not_decimal) << bad;
  // A wrong character counts before the overflow, wherever it is.
  EXPECT_EQ(parse_uint192(std::string(100, '9') + "x").error(), DecimalFault::not_decimal);
}

TEST(Decimal128, knows_the_ends_of_the_hash_key_space) {
  const Uint128 last = ~Uint128{0};
  EXPECT_EQ(decimal_string(last), "340282366920938463463374607431768211455");
  EXPECT_EQ(decimal_string(Uint128{0}), "0");
  EXPECT_EQ(parse_uint128("340282366920938463463374607431768211455"), last);
  EXPECT_EQ(parse_uint128("340282366920938463463374607431768211456").error(),
            DecimalFault::overflow);
  EXPECT_EQ(parse_uint128("0"), Uint128{0});
}

TEST(Decimal128, prints_and_reads_like_openssl) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 20'000; ++round) {
    const auto limbs = random_limbs(random, random() % 129);
    const Uint128 number = Uint128{limbs[1]} << 64 | limbs[0];
    const std::string text = decimal_string(number);
    ASSERT_EQ(text, by_openssl(limbs));
    ASSERT_EQ(parse_uint128(text), number);
  }
}

}  // namespace
}  // namespace levada
