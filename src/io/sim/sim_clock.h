#pragma once
// SimClock: virtual time. It moves only when the world moves it; the wall clock may be stepped.

#include <algorithm>

#include "base/check.h"
#include "io/clock.h"

namespace levada::io {

class SimClock final : public Clock {
 public:
  UnixMillis now() const override {
    return UnixMillis(std::chrono::floor<Millis>(monotonic_.since_origin()) + wall_offset_);
  }
  MonotonicNanos monotonic() const override { return monotonic_; }

  void step_wall_clock(Millis by) { wall_offset_ += by; }
  void advance_to(MonotonicNanos moment) {
    CHECK(moment >= monotonic_ && moment != no_deadline);
    monotonic_ = moment;
  }

 private:
  MonotonicNanos monotonic_{std::chrono::seconds(1)};
  Millis wall_offset_{1'767'225'600'000};  // 2026-01-01T00:00:00Z
};

}  // namespace levada::io
