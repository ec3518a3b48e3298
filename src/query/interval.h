#pragma once
// Interval arithmetic and order: months and days have no fixed length; to compare, a month counts
// as 30 days and a day as 24 hours, as PostgreSQL does.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "query/value.h"

namespace levada::query {

inline constexpr std::int64_t microseconds_per_second = 1'000'000;
inline constexpr std::int64_t microseconds_per_minute = 60 * microseconds_per_second;
inline constexpr std::int64_t microseconds_per_hour = 60 * microseconds_per_minute;
inline constexpr std::int64_t microseconds_per_day = 24 * microseconds_per_hour;

std::strong_ordering compare(const Interval& a, const Interval& b);
std::uint64_t hash(const Interval& interval);
Int128 estimated_microseconds(const Interval& interval);

std::optional<Interval> add(const Interval& a, const Interval& b);
std::optional<Interval> negate(const Interval& a);
std::optional<Interval> multiply(const Interval& a, double factor);

void append_text(const Interval& interval, std::string& out);
// "1 day 02:03:04", "1 year -2 mons", "PT1H", "@ 3 hours ago"; a bare number counts `default_unit`s
// (INTERVAL '3' MINUTE). nullopt: not an interval.
std::optional<Interval> parse_interval(std::string_view text,
                                       std::string_view default_unit = "second");

}  // namespace levada::query
