#include "io/sim/sim_world.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "io/gate.h"
#include "io/signal.h"

namespace levada::io {
namespace {

Task<Unit> note_after(Reactor& reactor, std::vector<int>& order, int name, Nanos pause) {
  for (int i = 0; i < 3; ++i) {
    co_await sleep_for(reactor, pause);
    order.push_back(name);
    co_await yield(reactor);
  }
  co_return Unit{};
}

std::vector<int> order_of(std::uint64_t seed) {
  SimOptions options{.reactors = 3};
  SimWorld world(seed, options);
  std::vector<int> order;
  for (int name = 0; name < 6; ++name) {
    Reactor& reactor = world.reactor(ReactorIndex(name % 3));
    world.spawn(note_after(reactor, order, name, Micros(1)));
  }
  world.run_until_idle();
  return order;
}

TEST(SimWorld, repeats_a_history_from_its_seed) {
  EXPECT_EQ(order_of(7), order_of(7));
  EXPECT_NE(order_of(7), order_of(8));
  EXPECT_EQ(order_of(7).size(), 18u);
}

Task<Unit> sleep_a_day(Reactor& reactor) {
  co_await sleep_for(reactor, std::chrono::hours(24));
  co_return Unit{};
}

TEST(SimWorld, lets_a_day_pass_in_no_time) {
  SimWorld world(1);
  MonotonicNanos before = world.clock().monotonic();
  ASSERT_TRUE(world.run(sleep_a_day(world.reactor())));
  EXPECT_GE(world.clock().monotonic() - before, std::chrono::hours(24));
  UnixMillis wall = world.clock().now();
  world.clock().step_wall_clock(-std::chrono::hours(1));
  EXPECT_EQ(wall - world.clock().now(), Millis(std::chrono::hours(1)));
}

Task<std::uint32_t> index_of(Reactor& reactor) { co_return reactor.index().value(); }

Task<std::uint32_t> ask_the_other(Reactor& home, Reactor& other) {
  auto make = [&other] { return index_of(other); };
  co_return co_await call(home, other, make);
}

TEST(SimWorld, calls_cross_its_reactors) {
  SimOptions options{.reactors = 2};
  SimWorld world(1, options);
  Reactor& other = world.reactor(ReactorIndex(1));
  Result<std::uint32_t> index = world.run(ask_the_other(world.reactor(), other));
  EXPECT_EQ(*index, 1u);
}

TEST(SimWorld, run_for_ends_at_its_time) {
  SimWorld world(1);
  MonotonicNanos before = world.clock().monotonic();
  world.spawn(sleep_a_day(world.reactor()));
  world.run_for(std::chrono::hours(1));
  EXPECT_GE(world.clock().monotonic() - before, std::chrono::hours(1));
  EXPECT_LT(world.clock().monotonic() - before, std::chrono::hours(2));
}

struct Trace {
  int& destroyed;
  ~Trace() { ++destroyed; }
};

Task<Unit> wait_with_locals(Signal& signal, int& resumed, int& destroyed) {
  Trace trace{destroyed};
  co_await signal.wait();
  ++resumed;
  co_return Unit{};
}

TEST(SimWorld, a_crash_runs_nothing_of_the_machine_any_more) {
  SimWorld world(1);
  int resumed = 0;
  int destroyed = 0;
  Signal& signal = world.own(std::make_unique<Signal>(world.reactor()));
  Gate& gate = world.own(std::make_unique<Gate>());
  for (int i = 0; i < 3; ++i) gate.spawn(wait_with_locals(signal, resumed, destroyed));
  world.spawn(sleep_a_day(world.reactor()));
  world.crash();
  world.run_until_idle();
  EXPECT_EQ(resumed, 0);
  EXPECT_EQ(destroyed, 0);
  EXPECT_EQ(world.run(index_of(world.reactor())), 0u);
}

Task<Unit> notify(Signal& signal) {
  signal.notify_all();
  co_return Unit{};
}

TEST(SimWorld, an_orderly_machine_is_destroyed) {
  SimWorld world(1);
  int resumed = 0;
  int destroyed = 0;
  world.own(std::make_unique<Trace>(Trace{destroyed}));
  destroyed = 0;  // the temporary's
  Signal& signal = world.own(std::make_unique<Signal>(world.reactor()));
  Gate& gate = world.own(std::make_unique<Gate>());
  gate.spawn(wait_with_locals(signal, resumed, destroyed));
  ASSERT_TRUE(world.run(notify(signal)));
  ASSERT_TRUE(world.run(gate.close()));
  EXPECT_EQ(resumed, 1);
  EXPECT_EQ(destroyed, 1);
  world.shut_down();
  EXPECT_EQ(destroyed, 2);
}

}  // namespace
}  // namespace levada::io
