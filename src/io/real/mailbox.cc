#include "io/real/mailbox.h"

namespace levada::io {
namespace {

constinit Posted asleep;  // only its address matters

}  // namespace

bool Mailbox::put(Posted& work) noexcept {
  Posted* before = newest_.load(std::memory_order_relaxed);
  do {
    work.next = before == &asleep ? nullptr : before;
  } while (!newest_.compare_exchange_weak(before, &work, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
  return before == &asleep;
}

Posted* Mailbox::take_all() noexcept {
  Posted* newest = newest_.load(std::memory_order_relaxed);
  if (newest == nullptr) return nullptr;
  newest = newest_.exchange(nullptr, std::memory_order_acq_rel);
  if (newest == &asleep) return nullptr;
  Posted* oldest = nullptr;
  while (newest != nullptr) {
    Posted* before = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = before;
  }
  return oldest;
}

bool Mailbox::fall_asleep() noexcept {
  Posted* expected = nullptr;
  return newest_.compare_exchange_strong(expected, &asleep, std::memory_order_acq_rel,
                                         std::memory_order_relaxed);
}

}  // namespace levada::io
