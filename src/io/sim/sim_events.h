#pragma once
// SimEvents: what the machine's hardware will do and when: completions of the disk, arrivals of the
// network. An event may take place in any order with others that are due.

#include <coroutine>

#include "io/sim/sim_clock.h"
#include "io/timer_heap.h"
#include "io/xoshiro.h"

namespace levada::io {

class SimEvents {
 public:
  SimEvents(SimClock& clock, Xoshiro& dice) : clock_(clock), dice_(dice) {}

  SimClock& clock() { return clock_; }
  Xoshiro& dice() { return dice_; }
  Nanos between(Nanos least, Nanos most) {
    return least + Nanos(static_cast<std::int64_t>(dice_.below((most - least).count() + 1)));
  }

  void arm(Timer& timer) { timers_.arm(timer); }
  void disarm(Timer& timer) { timers_.disarm(timer); }
  MonotonicNanos earliest() const { return timers_.earliest(); }
  void fire_due() {
    if (Timer* timer = timers_.take_due(clock_.monotonic())) timer->fire(*timer);
  }

  // A coroutine waits for hardware that takes this long.
  struct Delay : Timer {
    SimEvents& events;
    std::coroutine_handle<> waiter;
    Delay(SimEvents& e, Nanos duration) : events(e) {
      at = e.clock().monotonic() + duration;
      fire = [](Timer& timer) { static_cast<Delay&>(timer).waiter.resume(); };
    }
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> self) {
      waiter = self;
      events.arm(*this);
    }
    void await_resume() {}
  };

 private:
  SimClock& clock_;
  Xoshiro& dice_;
  TimerHeap timers_;
};

}  // namespace levada::io
