#include "io/sliced.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "io/gate.h"
#include "io/real/test_reactors.h"

namespace levada::io {
namespace {

class SlicedTest : public testing::TestWithParam<IoBackend> {
 protected:
  std::unique_ptr<Reactors> reactors_ = start_reactors(GetParam(), 1);
  Reactor& reactor_ = reactors_->at(ReactorIndex(0));
};

Task<Unit> count_turns(Reactor& reactor, int& turns, const bool& end) {
  while (!end) {
    co_await yield(reactor);
    ++turns;
  }
  co_return Unit{};
}

// Of others, beside work that goes on until they had so many, or until the time is over.
Task<int> turns_beside(Reactor& reactor, int enough, Nanos longest) {
  int turns = 0;
  bool end = false;
  Gate gate;
  gate.spawn(count_turns(reactor, turns, end));
  const MonotonicNanos until = reactor.clock().monotonic() + longest;
  std::function<void(Slices&)> work = [&](Slices& slices) {
    while (turns < enough && reactor.clock().monotonic() < until) slices.pause_if_due();
    end = true;
  };
  co_await in_slices(reactor, std::move(work));
  co_await gate.close();
  co_return turns;
}

TEST_P(SlicedTest, others_get_a_turn_after_every_slice) {
  const Result<int> turns = reactors_->run(
      ReactorIndex(0), [&] { return turns_beside(reactor_, 6, std::chrono::seconds(5)); });
  ASSERT_TRUE(turns);
  EXPECT_GE(*turns, 6);
}

TEST_P(SlicedTest, short_work_does_not_pause) {
  const Result<int> turns =
      reactors_->run(ReactorIndex(0), [&] { return turns_beside(reactor_, 6, Nanos(0)); });
  ASSERT_TRUE(turns);
  EXPECT_LE(*turns, 1);
}

Task<Unit> side_by_side(Reactor& reactor, int& alive, int left) {
  std::function<void(Slices&)> work = [&](Slices& slices) {
    ++alive;
    for (const MonotonicNanos until = reactor.clock().monotonic() + std::chrono::milliseconds(5);
         reactor.clock().monotonic() < until;)
      slices.pause_if_due();
    if (left > 0) {
      try {  // an exception stays on the stack that threw it
        throw std::runtime_error("thrown inside");
      } catch (const std::runtime_error&) {
        --alive;
      }
    } else {
      --alive;
    }
  };
  co_await in_slices(reactor, std::move(work));
  co_return Unit{};
}

Task<int> many(Reactor& reactor) {
  int alive = 0, most = 0;
  Gate gate;
  for (int i = 0; i < 8; ++i) gate.spawn(side_by_side(reactor, alive, i % 2));
  while (alive > 0) {
    most = std::max(most, alive);
    co_await yield(reactor);
  }
  co_await gate.close();
  co_return most;
}

TEST_P(SlicedTest, several_at_once_keep_to_their_own_stacks) {
  const Result<int> most = reactors_->run(ReactorIndex(0), [&] { return many(reactor_); });
  ASSERT_TRUE(most);
  EXPECT_GT(*most, 1);
}

Task<Unit> slept(Reactor& reactor, Nanos length) {
  co_await sleep_for(reactor, length);
  co_return fail(ErrorKind::disk_full, "as the test says");
}

Task<Unit> at_once() { co_return Unit{}; }

// How many turns others had while sliced work waited for two tasks.
Task<int> turns_while_waiting(Reactor& reactor) {
  int turns = 0;
  bool end = false;
  Gate gate;
  gate.spawn(count_turns(reactor, turns, end));
  std::vector<ErrorKind> errors;
  std::function<void(Slices&)> work = [&](Slices& slices) {
    for (int i = 0; i < 2; ++i)
      errors.push_back(slices.wait(slept(reactor, std::chrono::milliseconds(5))).error().kind);
    CHECK(slices.wait(at_once()).has_value());
    const MonotonicNanos until = reactor.clock().monotonic() + std::chrono::seconds(5);
    while (turns < 6 && reactor.clock().monotonic() < until)  // a busy machine
      (void)slices.wait(slept(reactor, std::chrono::milliseconds(1)));
    end = true;
  };
  co_await in_slices(reactor, std::move(work));
  co_await gate.close();
  const std::vector<ErrorKind> expected(2, ErrorKind::disk_full);
  EXPECT_EQ(errors, expected);
  co_return turns;
}

TEST_P(SlicedTest, others_go_on_while_it_waits_for_a_task) {
  const Result<int> turns =
      reactors_->run(ReactorIndex(0), [&] { return turns_while_waiting(reactor_); });
  ASSERT_TRUE(turns);
  EXPECT_GE(*turns, 6);
}

INSTANTIATE_TEST_SUITE_P(Doors, SlicedTest, testing::ValuesIn(backends), backend_name);

}  // namespace
}  // namespace levada::io
