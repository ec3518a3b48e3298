#pragma once
// The door to time. Deciding reads it, applying never does. Simulation replaces it.

#include "base/time.h"

namespace levada::io {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual UnixMillis now() const = 0;            // wall clock; may step either way
  virtual MonotonicNanos monotonic() const = 0;  // never goes back; for deadlines and rates
};

}  // namespace levada::io
