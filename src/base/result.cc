#include "base/result.h"

#include <array>

namespace levada {

std::string_view name(ErrorKind kind) {
  static constexpr std::array<std::string_view, 19> names = {
      "invalid",   "not found",   "exists",  "conflict", "limit",      "throttled", "denied",
      "expired",   "unavailable", "unknown", "fenced",   "trimmed",    "corrupt",   "disk full",
      "too large", "timeout",     "closed",  "io",       "unsupported"};
  static_assert(static_cast<std::size_t>(ErrorKind::unsupported) + 1 == names.size());
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace levada
