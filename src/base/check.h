#pragma once
// CHECK: a broken promise of our own code. Stays on in release, prints the place, aborts.
// Not for bad input and not for a lying disk: those are Errors (see result.h).

#include <string_view>

namespace levada {

[[noreturn]] void check_failed(std::string_view expression, const char* file, int line,
                               std::string_view note = {}) noexcept;

}  // namespace levada

#define CHECK(condition, ...)   \
  (static_cast<bool>(condition) \
       ? static_cast<void>(0)   \
       : ::levada::check_failed(#condition, __FILE__, __LINE__ __VA_OPT__(, ) __VA_ARGS__))
