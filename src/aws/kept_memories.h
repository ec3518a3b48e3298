#pragma once
// KeptMemories: what one call of a fast path needs of the heap, kept for the next ones on the same
// reactor. A Memory has `room` of `room_size` bytes, not zeroed, for what its scanner unescapes.

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace levada::aws {

template <class Memory>
class KeptMemories {
 public:
  std::unique_ptr<Memory> take(std::size_t room_size) {
    std::unique_ptr<Memory> memory;
    if (idle_.empty()) {
      memory = std::make_unique<Memory>();
    } else {
      memory = std::move(idle_.back());
      idle_.pop_back();
    }
    if (memory->room_size < room_size) {
      memory->room.reset(new std::byte[room_size]);
      memory->room_size = room_size;
    }
    return memory;
  }
  // After an unusually large call it is freed as a whole.
  void give_back(std::unique_ptr<Memory> memory) {
    if (memory->room_size <= room_kept_max && idle_.size() < idle_max)
      idle_.push_back(std::move(memory));
  }

 private:
  static constexpr std::size_t room_kept_max = 1 << 20;
  static constexpr std::size_t idle_max = 64;

  std::vector<std::unique_ptr<Memory>> idle_;
};

}  // namespace levada::aws
