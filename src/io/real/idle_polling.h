#pragma once
// IdlePolling: how long a reactor that has nothing to do looks again and again before it sleeps.
// Falling asleep and being woken costs 30 to 60 us on a virtual machine, twice for a message to a
// neighbour: as much as a flush takes that is just under way. It learns as the kernel's halt
// polling does: a short sleep says that looking a little longer would have been better, a long one
// that it was in vain. So a busy server polls, and one with little to do sleeps. Beside somebody
// who wants the whole core it sleeps as well: who wakes is let in at once, who yields comes last.
// A virtual machine that was not run for a moment looks the same, so the first suspicion is short,
// and doubles as long as it is confirmed.

#include <algorithm>

#include "base/time.h"

namespace levada::io {

class IdlePolling {
 public:
  // `most`: a few times what a flush takes. 0: never polls.
  explicit IdlePolling(Nanos most) : most_(most) {}

  // For the idle moment that begins now.
  Nanos budget(MonotonicNanos now) const { return now < not_before_ ? Nanos(0) : budget_; }
  // After the budget was spent in vain.
  void slept(Nanos time) {
    budget_ = time < most_ ? most_ : budget_ < 2 * least_ ? Nanos(0) : budget_ / 2;
  }
  // One yielding of the core, until `now`.
  void yielded(MonotonicNanos now, Nanos took) {
    if (took <= crowded_) return;
    const bool again = now - not_before_ < hold_off_;
    hold_off_ = again ? std::min(2 * hold_off_, hold_off_most_) : hold_off_least_;
    not_before_ = now + hold_off_;
  }

 private:
  static constexpr Nanos least_ = std::chrono::microseconds(20);  // below it is not worth the while
  // Neighbours and clients work for less than this at a time; a scheduler's slice is 3 to 4 ms.
  static constexpr Nanos crowded_ = std::chrono::milliseconds(1);
  static constexpr Nanos hold_off_least_ = std::chrono::milliseconds(20);
  static constexpr Nanos hold_off_most_ = std::chrono::seconds(1);
  Nanos most_;
  Nanos budget_{0};
  Nanos hold_off_{0};
  MonotonicNanos not_before_;
};

}  // namespace levada::io
