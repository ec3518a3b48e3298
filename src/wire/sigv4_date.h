#pragma once
// The two spellings of time that SigV4 knows: ISO 8601 "basic" (20150830T123600Z) in X-Amz-Date,
// and the HTTP date (Sun, 30 Aug 2015 12:36:00 GMT) in Date. Whole seconds, UTC.

#include <array>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace levada::wire {

using BasicDate = std::array<char, 16>;  // yyyymmddThhmmssZ

BasicDate format_basic_date(UnixMillis time);  // years 0 to 9999
std::optional<UnixMillis> parse_basic_date(std::string_view text);
std::optional<UnixMillis> parse_http_date(std::string_view text);  // IMF-fixdate only (RFC 9110)

inline std::string_view view(const BasicDate& date) { return {date.data(), date.size()}; }

}  // namespace levada::wire
