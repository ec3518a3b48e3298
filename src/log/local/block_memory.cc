#include "log/local/block_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "io/disk.h"

namespace levada::log::local {
namespace {

constexpr std::align_val_t alignment{io::direct_alignment};
constexpr std::size_t kept_size_min = 64 << 10;  // the allocator is good at smaller ones
constexpr std::size_t looked_at_max = 16;        // of the newest: sizes differ little under load
constexpr std::size_t slab_size = 2 << 20;       // of several blocks
constexpr std::size_t small_slab_size = 256 << 10;
constexpr std::size_t cut_max = slab_size / 2;  // larger ones would leave much of a slab unused
static_assert(BlockMemories::small_max <= small_slab_size / 2);

std::byte* allocate(std::size_t size) {
  auto* memory = static_cast<std::byte*>(::operator new(size, alignment));
  // All of a slab is written soon: its pages are asked for at once instead of one fault each.
  // (A large page would be one fault, too, but takes a virtual machine longer: it comes from memory
  // that the host has to provide first.)
  if (size == slab_size || size == small_slab_size) ::madvise(memory, size, MADV_POPULATE_WRITE);
  return memory;
}
void release(std::byte* memory) { ::operator delete(memory, alignment); }

}  // namespace

BlockMemory allocate_block_memory(std::size_t size) { return {allocate(size), &release}; }

struct BlockMemories::Idle {
  struct Piece {
    std::byte* memory;
    std::size_t size;
  };

  explicit Idle(Bytes kept) : kept_max(count(kept)) {}

  std::byte* take(std::size_t& size) {
    const std::lock_guard lock(mutex);
    const std::size_t last = pieces.size() - std::min(pieces.size(), looked_at_max);
    for (std::size_t n = pieces.size(); n-- > last;) {
      if (pieces[n].size < size || pieces[n].size > size + size / 2) continue;
      std::swap(pieces[n], pieces.back());
      const Piece found = pieces.back();
      pieces.pop_back();
      kept -= found.size;
      size = found.size;
      return found.memory;
    }
    return nullptr;
  }
  bool keep(Piece piece) {
    const std::lock_guard lock(mutex);
    if (kept + piece.size > kept_max) return false;
    kept += piece.size;
    pieces.push_back(piece);
    return true;
  }
  void drop() {
    std::vector<Piece> dropped;
    {
      const std::lock_guard lock(mutex);
      dropped.swap(pieces);
      kept = 0;
    }
    for (const Piece& piece : dropped) release(piece.memory);
  }
  void close() {
    {
      const std::lock_guard lock(mutex);
      kept_max = 0;
    }
    drop();
  }

  std::mutex mutex;  // a reader on another reactor may be the last to let go
  std::size_t kept_max;
  std::size_t kept = 0;
  std::vector<Piece> pieces;
};

BlockMemories::BlockMemories(Bytes kept_max) : idle_(std::make_shared<Idle>(kept_max)) {}

BlockMemories::~BlockMemories() { idle_->close(); }

BlockMemories::Piece BlockMemories::take(std::size_t size) {
  if (size < kept_size_min) return {allocate_block_memory(size), size};
  std::byte* memory = idle_->take(size);
  if (memory == nullptr) memory = allocate(size);
  const auto give_back = [idle = idle_, size](std::byte* gone) {
    if (!idle->keep({gone, size})) release(gone);
  };
  return {BlockMemory(memory, give_back), size};
}

BlockMemories::Piece BlockMemories::cut(std::size_t size) {
  if (size > cut_max) return take(size);
  if (slab_ == nullptr || slab_size_ - slab_used_ < size) {
    slab_size_ = size < small_max ? small_slab_size : slab_size;
    slab_ = take(slab_size_).memory;
    slab_used_ = 0;
  }
  BlockMemory piece(slab_, slab_.get() + slab_used_);
  slab_used_ += size;
  return {std::move(piece), size};
}

bool BlockMemories::resize(const std::byte* piece, std::size_t size, std::size_t wanted) {
  const bool last = slab_ != nullptr && piece + size == slab_.get() + slab_used_;
  if (!last || slab_used_ - size + wanted > slab_size_) return false;
  slab_used_ = slab_used_ - size + wanted;
  return true;
}

void BlockMemories::drop_idle() {
  slab_.reset();
  idle_->drop();
}

}  // namespace levada::log::local
