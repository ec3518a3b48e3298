#include "aws/signature_guard.h"

#include <gtest/gtest.h>

namespace levada::aws {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicNanos start(1'000'000'000'000);

TEST(SignatureGuard, lets_some_failures_pass_and_then_one_a_second) {
  SignatureGuard guard;
  for (std::uint32_t n = 1; n < SignatureGuard::failures_max; ++n)
    EXPECT_FALSE(guard.failed("10.0.0.1", "AKID", start)) << n;
  EXPECT_EQ(guard.wait("10.0.0.1", "AKID", start), 0ns);
  EXPECT_TRUE(guard.failed("10.0.0.1", "AKID", start));
  EXPECT_EQ(guard.wait("10.0.0.1", "AKID", start), 1s);
  EXPECT_EQ(guard.wait("10.0.0.1", "AKID", start + 1s), 0ns);
  EXPECT_TRUE(guard.failed("10.0.0.1", "AKID", start + 1s));
}

TEST(SignatureGuard, punishes_neither_other_addresses_nor_other_keys) {
  SignatureGuard guard;
  for (int n = 0; n < 100; ++n) guard.failed("10.0.0.1", "AKID", start);
  EXPECT_EQ(guard.wait("10.0.0.2", "AKID", start), 0ns);
  EXPECT_EQ(guard.wait("10.0.0.1", "OTHER", start), 0ns);
  EXPECT_GT(guard.wait("10.0.0.1", "AKID", start), 0ns);
}

TEST(SignatureGuard, forgives_in_time) {
  SignatureGuard guard;
  for (std::uint32_t n = 0; n < SignatureGuard::failures_max; ++n)
    guard.failed("10.0.0.1", "AKID", start);
  EXPECT_EQ(guard.wait("10.0.0.1", "AKID", start + 100s), 0ns);
  EXPECT_FALSE(guard.failed("10.0.0.1", "AKID", start + 100s));
}

TEST(SignatureGuard, has_bounded_memory_and_keeps_the_worst) {
  SignatureGuard guard;
  for (int n = 0; n < 1000; ++n) guard.failed("10.0.0.1", "AKID", start);
  for (int n = 0; n < 3 * int(SignatureGuard::pairs_max); ++n)
    guard.failed("10.1." + std::to_string(n / 256) + "." + std::to_string(n % 256), "", start);
  EXPECT_LE(guard.pairs(), SignatureGuard::pairs_max);
  EXPECT_GT(guard.wait("10.0.0.1", "AKID", start), 0ns);
}

}  // namespace
}  // namespace levada::aws
