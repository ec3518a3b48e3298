#include "io/timer_heap.h"

#include <algorithm>

#include "base/check.h"

namespace levada::io {
namespace {

constexpr std::size_t arity = 4;  // flatter than a binary heap: fewer cache lines on the way

}  // namespace

void TimerHeap::place(Timer& timer, std::size_t index) noexcept {
  heap_[index] = &timer;
  timer.heap_index = static_cast<std::uint32_t>(index);
}

void TimerHeap::rise(Timer& timer, std::size_t index) noexcept {
  while (index > 0) {
    std::size_t parent = (index - 1) / arity;
    if (heap_[parent]->at <= timer.at) break;
    place(*heap_[parent], index);
    index = parent;
  }
  place(timer, index);
}

void TimerHeap::sink(Timer& timer, std::size_t index) noexcept {
  for (;;) {
    std::size_t first = index * arity + 1;
    if (first >= heap_.size()) break;
    std::size_t last = std::min(first + arity, heap_.size());
    std::size_t least = first;
    for (std::size_t child = first + 1; child < last; ++child)
      if (heap_[child]->at < heap_[least]->at) least = child;
    if (timer.at <= heap_[least]->at) break;
    place(*heap_[least], index);
    index = least;
  }
  place(timer, index);
}

void TimerHeap::arm(Timer& timer) {
  CHECK(!timer.armed());
  CHECK(timer.fire != nullptr);
  heap_.push_back(&timer);
  rise(timer, heap_.size() - 1);
}

void TimerHeap::disarm(Timer& timer) noexcept {
  if (!timer.armed()) return;
  std::size_t hole = timer.heap_index;
  CHECK(hole < heap_.size() && heap_[hole] == &timer, "armed on another reactor");
  timer.heap_index = Timer::not_armed;
  Timer& moved = *heap_.back();
  heap_.pop_back();
  if (&moved == &timer) return;
  if (hole > 0 && moved.at < heap_[(hole - 1) / arity]->at)
    rise(moved, hole);
  else
    sink(moved, hole);
}

Timer* TimerHeap::take_due(MonotonicNanos now) noexcept {
  if (heap_.empty() || heap_.front()->at > now) return nullptr;
  Timer* timer = heap_.front();
  disarm(*timer);
  return timer;
}

}  // namespace levada::io
