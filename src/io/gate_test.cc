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
