#include "io/real/real_reactor.h"

#include <sched.h>

#include <algorithm>
#include <utility>

namespace levada::io {
namespace {

// Rounds of work that posts more work before the kernel is asked again: saves a system call for
// each wake-up of a waiter, and still lets the network in.
constexpr int rounds_max = 16;

thread_local RealReactor* running = nullptr;  // the reactor of this thread

}  // namespace

void RealReactor::post(Posted& work) noexcept {
  if (running != this) {
    if (mailbox_.put(work)) kernel_.wake();
    return;
  }
  work.next = nullptr;
  (own_newest_ ? own_newest_->next : own_oldest_) = &work;
  own_newest_ = &work;
}

void RealReactor::run() {
  running = this;
  while (!stopping_) {
    run_posted();
    fire_due_timers(clock_.monotonic());
    if (time_to_wait() <= Nanos(0))
      kernel_.turn(Nanos(0));
    else if (!poll())
      sleep();
  }
  running = nullptr;
}

void RealReactor::stop() { stopping_ = true; }

void RealReactor::run_posted() {
  for (int round = 0; round < rounds_max; ++round) {
    run_all(mailbox_.take_all());
    if (own_oldest_ == nullptr) break;
    own_newest_ = nullptr;
    run_all(std::exchange(own_oldest_, nullptr));
  }
}

void RealReactor::run_all(Posted* oldest) {
  while (oldest != nullptr) {
    Posted* next = oldest->next;  // the work may be gone once it ran
    oldest->run(*oldest);
    oldest = next;
  }
}

void RealReactor::fire_due_timers(MonotonicNanos now) {
  while (Timer* due = timers_.take_due(now)) due->fire(*due);
}

Nanos RealReactor::time_to_wait() {
  if (stopping_ || own_oldest_ != nullptr) return Nanos(0);
  Nanos wait = Nanos::max();
  if (!timers_.empty() && timers_.earliest() != no_deadline)
    wait = std::max(timers_.earliest() - clock_.monotonic(), Nanos(0));
  return wait;
}

// True: something came, or is due. Whoever shares the core goes first.
bool RealReactor::poll() {
  const MonotonicNanos begin = clock_.monotonic();
  const Nanos budget = polling_.budget(begin);
  const MonotonicNanos timer = timers_.earliest();
  for (MonotonicNanos now = begin; now - begin < budget;) {
    if (kernel_.turn(Nanos(0)) || !mailbox_.empty() || now >= timer) return true;
    sched_yield();
    const MonotonicNanos then = std::exchange(now, clock_.monotonic());
    polling_.yielded(now, now - then);
  }
  return false;
}

void RealReactor::sleep() {
  const Nanos wait = time_to_wait();
  if (wait <= Nanos(0) || !mailbox_.fall_asleep()) {
    kernel_.turn(Nanos(0));
    return;
  }
  const MonotonicNanos begin = clock_.monotonic();
  kernel_.turn(wait);
  polling_.slept(clock_.monotonic() - begin);
}

}  // namespace levada::io
