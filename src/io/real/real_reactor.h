#pragma once
// RealReactor: a reactor on a thread of its own. Whoever owns the thread calls run(); when
// nothing is ready it polls for a moment and then sleeps in the kernel.

#include <atomic>

#include "io/reactor.h"
#include "io/real/idle_polling.h"
#include "io/real/kernel.h"
#include "io/real/mailbox.h"
#include "io/timer_heap.h"

namespace levada::io {

class RealReactor final : public Reactor {
 public:
  // `poll_max`: see IdlePolling.
  RealReactor(ReactorIndex index, Clock& clock, Kernel& kernel, Nanos poll_max)
      : index_(index), clock_(clock), kernel_(kernel), polling_(poll_max) {}

  ReactorIndex index() const override { return index_; }
  Clock& clock() override { return clock_; }
  void post(Posted& work) noexcept override;
  void arm(Timer& timer) override { timers_.arm(timer); }
  void disarm(Timer& timer) noexcept override { timers_.disarm(timer); }

  void run();   // until stopped
  void stop();  // on this reactor: the current round is the last

 private:
  void run_posted();
  void run_all(Posted* oldest);
  void fire_due_timers(MonotonicNanos now);
  Nanos time_to_wait();
  bool poll();
  void sleep();

  ReactorIndex index_;
  Clock& clock_;
  Kernel& kernel_;
  Mailbox mailbox_;
  Posted* own_oldest_ = nullptr;  // posted by this very thread
  Posted* own_newest_ = nullptr;
  TimerHeap timers_;
  IdlePolling polling_;
  bool stopping_ = false;
};

}  // namespace levada::io
