#pragma once
// Days, months and clocks of the proleptic Gregorian calendar in UTC, on 64-bit nanoseconds.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace levada::timestream::sql {

inline constexpr std::int64_t microsecond = 1'000, millisecond = 1'000'000, second = 1'000'000'000,
                              minute = 60 * second, hour = 60 * minute, day = 24 * hour;

struct Moment {  // a timestamp taken apart
  std::int64_t year = 1970;
  int month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::int64_t nanos = 0;
};

std::int64_t days_from_civil(std::int64_t year, int month, int day);
Moment moment_of(std::int64_t nanos);
std::int64_t nanos_of(const Moment& moment);
int days_in_month(std::int64_t year, int month);
std::int64_t add_months(std::int64_t nanos, std::int64_t months);
std::int64_t floor_to(std::int64_t value, std::int64_t step);  // towards the past

// "2020-08-08", "2020-08-08 01:00:00.5", with T, Z or an offset; missing fields are zero.
std::optional<std::int64_t> parse_timestamp(std::string_view text);
std::optional<std::int64_t> parse_time(std::string_view text);
std::string timestamp_text(std::int64_t nanos);
std::string date_text(std::int64_t days);
std::string time_text(std::int64_t nanos);
std::string interval_day_text(std::int64_t nanos);
std::string interval_month_text(std::int64_t months);
std::string real_text(double number);  // Java's Double.toString
// The same, into room for so many characters; where the text ends.
inline constexpr std::size_t moment_text_max = 32, real_text_max = 32;
char* write_timestamp(std::int64_t nanos, char* to);
char* write_real(double number, char* to);

// Writes timestamps as write_timestamp does, faster where neighbours are of one day.
class TimestampWriter {
 public:
  char* write(std::int64_t nanos, char* to);

 private:
  std::int64_t midnight_ = 0;
  std::array<char, 11> date_ = {'1', '9', '7', '0', '-', '0', '1', '-', '0', '1', ' '};
};

}  // namespace levada::timestream::sql
