#include "io/real/scheduling.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

namespace levada::io {
namespace {

cpu_set_t cores_of(pid_t thread) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  EXPECT_EQ(sched_getaffinity(thread, sizeof cores, &cores), 0);
  return cores;
}

TEST(Scheduling, a_thread_of_a_pinned_one_runs_on_every_core_again) {
  const cpu_set_t all = cores_of(getpid());
  if (CPU_COUNT(&all) < 2) GTEST_SKIP() << "one core only";
  std::thread([&all] {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int core = 0; CPU_COUNT(&one) == 0; ++core)
      if (CPU_ISSET(core, &all)) CPU_SET(core, &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    std::thread([&all] {
      run_on_any_core();
      const cpu_set_t now = cores_of(0);
      EXPECT_TRUE(CPU_EQUAL(&now, &all));
    }).join();
  }).join();
}

TEST(Scheduling, short_slices_leave_priority_and_policy_as_they_are) {
  std::thread([] {
    const auto self = static_cast<id_t>(gettid());
    ASSERT_EQ(setpriority(PRIO_PROCESS, self, 5), 0);
    ask_for_short_slices();
    EXPECT_EQ(getpriority(PRIO_PROCESS, self), 5);
    EXPECT_EQ(sched_getscheduler(0), SCHED_OTHER);
    struct {
      std::uint32_t size, policy;
      std::uint64_t flags;
      std::int32_t nice;
      std::uint32_t priority;
      std::uint64_t slice, deadline, period;
    } attributes{};
    ASSERT_EQ(syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0), 0);
    if (attributes.slice == 0) GTEST_SKIP() << "before Linux 6.12 nobody may ask for a slice";
    EXPECT_EQ(attributes.slice, 100'000u);
  }).join();
}

}  // namespace
}  // namespace levada::io
