#pragma once
// to_char and to_timestamp of times: PostgreSQL's template patterns (YYYY-MM-DD HH24:MI:SS.MS …).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "query/value.h"

namespace levada::query {

std::string format_time(std::int64_t local, std::int32_t offset_seconds, std::string_view zone,
                        std::string_view pattern);
// An interval's fields, years and months of twelve, hours beyond 24; a time of day's are such too.
std::string format_interval(const Interval& interval, std::string_view pattern);
// Local microseconds; nullopt: the text does not fit the pattern.
struct ParsedTime {
  std::int64_t local = 0;
  std::optional<std::int32_t> offset_seconds;  // where the text tells its zone
};
std::optional<ParsedTime> parse_time_by(std::string_view pattern, std::string_view text);

}  // namespace levada::query
