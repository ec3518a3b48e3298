#pragma once
// Mailbox: work that other threads post to a reactor, without a lock. One atomic word: the newest
// piece (each points to the one before it), nothing, or the mark that the owner sleeps. So a post
// costs one compare-and-swap, and only the first post after falling asleep costs a system call.

#include <atomic>

#include "io/reactor.h"

namespace levada::io {

class Mailbox {
 public:
  // Any thread. True: the owner sleeps and the caller must wake it.
  [[nodiscard]] bool put(Posted& work) noexcept;

  // The owner only. All that came, linked oldest first; the owner counts as awake.
  Posted* take_all() noexcept;

  // The owner only, while awake.
  bool empty() const { return newest_.load(std::memory_order_relaxed) == nullptr; }

  // The owner only. False: something has come, do not sleep.
  [[nodiscard]] bool fall_asleep() noexcept;

 private:
  std::atomic<Posted*> newest_ = nullptr;
};

}  // namespace levada::io
