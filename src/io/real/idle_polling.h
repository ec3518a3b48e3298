#pragma once
// IdlePolling: how long a reactor that has nothing to do looks again and again before it sleeps.
// Falling asleep and being woken costs 30 to 60 us on a virtual machine, twice for a message to a
// neighbour: more than a flush takes that is just under way. It learns as the kernel's halt polling
// does: a short sleep says that looking a little longer would have been better, a long one that it
// was in vain. So a busy server polls, and one with little or nothing to do sleeps.

#include "base/time.h"

namespace levada::io {

class IdlePolling {
 public:
  // `most`: a few times what a flush takes. 0: never polls.
  explicit IdlePolling(Nanos most) : most_(most) {}

  Nanos budget() const { return budget_; }  // for the next idle moment
  // The budget was spent in vain, and then the reactor slept so long.
  void slept(Nanos time) {
    budget_ = time < most_ ? most_ : budget_ < 2 * least_ ? Nanos(0) : budget_ / 2;
  }

 private:
  static constexpr Nanos least_ = std::chrono::microseconds(20);  // below it is not worth the while
  Nanos most_;
  Nanos budget_{0};
};

}  // namespace levada::io
