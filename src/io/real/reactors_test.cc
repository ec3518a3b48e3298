#include "io/real/reactors.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "io/gate.h"
#include "io/real/test_reactors.h"
#include "io/signal.h"

namespace levada::io {
namespace {

class ReactorsTest : public testing::TestWithParam<IoBackend> {
 protected:
  std::unique_ptr<Reactors> reactors_ = start_reactors(GetParam(), 2);
  Reactor& zero_ = reactors_->at(ReactorIndex(0));
  Reactor& one_ = reactors_->at(ReactorIndex(1));
};

Task<Nanos> time_of_sleep(Reactor& reactor, Nanos duration) {
  MonotonicNanos before = reactor.clock().monotonic();
  co_await sleep_for(reactor, duration);
  co_return reactor.clock().monotonic() - before;
}

TEST_P(ReactorsTest, sleeps_as_long_as_asked) {
  Result<Nanos> slept =
      reactors_->run(ReactorIndex(0), [&] { return time_of_sleep(zero_, Millis(20)); });
  ASSERT_TRUE(slept);
  EXPECT_GE(*slept, Millis(20));
  EXPECT_LT(*slept, Millis(500));
}

Task<std::thread::id> who() { co_return std::this_thread::get_id(); }

Task<Unit> expect_call_runs_there(Reactor& home, Reactor& target) {
  std::thread::id here = std::this_thread::get_id();
  std::thread::id there = co_await call(home, target, who);
  EXPECT_NE(here, there);
  EXPECT_EQ(here, std::this_thread::get_id());
  std::thread::id own = co_await call(home, home, who);
  EXPECT_EQ(here, own);
  co_return Unit{};
}

TEST_P(ReactorsTest, call_runs_on_the_target_and_comes_home) {
  ASSERT_TRUE(reactors_->run(ReactorIndex(0), [&] { return expect_call_runs_there(zero_, one_); }));
}

Task<int> many_calls(Reactor& home, Reactor& target, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    auto one = []() -> Task<int> { co_return 1; };
    sum += co_await call(home, target, one);
  }
  co_return sum;
}

TEST_P(ReactorsTest, no_wake_up_is_lost_between_two_reactors) {
  Result<int> sum = reactors_->run(ReactorIndex(0), [&] { return many_calls(zero_, one_, 5'000); });
  ASSERT_TRUE(sum);
  EXPECT_EQ(*sum, 5'000);
}

Task<Unit> count_steps(Reactor& reactor, int& steps, int count) {
  for (int i = 0; i < count; ++i) {
    ++steps;
    co_await yield(reactor);
  }
  co_return Unit{};
}

Task<Unit> expect_yield_is_fair(Reactor& reactor) {
  Gate gate;
  int mine = 0;
  int others = 0;
  gate.spawn(count_steps(reactor, others, 100));
  co_await count_steps(reactor, mine, 100);
  EXPECT_GE(others, 99);
  co_await gate.close();
  co_return Unit{};
}

TEST_P(ReactorsTest, yield_lets_others_run) {
  ASSERT_TRUE(reactors_->run(ReactorIndex(0), [&] { return expect_yield_is_fair(zero_); }));
}

Task<Unit> wait_for(Signal& signal, bool& fact) {
  while (!fact) co_await signal.wait();
  co_return Unit{};
}

Task<Unit> expect_signal_wakes(Reactor& reactor) {
  Signal signal(reactor);
  Gate gate;
  bool fact = false;
  for (int i = 0; i < 3; ++i) gate.spawn(wait_for(signal, fact));
  EXPECT_TRUE(signal.has_waiters());
  Deadline soon = reactor.clock().monotonic() + Millis(5);
  Result<Unit> late = co_await outcome(signal.wait(soon));
  EXPECT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::timeout);
  fact = true;
  signal.notify_all();
  co_await gate.close();
  EXPECT_FALSE(signal.has_waiters());
  co_return Unit{};
}

TEST_P(ReactorsTest, signal_wakes_all_and_times_out) {
  ASSERT_TRUE(reactors_->run(ReactorIndex(0), [&] { return expect_signal_wakes(zero_); }));
}

TEST_P(ReactorsTest, posts_of_one_thread_arrive_in_order) {
  struct Numbered : Posted {
    int number = 0;
    std::vector<int>* seen = nullptr;
  };
  constexpr int count = 10'000;
  std::vector<Numbered> work(count);
  std::vector<int> seen;
  for (int i = 0; i < count; ++i) {
    work[i].number = i;
    work[i].seen = &seen;
    work[i].run = [](Posted& posted) {
      auto& self = static_cast<Numbered&>(posted);
      self.seen->push_back(self.number);
    };
    zero_.post(work[i]);
  }
  auto nothing = []() -> Task<Unit> { co_return Unit{}; };
  ASSERT_TRUE(reactors_->run(ReactorIndex(0), nothing));
  ASSERT_EQ(seen.size(), std::size_t{count});
  for (int i = 0; i < count; ++i) ASSERT_EQ(seen[i], i);
}

TEST_P(ReactorsTest, an_idle_reactor_uses_no_processor_time) {
  auto used = [] {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + Nanos(time.tv_nsec);
  };
  std::this_thread::sleep_for(Millis(20));
  Nanos before = used();
  std::this_thread::sleep_for(Millis(200));
  EXPECT_LT(used() - before, Millis(5));
}

TEST_P(ReactorsTest, random_numbers_differ) {
  Random& random = reactors_->random(ReactorIndex(0));
  EXPECT_NE(random.next(), random.next());
  std::array<std::byte, 16> a{};
  std::array<std::byte, 16> b{};
  random.fill(a);
  random.fill(b);
  EXPECT_NE(a, b);
}

// As container runtimes do by default.
void refuse_io_uring() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{std::size(filter), filter};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

// 0: epoll was chosen by itself, works, and io_uring by name is refused with a reason.
int exit_code_without_io_uring() {
  refuse_io_uring();
  ReactorsOptions by_name{.backend = IoBackend::uring};
  Result<std::unique_ptr<Reactors>> refused = Reactors::start(by_name);
  if (refused || refused.error().kind != ErrorKind::unsupported) return 1;
  Result<std::unique_ptr<Reactors>> reactors = Reactors::start(ReactorsOptions{});
  if (!reactors || (*reactors)->backend() != IoBackend::epoll) return 2;
  Reactor& reactor = (*reactors)->at(ReactorIndex(0));
  auto sleep = [&] { return time_of_sleep(reactor, Millis(1)); };
  return (*reactors)->run(ReactorIndex(0), sleep) ? 0 : 3;
}

TEST(ReactorsDeathTest, fall_back_to_epoll_where_io_uring_is_refused) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(std::exit(exit_code_without_io_uring()), testing::ExitedWithCode(0), "");
}

INSTANTIATE_TEST_SUITE_P(Backends, ReactorsTest, testing::ValuesIn(backends), backend_name);

}  // namespace
}  // namespace levada::io
