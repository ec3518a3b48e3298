#pragma once
// SimReactor: a reactor without a thread; the world runs one piece of its work at a time.

#include "io/reactor.h"
#include "io/timer_heap.h"

namespace levada::io {

class SimReactor final : public Reactor {
 public:
  SimReactor(ReactorIndex index, Clock& clock) : index_(index), clock_(clock) {}

  ReactorIndex index() const override { return index_; }
  Clock& clock() override { return clock_; }
  void post(Posted& work) noexcept override;
  void arm(Timer& timer) override { timers_.arm(timer); }
  void disarm(Timer& timer) noexcept override { timers_.disarm(timer); }

  bool has_posted() const { return oldest_ != nullptr; }
  MonotonicNanos earliest_timer() const { return timers_.earliest(); }
  bool ready() const { return has_posted() || earliest_timer() <= clock_.monotonic(); }
  void run_posted();      // the oldest
  void fire_due_timer();  // the earliest

 private:
  ReactorIndex index_;
  Clock& clock_;
  Posted* oldest_ = nullptr;
  Posted* newest_ = nullptr;
  TimerHeap timers_;
};

}  // namespace levada::io
