#include "io/real/idle_polling.h"

#include <gtest/gtest.h>

namespace levada::io {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr MonotonicNanos now = MonotonicNanos(5'000'000'000);

TEST(IdlePolling, begins_with_sleeping) {
  EXPECT_EQ(IdlePolling(microseconds(200)).budget(now), Nanos(0));
}

TEST(IdlePolling, polls_when_sleeps_turn_out_to_be_short) {
  IdlePolling polling(microseconds(200));
  polling.slept(microseconds(150));
  EXPECT_EQ(polling.budget(now), microseconds(200));
}

TEST(IdlePolling, gives_up_after_a_few_long_sleeps) {
  IdlePolling polling(microseconds(200));
  polling.slept(microseconds(1));
  for (int i = 0; i < 4; ++i) {
    EXPECT_LE(polling.budget(now), Nanos(microseconds(200)) / (1 << i));
    polling.slept(milliseconds(5));
  }
  EXPECT_EQ(polling.budget(now), Nanos(0));
}

TEST(IdlePolling, never_polls_when_it_is_off) {
  IdlePolling polling(Nanos(0));
  polling.slept(Nanos(0));
  polling.slept(milliseconds(5));
  EXPECT_EQ(polling.budget(now), Nanos(0));
}

TEST(IdlePolling, sleeps_for_a_while_beside_somebody_who_wants_the_core) {
  IdlePolling polling(microseconds(200));
  polling.slept(microseconds(1));
  polling.yielded(now, microseconds(300));  // a client at work
  EXPECT_EQ(polling.budget(now), microseconds(200));
  polling.yielded(now, milliseconds(4));
  polling.slept(microseconds(1));
  EXPECT_EQ(polling.budget(now + Nanos(milliseconds(900))), Nanos(0));
  EXPECT_EQ(polling.budget(now + Nanos(milliseconds(1100))), microseconds(200));
}

}  // namespace
}  // namespace levada::io
