#pragma once
// Texts of timestamps by a pattern: MySQL's ("%Y-%m-%d") and Joda's ("yyyy-MM-dd").

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace levada::timestream::sql {

enum class PatternStyle : std::uint8_t { mysql, joda };

// Errors: invalid, with the text that the query fails with.
Result<std::string> format_time(PatternStyle style, std::string_view pattern, std::int64_t nanos);
Result<std::int64_t> parse_time_by(PatternStyle style, std::string_view pattern,
                                   std::string_view text);

int weekday_of(std::int64_t days);  // Monday is 1
struct IsoWeek {
  int week;
  std::int64_t year;
};
IsoWeek iso_week_of(std::int64_t nanos);

}  // namespace levada::timestream::sql
