#include "io/sim/sim_reactor.h"

#include "base/check.h"

namespace levada::io {

void SimReactor::post(Posted& work) noexcept {
  work.next = nullptr;
  (newest_ ? newest_->next : oldest_) = &work;
  newest_ = &work;
}

void SimReactor::run_posted() {
  CHECK(has_posted());
  Posted& work = *oldest_;
  oldest_ = work.next;
  if (oldest_ == nullptr) newest_ = nullptr;
  work.run(work);
}

void SimReactor::fire_due_timer() {
  Timer* timer = timers_.take_due(clock_.monotonic());
  CHECK(timer != nullptr);
  timer->fire(*timer);
}

}  // namespace levada::io
