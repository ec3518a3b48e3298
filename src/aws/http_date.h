#pragma once
// The Date header (RFC 9110 §5.6.7, IMF-fixdate), written once a second.

#include <array>
#include <string_view>

#include "base/time.h"

namespace levada::aws {

class HttpDate {
 public:
  std::string_view at(UnixMillis time);  // valid until the next call

 private:
  std::int64_t second_ = -1;
  std::array<char, 29> text_{};
};

}  // namespace levada::aws
