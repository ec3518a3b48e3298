#include "io/real/real_clock.h"

#include <ctime>

namespace levada::io {
namespace {

Nanos read_clock(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + Nanos(time.tv_nsec);
}

}  // namespace

UnixMillis RealClock::now() const {
  return UnixMillis(std::chrono::floor<Millis>(read_clock(CLOCK_REALTIME)));
}

MonotonicNanos RealClock::monotonic() const { return MonotonicNanos(read_clock(CLOCK_MONOTONIC)); }

}  // namespace levada::io
