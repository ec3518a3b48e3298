#pragma once
// Schedule: when a scheduled query runs: cron(minutes hours day-of-month month day-of-week year) or
// rate(N minutes|hours|days), in UTC (spec timestream 5.2).

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace levada::timestream {

class Schedule {
 public:
  // Errors: validation.
  static Result<Schedule> parse(std::string_view expression);

  // The first time after `after`; nothing when the years of a cron expression have passed. Rates
  // count from `since`.
  std::optional<UnixMillis> next(UnixMillis after, UnixMillis since) const;

 private:
  // A day of a month, or of a week, that no plain number says.
  struct DayRule {
    enum class Kind : std::uint8_t {
      any,           // * or ?
      listed,        // one of `numbers`
      last,          // L: the last day of the month, or the last of that weekday
      last_weekday,  // LW
      nearest,       // 15W: the weekday nearest to it
      nth,           // 3#2: the second such weekday
    } kind = Kind::any;
    std::set<int> numbers = {};
    int which = 0;
  };
  static Result<DayRule> parse_day(std::string_view text, bool of_week);
  bool runs_on(std::int64_t year, int month, int day) const;

  Millis rate_{0};  // or a cron expression:
  std::set<int> minutes_, hours_, months_, years_;
  DayRule day_of_month_, day_of_week_;
};

}  // namespace levada::timestream
