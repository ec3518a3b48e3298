#include "io/signal.h"

#include <gtest/gtest.h>

#include <vector>

#include "io/gate.h"
#include "io/sim/sim_world.h"

namespace levada::io {
namespace {

Task<Unit> wait(Signal& signal, Deadline deadline, std::vector<int>& woken, int name) {
  Result<Unit> result = co_await outcome(signal.wait(deadline));
  woken.push_back(result ? name : -name);
  co_return Unit{};
}

TEST(Signal, notify_one_wakes_the_longest_waiting) {
  SimWorld world(1);
  Signal signal(world.reactor());
  std::vector<int> woken;
  for (int name : {1, 2, 3}) world.spawn(wait(signal, no_deadline, woken, name));
  signal.notify_one();
  EXPECT_TRUE(woken.empty());  // it runs from the reactor, not inside notify
  world.run_until_idle();
  EXPECT_EQ(woken, std::vector<int>{1});
  signal.notify_all();
  world.run_until_idle();
  EXPECT_EQ(woken, (std::vector<int>{1, 2, 3}));
  signal.notify_all();  // nobody there
}

TEST(Signal, a_waiter_leaves_at_its_deadline_and_the_others_stay) {
  SimWorld world(1);
  Signal signal(world.reactor());
  std::vector<int> woken;
  MonotonicNanos now = world.clock().monotonic();
  world.spawn(wait(signal, now + Millis(30), woken, 1));
  world.spawn(wait(signal, now + Millis(10), woken, 2));
  world.spawn(wait(signal, now + Millis(20), woken, 3));
  world.run_for(Millis(15));
  EXPECT_EQ(woken, std::vector<int>{-2});
  signal.notify_all();
  world.run_until_idle();
  EXPECT_EQ(woken, (std::vector<int>{-2, 1, 3}));
  EXPECT_FALSE(signal.has_waiters());
}

}  // namespace
}  // namespace levada::io
