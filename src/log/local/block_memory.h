#pragma once
// BlockMemories: where a journal's blocks have their memory from, and where it comes back to from
// the tail cache or from a reader on any reactor. Fresh memory costs a page fault for every 4 KiB,
// which is a good part of what writing a block takes; so under load it is used again.

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
  Piece take(std::size_t size);
  // Gives what lies idle back to the allocator.
  void drop_idle();

 private:
  struct Idle;
  std::shared_ptr<Idle> idle_;
};

}  // namespace levada::log::local
