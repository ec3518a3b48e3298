#include "timestream/schedule.h"

#include <charconv>
#include <vector>

#include "timestream/refusal.h"
#include "timestream/sql/calendar.h"
#include "timestream/sql/lexer.h"

namespace levada::timestream {
namespace {

constexpr int year_min = 1970, year_max = 2199;  // of cron expressions, by the guide

tl::unexpected<Error> bad(std::string_view why) {
  return refuse(Refusal::validation, "Invalid schedule expression: " + std::string(why));
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(by);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(text, ' '))
    if (!word.empty()) words.push_back(word);
  return words;
}

struct Bounds {
  std::string_view what;
  int least, most;
  std::string_view names = {};  // of three letters each; the first is `least`
};
constexpr Bounds minutes{"minutes", 0, 59}, hours{"hours", 0, 23}, days{"day-of-month", 1, 31},
    years{"year", year_min, year_max},
    months{"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
    weekdays{"day-of-week", 1, 7, "sunmontuewedthufrisat"};

Result<int> number_of(std::string_view text, const Bounds& bounds) {
  const std::string name = sql::lower(text);
  for (std::size_t i = 0; name.size() == 3 && i + 3 <= bounds.names.size(); i += 3)
    if (bounds.names.substr(i, 3) == name) return bounds.least + static_cast<int>(i / 3);
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < bounds.least ||
      number > bounds.most)
    return bad("'" + std::string(text) + "' is no value of " + std::string(bounds.what));
  return number;
}

// "*", "5", "1-5", "0/15", "*/15", "1,2,7-9"
Result<std::set<int>> numbers_of(std::string_view text, const Bounds& bounds) {
  std::set<int> all;
  for (std::string_view part : split(text, ',')) {
    int step = 1;
    bool stepped = false;
    if (const std::size_t slash = part.find('/'); slash != std::string_view::npos) {
      step = TRY(number_of(part.substr(slash + 1), {bounds.what, 1, bounds.most, {}}));
      part = part.substr(0, slash);
      stepped = true;
    }
    int from = bounds.least, to = bounds.most;
    if (part != "*") {
      const std::size_t dash = part.find('-');
      from = TRY(number_of(part.substr(0, dash), bounds));
      to = stepped ? bounds.most : from;
      if (dash != std::string_view::npos) to = TRY(number_of(part.substr(dash + 1), bounds));
    }
    if (to < from) return bad("'" + std::string(text) + "' ends before it begins");
    for (int n = from; n <= to; n += step) all.insert(n);
  }
  return all;
}

int weekday(std::int64_t days_since_1970) {  // Sunday is 1
  return static_cast<int>(((days_since_1970 + 4) % 7 + 7) % 7) + 1;
}

bool is_workday(std::int64_t days_since_1970) {
  const int day = weekday(days_since_1970);
  return day != 1 && day != 7;
}

// The workday nearest to a day, in the same month.
int nearest_workday(std::int64_t year, int month, int day) {
  const int last = sql::days_in_month(year, month);
  day = std::min(day, last);
  for (const int step : {0, -1, 1, -2, 2})
    if (day + step >= 1 && day + step <= last &&
        is_workday(sql::days_from_civil(year, month, day + step)))
      return day + step;
  return day;
}

}  // namespace

Result<Schedule::DayRule> Schedule::parse_day(std::string_view text, bool of_week) {
  const Bounds& bounds = of_week ? weekdays : days;
  using Kind = DayRule::Kind;
  if (text == "*" || text == "?") return DayRule{};
  if (!of_week && text == "L") return DayRule{Kind::last};
  if (!of_week && text == "LW") return DayRule{Kind::last_weekday};
  if (of_week && text == "L") return DayRule{Kind::listed, {7}};
  if (text.size() > 1 && text.ends_with(of_week ? 'L' : 'W')) {
    const int which = TRY(number_of(text.substr(0, text.size() - 1), bounds));
    return DayRule{of_week ? Kind::last : Kind::nearest, {}, which};
  }
  if (const std::size_t sharp = text.find('#'); of_week && sharp != std::string_view::npos) {
    const int day = TRY(number_of(text.substr(0, sharp), bounds));
    const int which = TRY(number_of(text.substr(sharp + 1), {"day-of-week", 1, 5, {}}));
    return DayRule{Kind::nth, {day}, which};
  }
  return DayRule{Kind::listed, TRY(numbers_of(text, bounds))};
}

Result<Schedule> Schedule::parse(std::string_view expression) {
  Schedule schedule;
  const std::size_t open = expression.find('(');
  if (open == std::string_view::npos || !expression.ends_with(')'))
    return bad("it must be rate(...) or cron(...)");
  const std::string_view kind = expression.substr(0, open);
  const std::vector<std::string_view> words =
      words_of(expression.substr(open + 1, expression.size() - open - 2));
  if (kind == "rate") {
    if (words.size() != 2) return bad("rate needs a number and a unit");
    const int number = TRY(number_of(words[0], {"rate", 1, 1'000'000, {}}));
    const std::string_view unit = words[1];
    const bool plural = unit.ends_with('s');
    const std::string_view one = plural ? unit.substr(0, unit.size() - 1) : unit;
    if (one == "minute")
      schedule.rate_ = std::chrono::minutes(number);
    else if (one == "hour")
      schedule.rate_ = std::chrono::hours(number);
    else if (one == "day")
      schedule.rate_ = std::chrono::hours(24) * number;
    else
      return bad("'" + std::string(unit) + "' is no unit of a rate");
    return schedule;
  }
  if (kind != "cron") return bad("it must be rate(...) or cron(...)");
  if (words.size() != 6) return bad("cron needs six fields");
  schedule.minutes_ = TRY(numbers_of(words[0], minutes));
  schedule.hours_ = TRY(numbers_of(words[1], hours));
  schedule.day_of_month_ = TRY(parse_day(words[2], false));
  schedule.months_ = TRY(numbers_of(words[3], months));
  schedule.day_of_week_ = TRY(parse_day(words[4], true));
  schedule.years_ = TRY(numbers_of(words[5], years));
  if (words[2] != "?" && words[4] != "?")
    return bad("day-of-month or day-of-week must be a question mark");
  return schedule;
}

bool Schedule::runs_on(std::int64_t year, int month, int day) const {
  using Kind = DayRule::Kind;
  const int last = sql::days_in_month(year, month);
  const std::int64_t days_since_1970 = sql::days_from_civil(year, month, day);
  const int of_week = weekday(days_since_1970);
  switch (day_of_month_.kind) {
    case Kind::listed:
      if (!day_of_month_.numbers.contains(day)) return false;
      break;
    case Kind::last:
      if (day != last) return false;
      break;
    case Kind::last_weekday: {
      int workday = last;
      while (!is_workday(sql::days_from_civil(year, month, workday))) --workday;
      if (day != workday) return false;
      break;
    }
    case Kind::nearest:
      if (day_of_month_.which > last || day != nearest_workday(year, month, day_of_month_.which))
        return false;
      break;
    default:
      break;
  }
  switch (day_of_week_.kind) {
    case Kind::listed:
      return day_of_week_.numbers.contains(of_week);
    case Kind::last:
      return of_week == day_of_week_.which && day + 7 > last;
    case Kind::nth:
      return day_of_week_.numbers.contains(of_week) && (day - 1) / 7 + 1 == day_of_week_.which;
    default:
      return true;
  }
}

std::optional<UnixMillis> Schedule::next(UnixMillis after, UnixMillis since) const {
  if (rate_ > Millis(0)) {
    if (after < since) return since + rate_;
    return since + ((after - since) / rate_ + 1) * rate_;
  }
  constexpr std::int64_t minute_millis = 60'000, day_millis = 86'400'000;
  const std::int64_t from = (after.count() / minute_millis + 1) * minute_millis;
  for (std::int64_t day = from / day_millis;; ++day) {
    const sql::Moment date = sql::moment_of(day * sql::day);
    if (date.year > *years_.rbegin()) return std::nullopt;
    if (!years_.contains(static_cast<int>(date.year)) || !months_.contains(date.month) ||
        !runs_on(date.year, date.month, date.day))
      continue;
    for (const int hour : hours_)
      for (const int minute : minutes_) {
        const std::int64_t at = day * day_millis + (hour * 60 + minute) * minute_millis;
        if (at >= from) return UnixMillis(at);
      }
  }
}

}  // namespace levada::timestream
