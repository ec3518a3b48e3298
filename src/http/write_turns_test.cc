#include "http/write_turns.h"

#include <gtest/gtest.h>

#include <vector>

#include "io/sim/sim_world.h"

namespace levada::http {
namespace {

struct Writers {
  explicit Writers(io::SimWorld& world) : world(world), turns(world.reactor()) {}

  // Has its turn for so long.
  Task<Unit> write(int name, Nanos takes) {
    const WriteTurns::Held turn = co_await turns.take();
    begun.push_back(name);
    co_await io::sleep_for(world.reactor(), takes);
    co_return Unit{};
  }

  io::SimWorld& world;
  WriteTurns turns;
  std::vector<int> begun;
};

constexpr Nanos quick = std::chrono::milliseconds(1), forever = std::chrono::hours(1);

TEST(WriteTurns, let_a_few_write_at_once_and_the_rest_in_their_order) {
  io::SimWorld world(1);
  Writers writers(world);
  for (int name = 0; name < 10; ++name) world.spawn(writers.write(name, quick));
  world.run_for(quick / 2);
  EXPECT_EQ(writers.begun, (std::vector<int>{0, 1, 2, 3}));
  world.run_for(quick);
  EXPECT_EQ(writers.begun, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  world.run_until_idle();
  EXPECT_EQ(writers.begun, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(WriteTurns, end_by_themselves_where_a_client_takes_nothing) {
  io::SimWorld world(1);
  Writers writers(world);
  for (int name = 0; name < 4; ++name) world.spawn(writers.write(name, forever));
  for (int name = 4; name < 8; ++name) world.spawn(writers.write(name, quick));
  world.run_for(WriteTurns::turn_max / 2);
  EXPECT_EQ(writers.begun.size(), 4u);
  world.run_for(WriteTurns::turn_max);
  EXPECT_EQ(writers.begun, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
}

// The one whose turn ended by itself gives back nothing that is another's.
TEST(WriteTurns, belong_to_one_after_another_ended_late) {
  io::SimWorld world(1);
  Writers writers(world);
  const Nanos late = WriteTurns::turn_max + quick;
  for (int name = 0; name < 4; ++name) world.spawn(writers.write(name, late));
  for (int name = 4; name < 12; ++name) world.spawn(writers.write(name, forever));
  world.run_for(late + quick);  // 4 to 7 took over at turn_max and have their turns still
  EXPECT_EQ(writers.begun.size(), 8u);
  world.run_for(WriteTurns::turn_max);
  EXPECT_EQ(writers.begun.size(), 12u);
}

TEST(WriteTurns, are_there_again_when_all_were_given_back) {
  io::SimWorld world(1);
  Writers writers(world);
  for (int round = 0; round < 3; ++round) {
    writers.begun.clear();
    for (int name = 0; name < 4; ++name) world.spawn(writers.write(name, quick));
    world.run_for(quick / 2);
    EXPECT_EQ(writers.begun, (std::vector<int>{0, 1, 2, 3}));
    world.run_until_idle();
  }
}

}  // namespace
}  // namespace levada::http
