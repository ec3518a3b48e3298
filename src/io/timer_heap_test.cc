#include "io/timer_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "io/xoshiro.h"

namespace levada::io {
namespace {

std::vector<Timer> timers_at(const std::vector<std::int64_t>& moments) {
  std::vector<Timer> timers(moments.size());
  for (std::size_t i = 0; i < timers.size(); ++i) {
    timers[i].at = MonotonicNanos(moments[i]);
    timers[i].fire = [](Timer&) {};
  }
  return timers;
}

TEST(TimerHeap, gives_nothing_before_its_time) {
  TimerHeap heap;
  EXPECT_EQ(heap.earliest(), no_deadline);
  std::vector<Timer> timers = timers_at({10});
  heap.arm(timers[0]);
  EXPECT_EQ(heap.take_due(MonotonicNanos(9)), nullptr);
  EXPECT_EQ(heap.take_due(MonotonicNanos(10)), &timers[0]);
  EXPECT_FALSE(timers[0].armed());
  EXPECT_TRUE(heap.empty());
}

TEST(TimerHeap, gives_what_stays_armed_in_order_of_time) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Xoshiro dice(seed);
    std::vector<std::int64_t> moments;
    for (int i = 0; i < 200; ++i) moments.push_back(static_cast<std::int64_t>(dice.below(100)));
    std::vector<Timer> timers = timers_at(moments);
    TimerHeap heap;
    for (Timer& timer : timers) heap.arm(timer);
    std::vector<std::int64_t> expected;
    for (Timer& timer : timers) {
      if (dice.chance(0.4)) {
        heap.disarm(timer);
        heap.disarm(timer);  // no-op
      } else {
        expected.push_back(timer.at.count());
      }
    }
    std::sort(expected.begin(), expected.end());
    std::vector<std::int64_t> taken;
    while (Timer* timer = heap.take_due(MonotonicNanos(1000))) taken.push_back(timer->at.count());
    EXPECT_EQ(taken, expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace levada::io
