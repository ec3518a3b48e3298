#pragma once
// Two kinds of time that must never mix: UnixMillis is what the wall clock says (it may step),
// MonotonicNanos is what passes (it never goes back and means nothing to another machine).

#include <chrono>
#include <cstdint>

namespace levada {

using Millis = std::chrono::milliseconds;
using Micros = std::chrono::microseconds;
using Nanos = std::chrono::nanoseconds;

struct WallClockTag {};
struct MonotonicTag {};

template <class Tag, class Unit>
class Instant {
 public:
  using duration = Unit;
  constexpr Instant() = default;
  explicit constexpr Instant(std::int64_t count) : since_(count) {}
  explicit constexpr Instant(Unit since) : since_(since) {}
  constexpr std::int64_t count() const { return since_.count(); }
  constexpr Unit since_origin() const { return since_; }
  static constexpr Instant max() { return Instant(Unit::max()); }

  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
  friend constexpr Instant operator+(Instant a, Unit d) { return Instant(a.since_ + d); }
  friend constexpr Instant operator-(Instant a, Unit d) { return Instant(a.since_ - d); }
  friend constexpr Unit operator-(Instant a, Instant b) { return a.since_ - b.since_; }

 private:
  Unit since_{};
};

using UnixMillis = Instant<WallClockTag, Millis>;     // milliseconds since 1970-01-01T00:00:00Z
using MonotonicNanos = Instant<MonotonicTag, Nanos>;  // nanoseconds since some fixed moment

// The moment at which a wait gives up. `no_deadline` is for waits that a stop ends.
using Deadline = MonotonicNanos;
inline constexpr Deadline no_deadline = MonotonicNanos::max();

}  // namespace levada
