#include "io/real/idle_polling.h"

#include <gtest/gtest.h>

namespace levada::io {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(IdlePolling, begins_with_sleeping) {
  EXPECT_EQ(IdlePolling(microseconds(200)).budget(), Nanos(0));
}

TEST(IdlePolling, polls_when_sleeps_turn_out_to_be_short) {
  IdlePolling polling(microseconds(200));
  polling.slept(microseconds(150));
  EXPECT_EQ(polling.budget(), microseconds(200));
}

TEST(IdlePolling, gives_up_after_a_few_long_sleeps) {
  IdlePolling polling(microseconds(200));
  polling.slept(microseconds(1));
  for (int i = 0; i < 4; ++i) {
    EXPECT_LE(polling.budget(), Nanos(microseconds(200)) / (1 << i));
    polling.slept(milliseconds(5));
  }
  EXPECT_EQ(polling.budget(), Nanos(0));
}

TEST(IdlePolling, never_polls_when_it_is_off) {
  IdlePolling polling(Nanos(0));
  polling.slept(Nanos(0));
  polling.slept(milliseconds(5));
  EXPECT_EQ(polling.budget(), Nanos(0));
}

}  // namespace
}  // namespace levada::io
