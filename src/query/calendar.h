#pragma once
// Calendar: dates, times of day and time zones, between numbers and text, as PostgreSQL reads and
// writes them. Proleptic Gregorian, years 1 to 294276 and BC for dates.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace levada::query {

struct CivilDate {
  std::int64_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
};

std::int64_t days_from_civil(const CivilDate& date);  // since 1970-01-01
CivilDate civil_from_days(std::int64_t days);
unsigned days_in_month(std::int64_t year, unsigned month);

// Floor division for times before 1970.
std::int64_t day_of(std::int64_t microseconds);
std::int64_t time_of_day(std::int64_t microseconds);

// Adds months as PostgreSQL does: the day is clipped to the month's length.
std::int64_t add_months(std::int64_t days, std::int64_t months);

// Seconds east of UTC that a zone ("UTC", "+08:00", "Asia/Shanghai") has at an instant; nullopt: no
// such zone.
std::optional<std::int32_t> zone_offset(std::string_view zone, std::int64_t utc_microseconds);
// The instant at which clocks of the zone show this local time.
std::optional<std::int64_t> to_utc(std::string_view zone, std::int64_t local_microseconds);

void append_date(std::int64_t days, std::string& out);
void append_time(std::int64_t microseconds, std::string& out);
void append_timestamp(std::int64_t microseconds, std::string& out);
void append_timestamptz(std::int64_t microseconds, std::string_view zone, std::string& out);

std::optional<std::int64_t> parse_date(std::string_view text);
std::optional<std::int64_t> parse_time(std::string_view text);
std::optional<std::int64_t> parse_timestamp(std::string_view text);  // a zone in it is ignored
std::optional<std::int64_t> parse_timestamptz(std::string_view text, std::string_view zone);

}  // namespace levada::query
