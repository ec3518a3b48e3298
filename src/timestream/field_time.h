#pragma once
// Moments as numbers of a field (state/fields.h): milliseconds since 1970.

#include <cstdint>

#include "base/time.h"

namespace levada::timestream {

inline std::uint64_t millis(UnixMillis at) { return static_cast<std::uint64_t>(at.count()); }
inline UnixMillis moment(std::uint64_t count) {
  return UnixMillis(static_cast<std::int64_t>(count));
}

}  // namespace levada::timestream
