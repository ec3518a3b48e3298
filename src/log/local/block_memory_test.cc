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

TEST(BlockMemories, cut_small_pieces_out_of_a_small_slab) {
  BlockMemories memories(64_MiB);
  const BlockMemories::Piece first = memories.cut(4096), second = memories.cut(4096);
  EXPECT_EQ(second.memory.get(), first.memory.get() + 4096);
  EXPECT_TRUE(memories.resize(second.memory.get(), 4096, 64 << 10));
  EXPECT_FALSE(memories.resize(second.memory.get(), 64 << 10, 256 << 10));  // beyond the slab
}

TEST(BlockMemories, use_a_small_slab_again) {
  BlockMemories memories(64_MiB);
  const std::byte* const slab = memories.cut(4096).memory.get();
  for (int n = 1; n < 64; ++n) memories.cut(4096);
  BlockMemories::Piece other = memories.cut(4096);  // of the next one
  EXPECT_FALSE(slab <= other.memory.get() && other.memory.get() < slab + (256 << 10));
  for (int n = 1; n < 64; ++n) memories.cut(4096);
  EXPECT_EQ(memories.cut(4096).memory.get(), slab);
}

TEST(BlockMemories, give_large_pieces_memory_of_their_own) {
  BlockMemories memories(64_MiB);
  BlockMemories::Piece alone = memories.cut(std::size_t{3 << 20});
  ASSERT_GE(alone.size, std::size_t{3 << 20});
  std::memset(alone.memory.get(), 1, alone.size);
  EXPECT_FALSE(memories.resize(alone.memory.get(), alone.size, alone.size + 4096));
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
