#include "log/local/block_memory.h"

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

std::byte* allocate(std::size_t size) {
  return static_cast<std::byte*>(::operator new(size, alignment));
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

void BlockMemories::drop_idle() { idle_->drop(); }

}  // namespace levada::log::local
