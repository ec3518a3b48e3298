#include "io/signal.h"

#include "base/check.h"

namespace levada::io {

// One coroutine that waits. In the list until it is notified or its deadline passes; then it runs
// from the reactor's loop and does not touch the signal any more.
struct SignalWaiter : Timer, Posted {
  Signal& signal;
  SignalWaiter* earlier = nullptr;
  SignalWaiter* later = nullptr;
  std::coroutine_handle<> waiter;
  bool timed_out = false;

  SignalWaiter(Signal& s, Deadline deadline) : signal(s) {
    at = deadline;
    fire = [](Timer& timer) {
      auto& self = static_cast<SignalWaiter&>(timer);
      self.leave();
      self.timed_out = true;
      self.waiter.resume();
    };
    run = [](Posted& posted) { static_cast<SignalWaiter&>(posted).waiter.resume(); };
  }

  void enter() {
    earlier = signal.tail_;
    (signal.tail_ ? signal.tail_->later : signal.head_) = this;
    signal.tail_ = this;
  }
  void leave() {
    (earlier ? earlier->later : signal.head_) = later;
    (later ? later->earlier : signal.tail_) = earlier;
  }
  void wake() {
    leave();
    signal.reactor_.disarm(*this);
    signal.reactor_.post(*this);
  }

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    waiter = self;
    enter();
    if (at != no_deadline) signal.reactor_.arm(*this);
  }
  void await_resume() {}
};

Signal::~Signal() { CHECK(head_ == nullptr, "a signal went away while somebody waits"); }

Task<Unit> Signal::wait(Deadline deadline) {
  SignalWaiter waiter(*this, deadline);
  co_await waiter;
  if (waiter.timed_out) co_return fail(ErrorKind::timeout, "nothing happened before the deadline");
  co_return Unit{};
}

void Signal::notify_one() {
  if (head_ != nullptr) head_->wake();
}

void Signal::notify_all() {
  while (head_ != nullptr) head_->wake();
}

}  // namespace levada::io
