#pragma once
// ATTEMPT: what TRY is for Result, for any other tl::expected: the value, or the error returned
// from the surrounding function (whose own expected has the same error type). One may stand inside
// another. Not for coroutines.

#include <tl/expected.hpp>
#include <utility>

#define ATTEMPT_AS(name, expression)                         \
  __extension__({                                            \
    auto&& name = (expression);                              \
    if (!name.has_value()) [[unlikely]]                      \
      return ::tl::make_unexpected(std::move(name).error()); \
    std::move(name).value();                                 \
  })
#define ATTEMPT_JOINED(name, number) name##number
#define ATTEMPT_NUMBERED(number, expression) \
  ATTEMPT_AS(ATTEMPT_JOINED(attempt_, number), expression)
#define ATTEMPT(expression) ATTEMPT_NUMBERED(__COUNTER__, expression)
