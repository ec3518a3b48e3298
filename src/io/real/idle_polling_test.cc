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

// How long it sleeps only, behind a yield that took 4 ms.
Nanos held_off(IdlePolling& polling, MonotonicNanos moment) {
  polling.yielded(moment, milliseconds(4));
  polling.slept(microseconds(1));
  Nanos held{0};
  while (polling.budget(moment + held) == Nanos(0)) held += milliseconds(1);
  return held;
}

TEST(IdlePolling, sleeps_for_a_moment_when_the_core_was_taken_away_once) {
  IdlePolling polling(microseconds(200));
  polling.slept(microseconds(1));
  polling.yielded(now, microseconds(300));  // a client at work
  EXPECT_EQ(polling.budget(now), microseconds(200));
  EXPECT_EQ(held_off(polling, now), milliseconds(20));
  EXPECT_EQ(held_off(polling, now + Nanos(milliseconds(120))), milliseconds(20));
}

TEST(IdlePolling, sleeps_ever_longer_beside_somebody_who_wants_the_core) {
  IdlePolling polling(microseconds(200));
  MonotonicNanos moment = now;
  Nanos before{0};
  for (int time = 0; time < 6; ++time) {
    const Nanos held = held_off(polling, moment);
    EXPECT_GE(held, 2 * before);
    before = held;
    moment = moment + held + microseconds(200);
  }
  EXPECT_EQ(held_off(polling, moment), std::chrono::seconds(1));
  moment = moment + std::chrono::seconds(10);
  EXPECT_EQ(held_off(polling, moment), milliseconds(20));  // long since alone
}

}  // namespace
}  // namespace levada::io
