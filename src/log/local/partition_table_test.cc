#include "log/local/partition_table.h"

#include <gtest/gtest.h>

#include "io/sim/sim_world.h"

namespace levada::log::local {
namespace {

constexpr PartitionId busy{1}, resting{2};

class PartitionTableTest : public testing::Test {
 protected:
  // A block with a record of each of these.
  Block& add(std::initializer_list<PartitionId> partitions) {
    Block& block = *blocks.emplace_back(std::make_shared<Block>(world.reactor(), memories, 4096));
    for (const PartitionId partition : partitions)
      block.add({.partition = partition, .first = Position(next++), .count = 1});
    EXPECT_EQ(table.apply(block), 0u);
    return block;
  }

  io::SimWorld world{1};
  BlockMemories memories{1_MiB};
  std::vector<std::shared_ptr<Block>> blocks;
  PartitionTable table;
  std::uint64_t next = 1;
};

TEST_F(PartitionTableTest, forgets_what_is_stored_and_no_longer_in_memory) {
  for (int n = 0; n < 100; ++n) add({busy, busy, busy});
  add({resting, busy});
  for (std::size_t n = 0; n < 60; ++n) blocks[n]->stored = true;
  for (std::size_t n = 0; n < 50; ++n) blocks[n]->memory.reset();

  TailFrames& tail = table.find(busy)->tail;
  ASSERT_EQ(tail.size(), 301u);
  tail.forget_stored();
  EXPECT_EQ(tail.size(), 301u - 50 * 3);
  EXPECT_EQ(tail.front().block, blocks[50].get());
  EXPECT_EQ(tail.front().first, Position(151));
  EXPECT_EQ(tail.find(Position(152)), 1u);
  table.find(resting)->tail.forget_stored();
  EXPECT_EQ(table.find(resting)->tail.size(), 1u);

  for (const std::shared_ptr<Block>& block : blocks) {
    block->stored = true;
    block->memory.reset();
  }
  tail.forget_stored();
  EXPECT_TRUE(tail.empty());
}

TEST_F(PartitionTableTest, keeps_what_only_the_cache_or_only_the_journal_has) {
  Block& block = add({busy});
  TailFrames& tail = table.find(busy)->tail;
  block.stored = true;
  tail.forget_stored();
  EXPECT_EQ(tail.size(), 1u);
  block.stored = false;
  block.memory.reset();
  tail.forget_stored();
  EXPECT_EQ(tail.size(), 1u);
}

TEST_F(PartitionTableTest, says_how_many_frames_of_a_block_trim) {
  Block& block = add({busy, resting});
  Block& trims = *blocks.emplace_back(std::make_shared<Block>(world.reactor(), memories, 4096));
  trims.add({.partition = busy, .first = Position(2), .kind = FrameKind::trim});
  trims.add({.partition = busy, .kind = FrameKind::seal});
  trims.add({.partition = resting, .first = Position::end(), .kind = FrameKind::trim});
  EXPECT_EQ(table.apply(trims), 2u);
  EXPECT_EQ(table.find(busy)->bounds.begin, Position(2));
  EXPECT_TRUE(table.find(busy)->bounds.sealed);
  EXPECT_EQ(table.find(resting), nullptr);
  EXPECT_EQ(table.find(busy)->tail.front().block, &block);
}

}  // namespace
}  // namespace levada::log::local
