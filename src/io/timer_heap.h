#pragma once
// TimerHeap: the armed timers of one reactor, the earliest on top. Intrusive: it owns nothing and
// allocates only when more timers are armed than ever before.

#include <cstddef>
#include <vector>

#include "base/time.h"
#include "io/reactor.h"

namespace levada::io {

class TimerHeap {
 public:
  void arm(Timer& timer);
  void disarm(Timer& timer) noexcept;  // no-op when it is not armed
  bool empty() const { return heap_.empty(); }
  MonotonicNanos earliest() const {  // no_deadline when nothing is armed
    return heap_.empty() ? no_deadline : heap_.front()->at;
  }
  // Disarms and returns the earliest timer if its moment is not after `now`, else nullptr.
  Timer* take_due(MonotonicNanos now) noexcept;

 private:
  void place(Timer& timer, std::size_t index) noexcept;
  void rise(Timer& timer, std::size_t index) noexcept;
  void sink(Timer& timer, std::size_t index) noexcept;

  std::vector<Timer*> heap_;
};

}  // namespace levada::io
