#pragma once
// The machine's clocks, read without a system call.

#include "io/clock.h"

namespace levada::io {

class RealClock final : public Clock {
 public:
  UnixMillis now() const override;
  MonotonicNanos monotonic() const override;
};

}  // namespace levada::io
