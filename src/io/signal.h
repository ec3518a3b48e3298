#pragma once
// Signal: lets coroutines of one reactor wait for something that other coroutines of it make true.
// Waiters look again after waking; a wake-up is a hint, not a promise.

#include <coroutine>

#include "base/task.h"
#include "io/reactor.h"

namespace levada::io {

class Signal {
 public:
  explicit Signal(Reactor& reactor) : reactor_(reactor) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal();  // CHECKs that nobody waits

  // Ends at the next notify, or with ErrorKind::timeout at the deadline.
  Task<Unit> wait(Deadline deadline = no_deadline);
  void notify_one();  // the longest waiting
  void notify_all();
  bool has_waiters() const { return head_ != nullptr; }

 private:
  friend struct SignalWaiter;
  Reactor& reactor_;
  struct SignalWaiter* head_ = nullptr;
  struct SignalWaiter* tail_ = nullptr;
};

}  // namespace levada::io
