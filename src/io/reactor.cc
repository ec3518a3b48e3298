#include "io/reactor.h"

namespace levada::io {
namespace {

struct Sleep : Timer {
  Reactor& reactor;
  std::coroutine_handle<> sleeper;

  Sleep(Reactor& r, MonotonicNanos moment) : reactor(r) {
    at = moment;
    fire = [](Timer& timer) { static_cast<Sleep&>(timer).sleeper.resume(); };
  }
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    sleeper = self;
    reactor.arm(*this);
  }
  void await_resume() {}
};

}  // namespace

Task<Unit> sleep_until(Reactor& reactor, Deadline moment) {
  Sleep sleep(reactor, moment);
  co_await sleep;
  co_return Unit{};
}

Task<Unit> sleep_for(Reactor& reactor, Nanos duration) {
  return sleep_until(reactor, reactor.clock().monotonic() + duration);
}

// Timers fire after the outside world was looked at, so one that is due at once lets work from
// there pass as well, which a posted one would not.
Task<Unit> yield(Reactor& reactor) { return sleep_until(reactor, reactor.clock().monotonic()); }

}  // namespace levada::io
