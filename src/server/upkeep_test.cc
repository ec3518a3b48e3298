#include "server/upkeep.h"

#include <gtest/gtest.h>

#include "io/real/reactors.h"

namespace levada::server {
namespace {

Task<Unit> count_up(int& counter) {
  ++counter;
  co_return fail(ErrorKind::io, "a chore that fails is done again all the same");
}

Task<Unit> run_until(io::Reactor& reactor, Upkeep& upkeep, int& counter, int goal) {
  upkeep.start();
  while (counter < goal) co_await io::sleep_for(reactor, std::chrono::milliseconds(1));
  co_await upkeep.stop();
  co_return Unit{};
}

TEST(Upkeep, repeats_its_chore_until_it_is_stopped) {
  const auto reactors = io::Reactors::start({.count = 1}).value();
  const io::ReactorIndex only(0);
  int counter = 0;
  Upkeep upkeep(reactors->at(only), std::chrono::milliseconds(1),
                [&] { return count_up(counter); });
  EXPECT_TRUE(
      reactors->run(only, [&] { return run_until(reactors->at(only), upkeep, counter, 3); }));
  EXPECT_GE(counter, 3);
}

TEST(Upkeep, a_stop_does_not_wait_for_the_interval) {
  const auto reactors = io::Reactors::start({.count = 1}).value();
  const io::ReactorIndex only(0);
  int counter = 0;
  Upkeep upkeep(reactors->at(only), std::chrono::hours(1), [&] { return count_up(counter); });
  EXPECT_TRUE(
      reactors->run(only, [&] { return run_until(reactors->at(only), upkeep, counter, 0); }));
  EXPECT_EQ(counter, 0);
}

}  // namespace
}  // namespace levada::server
