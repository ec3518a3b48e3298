#include "io/gate.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "io/reactor.h"
#include "io/sim/sim_world.h"

namespace levada::io {
namespace {

Task<Unit> work(Reactor& reactor, Nanos duration) {
  co_await sleep_for(reactor, duration);
  co_return Unit{};
}

Task<Unit> refuse() { co_return fail(ErrorKind::invalid, "no"); }

TEST(Gate, close_waits_for_everything_inside) {
  SimWorld world(1);
  Gate gate;
  gate.spawn(work(world.reactor(), Millis(5)));
  gate.spawn(work(world.reactor(), Millis(50)));
  EXPECT_EQ(gate.inside(), 2u);
  MonotonicNanos before = world.clock().monotonic();
  ASSERT_TRUE(world.run(gate.close()));
  EXPECT_GE(world.clock().monotonic() - before, Millis(50));
  EXPECT_EQ(gate.inside(), 0u);
  EXPECT_TRUE(gate.stopping());
}

TEST(Gate, an_empty_gate_closes_at_once) {
  SimWorld world(1);
  Gate gate;
  ASSERT_TRUE(world.run(gate.close()));
}

TEST(Gate, tells_the_error_of_what_was_spawned) {
  Gate gate;
  std::string told;
  gate.spawn(refuse(), [&](const Error& error) { told = error.message; });
  EXPECT_EQ(told, "no");
  gate.spawn(refuse());
  EXPECT_EQ(gate.inside(), 0u);
}

struct Rounds {
  Gate gate;
  int made = 0;
};

Task<Unit> repeat(Rounds& rounds, Reactor& reactor) {
  const Nanos round = Millis(10);
  while (co_await rounds.gate.pause(reactor, round)) ++rounds.made;
  co_return Unit{};
}

TEST(Gate, a_pause_lasts_as_long_as_it_should) {
  SimWorld world(1);
  Rounds rounds;
  rounds.gate.spawn(repeat(rounds, world.reactor()));
  world.run_for(Millis(45));
  EXPECT_EQ(rounds.made, 4);
  ASSERT_TRUE(world.run(rounds.gate.close()));
}

TEST(Gate, a_stop_ends_every_pause_at_once) {
  SimWorld world(1);
  Rounds rounds;
  rounds.gate.spawn(repeat(rounds, world.reactor()));
  rounds.gate.spawn(repeat(rounds, world.reactor()));
  world.run_for(Millis(1));
  const MonotonicNanos before = world.clock().monotonic();
  ASSERT_TRUE(world.run(rounds.gate.close()));
  EXPECT_LT(world.clock().monotonic() - before, Millis(1));
  EXPECT_EQ(rounds.made, 0);
  EXPECT_EQ(rounds.gate.inside(), 0u);
}

TEST(Gate, a_pause_behind_a_stop_does_not_wait) {
  SimWorld world(1);
  Rounds rounds;
  rounds.gate.stop();
  rounds.gate.spawn(repeat(rounds, world.reactor()));
  EXPECT_EQ(rounds.gate.inside(), 0u);
  EXPECT_EQ(rounds.made, 0);
}

TEST(Gate, hurrying_ends_a_pause_and_the_work_goes_on) {
  SimWorld world(1);
  Rounds rounds;
  rounds.gate.hurry();  // nobody pauses: nothing is remembered
  rounds.gate.spawn(repeat(rounds, world.reactor()));
  world.run_for(Millis(1));
  EXPECT_EQ(rounds.made, 0);
  rounds.gate.hurry();
  world.run_for(Millis(1));
  EXPECT_EQ(rounds.made, 1);
  world.run_for(Millis(10));
  EXPECT_EQ(rounds.made, 2);
  ASSERT_TRUE(world.run(rounds.gate.close()));
}

// The owner of a gate may go away as soon as close() ends: nothing that was inside still refers to
// it. (The locals of the spawned task are destroyed before.)
struct Owner {
  Gate gate;
  int users = 0;
};
struct User {
  Owner& owner;
  explicit User(Owner& o) : owner(o) { ++owner.users; }
  ~User() { --owner.users; }
};

Task<Unit> use(Owner& owner, Reactor& reactor) {
  User user(owner);
  co_await sleep_for(reactor, Millis(1));
  co_return fail(ErrorKind::closed, "ended by an error");
}

Task<Unit> close_and_destroy(std::unique_ptr<Owner> owner, Reactor& reactor) {
  owner->gate.spawn(use(*owner, reactor));
  co_await owner->gate.close();
  EXPECT_EQ(owner->users, 0);
  owner.reset();
  co_return Unit{};
}

TEST(Gate, its_owner_may_be_destroyed_when_it_is_closed) {
  SimWorld world(1);
  ASSERT_TRUE(world.run(close_and_destroy(std::make_unique<Owner>(), world.reactor())));
}

}  // namespace
}  // namespace levada::io
