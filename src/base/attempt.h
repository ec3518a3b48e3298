#pragma once
// ATTEMPT: what TRY is for Result, for any other tl::expected: the value, or the error returned
// from the surrounding function (whose own expected has the same error type). Not for coroutines.

#include <tl/expected.hpp>
#include <utility>

#define ATTEMPT(expression)                                      \
  __extension__({                                                \
    auto&& attempt_ = (expression);                              \
    if (!attempt_.has_value()) [[unlikely]]                      \
      return ::tl::make_unexpected(std::move(attempt_).error()); \
    std::move(attempt_).value();                                 \
  })
