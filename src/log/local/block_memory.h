#pragma once
// BlockMemories: where a journal's blocks have their memory from, and where it comes back to from
// the tail cache or from a reader on any reactor. Fresh memory costs a page fault for every 4 KiB,
// which is a good part of what writing a block takes; so under load it is used again, and it comes
// in slabs, whose pages are asked for at once and from which blocks are cut one after another.

#include <cstddef>
#include <memory>

#include "base/bytes.h"

namespace levada::log::local {

// Aligned memory that is not zeroed, and may be kept alive by readers.
using BlockMemory = std::shared_ptr<std::byte>;
BlockMemory allocate_block_memory(std::size_t size);

class BlockMemories {
 public:
  explicit BlockMemories(Bytes kept_max);
  ~BlockMemories();  // what is out frees itself later

  struct Piece {
    BlockMemory memory;
    std::size_t size;  // at least what was asked for
  };
  // Memory of its own, as a reader needs it who may keep it for long.
  Piece take(std::size_t size);
  // A piece of a slab, if it is not too large for one: for what goes in the order in which it came.
  // Small pieces come from small slabs, so that a journal with little to do keeps little. Sizes are
  // multiples of io::direct_alignment.
  static constexpr std::size_t small_max = 64 << 10;
  Piece cut(std::size_t size);
  // Makes a piece larger where it stands, or smaller. False: it was not cut last, or lacks room.
  bool resize(const std::byte* piece, std::size_t size, std::size_t wanted);
  // Gives what lies idle back to the allocator.
  void drop_idle();

 private:
  struct Idle;
  std::shared_ptr<Idle> idle_;
  BlockMemory slab_;  // that is being cut
  std::size_t slab_size_ = 0;
  std::size_t slab_used_ = 0;  // of it
};

}  // namespace levada::log::local
