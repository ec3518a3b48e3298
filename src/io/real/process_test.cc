#include "io/real/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

namespace levada::io {
namespace {

TEST(Process, the_memory_of_the_system_is_what_the_kernel_says_or_less) {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::uint64_t kibibytes = 0;
  file >> name >> kibibytes;
  ASSERT_EQ(name, "MemTotal:");
  EXPECT_GE(memory_of_system(), 16_MiB);
  EXPECT_LE(memory_of_system(), Bytes{kibibytes << 10});
}

TEST(Process, a_stop_signal_is_waited_for_and_the_second_one_kills) {
  EXPECT_EXIT(
      {
        StopSignals signals;
        ::raise(SIGTERM);
        if (signals.wait() != SIGTERM) ::_exit(1);
        signals.let_them_kill();
        ::raise(SIGINT);
        ::_exit(2);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(Process, a_reload_signal_is_waited_for_when_asked_for_and_kills_otherwise) {
  EXPECT_EXIT(
      {
        StopSignals signals(true);
        ::raise(SIGHUP);
        if (signals.wait() != SIGHUP) ::_exit(1);
        signals.let_them_kill();
        ::raise(SIGHUP);
        ::_exit(2);
      },
      testing::KilledBySignal(SIGHUP), "");
  EXPECT_EXIT(
      {
        StopSignals signals;
        ::raise(SIGHUP);
      },
      testing::KilledBySignal(SIGHUP), "");
}

TEST(Process, the_descriptor_limit_reaches_the_hard_limit) {
  EXPECT_GE(raise_descriptor_limit(), 1024u);
}

}  // namespace
}  // namespace levada::io
