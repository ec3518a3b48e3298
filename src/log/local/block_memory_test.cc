#include "log/local/block_memory.h"

#include <gtest/gtest.h>

#include <cstring>

namespace levada::log::local {
namespace {

constexpr std::size_t piece = 128 << 10;

TEST(BlockMemories, cuts_piece_after_piece_out_of_one_slab) {
  BlockMemories memories(64_MiB);
  const BlockMemories::Piece first = memories.cut(piece), second = memories.cut(piece);
  EXPECT_EQ(second.memory.get(), first.memory.get() + piece);
}

TEST(BlockMemories, make_the_last_piece_larger_where_it_stands_until_the_slab_ends) {
  BlockMemories memories(64_MiB);
  const BlockMemories::Piece first = memories.cut(piece), last = memories.cut(piece);
  EXPECT_FALSE(memories.resize(first.memory.get(), piece, 2 * piece));
  EXPECT_TRUE(memories.resize(last.memory.get(), piece, 3 * piece));
  EXPECT_FALSE(memories.resize(last.memory.get(), 3 * piece, std::size_t{2 << 20}));
  EXPECT_TRUE(memories.resize(last.memory.get(), 3 * piece, piece));
  EXPECT_EQ(memories.cut(piece).memory.get(), last.memory.get() + piece);
}

TEST(BlockMemories, use_a_slab_again_when_its_last_piece_is_gone) {
  BlockMemories memories(64_MiB);
  BlockMemories::Piece first = memories.cut(1 << 20), second = memories.cut(1 << 20);
  const std::byte* const slab = first.memory.get();
  BlockMemories::Piece other = memories.cut(1 << 20);
  first.memory.reset();
  BlockMemories::Piece meanwhile = memories.cut(1 << 20), later = memories.cut(1 << 20);
  EXPECT_NE(later.memory.get(), slab);  // its second piece is still read
  second.memory.reset();
  memories.cut(1 << 20);
  EXPECT_EQ(memories.cut(1 << 20).memory.get(), slab);
}

TEST(BlockMemories, give_small_and_large_pieces_memory_of_their_own) {
  BlockMemories memories(64_MiB);
  for (const std::size_t size : {std::size_t{4096}, std::size_t{3 << 20}}) {
    BlockMemories::Piece alone = memories.cut(size);
    ASSERT_GE(alone.size, size);
    std::memset(alone.memory.get(), 1, alone.size);
    EXPECT_FALSE(memories.resize(alone.memory.get(), alone.size, alone.size + 4096));
  }
}

TEST(BlockMemories, may_go_before_what_they_gave) {
  BlockMemories::Piece left;
  {
    BlockMemories memories(64_MiB);
    left = memories.cut(piece);
    memories.drop_idle();
    EXPECT_FALSE(memories.resize(left.memory.get(), piece, 2 * piece));
  }
  std::memset(left.memory.get(), 1, left.size);
}

}  // namespace
}  // namespace levada::log::local
