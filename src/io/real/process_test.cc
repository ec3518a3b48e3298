#include "io/real/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

namespace levada::io {
namespace {

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
