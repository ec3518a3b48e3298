// Functions of times and intervals.

#include <charconv>
#include <cmath>

#include "timestream/sql/calendar.h"
#include "timestream/sql/expression.h"
#include "timestream/sql/parser.h"
#include "timestream/sql/time_patterns.h"

namespace levada::timestream::sql {
namespace {

using Arguments = std::span<const Value>;

enum class DatePart {
  year,
  quarter,
  month,
  week,
  year_of_week,
  day,
  day_of_week,
  day_of_year,
  hour,
  minute,
  second,
  millisecond,
  nanosecond
};

std::int64_t part_of(DatePart part, std::int64_t nanos) {
  const Moment m = moment_of(nanos);
  switch (part) {
    case DatePart::year:
      return m.year;
    case DatePart::quarter:
      return (m.month - 1) / 3 + 1;
    case DatePart::month:
      return m.month;
    case DatePart::week:
      return iso_week_of(nanos).week;
    case DatePart::year_of_week:
      return iso_week_of(nanos).year;
    case DatePart::day:
      return m.day;
    case DatePart::day_of_week:
      return weekday_of(floor_to(nanos, day) / day);
    case DatePart::day_of_year:
      return floor_to(nanos, day) / day - days_from_civil(m.year, 1, 1) + 1;
    case DatePart::hour:
      return m.hour;
    case DatePart::minute:
      return m.minute;
    case DatePart::second:
      return m.second;
    case DatePart::millisecond:
      return m.nanos / millisecond;
    case DatePart::nanosecond:
      return m.nanos;
  }
  return 0;
}

template <DatePart part>
Value extract(Runtime&, Arguments a) {
  return Value(part_of(part, a[0].number()));
}

Value bin(Runtime& runtime, Arguments a) {
  if (a[1].number() <= 0) return runtime.fail("The interval of bin must be positive");
  return Value(floor_to(a[0].number(), a[1].number()));
}

Value bin_months(Runtime& runtime, Arguments a) {
  if (a[1].number() <= 0) return runtime.fail("The interval of bin must be positive");
  const Moment m = moment_of(a[0].number());
  const std::int64_t months = floor_to((m.year - 1970) * 12 + m.month - 1, a[1].number());
  return Value(add_months(0, months));
}

Value date_trunc(Runtime& runtime, Arguments a) {
  const std::string unit = lower(a[0].text());
  Moment m = moment_of(a[1].number());
  if (unit == "nanosecond") return a[1];
  if (unit == "microsecond") return Value(floor_to(a[1].number(), microsecond));
  if (unit == "millisecond") return Value(floor_to(a[1].number(), millisecond));
  if (unit == "second") return Value(floor_to(a[1].number(), second));
  if (unit == "minute") return Value(floor_to(a[1].number(), minute));
  if (unit == "hour") return Value(floor_to(a[1].number(), hour));
  const std::int64_t midnight = floor_to(a[1].number(), day);
  if (unit == "day") return Value(midnight);
  if (unit == "week") return Value(midnight - (weekday_of(midnight / day) - 1) * day);
  if (unit == "quarter") m.month = (m.month - 1) / 3 * 3 + 1;
  if (unit == "year") m.month = 1;
  if (unit != "month" && unit != "quarter" && unit != "year")
    return runtime.fail("'" + unit + "' is not a valid TIMESTAMP field");
  return Value(days_from_civil(m.year, m.month, 1) * day);
}

struct UnitSize {
  bool months;
  std::int64_t size;
};
std::optional<UnitSize> unit_of(const std::string& name) {
  if (name == "quarter") return UnitSize{true, 3};
  const auto duration = duration_of("1" + lower(name));
  if (!duration || name.size() < 3) return std::nullopt;
  return UnitSize{duration->months, duration->size};
}

Value date_add(Runtime& runtime, Arguments a) {
  const auto unit = unit_of(lower(a[0].text()));
  if (!unit) return runtime.fail("'" + a[0].text() + "' is not a valid TIMESTAMP field");
  std::int64_t by = 0, out = 0;
  if (__builtin_mul_overflow(a[1].number(), unit->size, &by))
    return runtime.fail("timestamp out of range");
  if (unit->months) {
    if (std::abs(by) > 12 * 600) return runtime.fail("timestamp out of range");
    return Value(add_months(a[2].number(), by));
  }
  if (__builtin_add_overflow(a[2].number(), by, &out))
    return runtime.fail("timestamp out of range");
  return Value(out);
}

Value date_diff(Runtime& runtime, Arguments a) {
  const auto unit = unit_of(lower(a[0].text()));
  if (!unit) return runtime.fail("'" + a[0].text() + "' is not a valid TIMESTAMP field");
  const std::int64_t from = a[1].number(), to = a[2].number();
  if (!unit->months) return Value((to - from) / unit->size);
  const Moment x = moment_of(from), y = moment_of(to);
  std::int64_t months = (y.year - x.year) * 12 + y.month - x.month;
  if (months > 0 && add_months(from, months) > to) --months;
  if (months < 0 && add_months(from, months) < to) ++months;
  return Value(months / unit->size);
}

Value from_unixtime(Runtime& runtime, Arguments a) {
  if (!(std::abs(a[0].real()) < 9.2e9)) return runtime.fail("timestamp out of range");
  return Value(static_cast<std::int64_t>(std::llround(a[0].real() * 1e9)));
}

Value scaled(Runtime& runtime, std::int64_t number, std::int64_t unit) {
  std::int64_t out = 0;
  if (__builtin_mul_overflow(number, unit, &out)) return runtime.fail("timestamp out of range");
  return Value(out);
}

std::string iso_text(std::int64_t nanos) {
  std::string text = timestamp_text(nanos);
  text[10] = 'T';
  return text + "Z";
}

template <PatternStyle style>
Value format(Runtime& runtime, Arguments a) {
  Result<std::string> text = format_time(style, a[1].text(), a[0].number());
  return text ? Value(std::move(*text)) : runtime.fail(text.error().message);
}

template <PatternStyle style>
Value parse(Runtime& runtime, Arguments a) {
  const Result<std::int64_t> nanos = parse_time_by(style, a[1].text(), a[0].text());
  return nanos ? Value(*nanos) : runtime.fail(nanos.error().message);
}

// Of a time of day and of an interval: how much of the next larger unit is left.
template <std::int64_t unit, std::int64_t next>
Value part_of_span(Runtime&, Arguments a) {
  return Value(a[0].number() % next / unit);
}

// "42.8ms": a number, perhaps with a fraction, and a unit.
Value parse_duration(Runtime& runtime, Arguments a) {
  const std::string& text = a[0].text();
  const auto bad = [&] {
    return runtime.fail("duration is not a valid data duration string: " + text);
  };
  const std::size_t unit_at = text.find_first_not_of("0123456789.");
  if (unit_at == std::string::npos || unit_at == 0) return bad();
  const std::size_t blanks = text.find_first_not_of(' ', unit_at);
  if (blanks == std::string::npos) return bad();
  const auto unit = duration_of("1" + text.substr(blanks));
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + unit_at, number);
  if (!unit || unit->months || error != std::errc() || end != text.data() + unit_at) return bad();
  const double nanos = number * static_cast<double>(unit->size);
  if (!(nanos < 9.2e18)) return bad();
  return Value(static_cast<std::int64_t>(std::llround(nanos)));
}

constexpr Function time_rows[] = {
    {"now() timestamp", [](Runtime& r, Arguments) { return Value(r.now); }},
    {"current_timestamp() timestamp", [](Runtime& r, Arguments) { return Value(r.now); }},
    {"localtimestamp() timestamp", [](Runtime& r, Arguments) { return Value(r.now); }},
    {"current_date() date",
     [](Runtime& r, Arguments) { return Value(floor_to(r.now, day) / day); }},
    {"current_time() time",
     [](Runtime& r, Arguments) { return Value(r.now - floor_to(r.now, day)); }},
    {"localtime() time", [](Runtime& r, Arguments) { return Value(r.now - floor_to(r.now, day)); }},
    {"current_timezone() varchar", [](Runtime&, Arguments) { return Value(std::string("UTC")); }},
    {"ago(interval) timestamp",
     [](Runtime& r, Arguments a) { return Value(r.now - a[0].number()); }},
    {"ago(months) timestamp",
     [](Runtime& r, Arguments a) { return Value(add_months(r.now, -a[0].number())); }},
    {"bin(timestamp, interval) timestamp", bin},
    {"bin(timestamp, months) timestamp", bin_months},
    {"date(timestamp) date",
     [](Runtime&, Arguments a) { return Value(floor_to(a[0].number(), day) / day); }},
    {"date_trunc(varchar, timestamp) timestamp", date_trunc},
    {"date_add(varchar, bigint, timestamp) timestamp", date_add},
    {"date_diff(varchar, timestamp, timestamp) bigint", date_diff},
    {"date_trunc(varchar, date) date",
     [](Runtime& r, Arguments a) {
       const Value midnight[] = {a[0], Value(a[1].number() * day)};
       const Value out = date_trunc(r, midnight);
       return out.null() ? out : Value(out.number() / day);
     }},
    {"date_add(varchar, bigint, date) date",
     [](Runtime& r, Arguments a) {
       const Value midnight[] = {a[0], a[1], Value(a[2].number() * day)};
       const Value out = date_add(r, midnight);
       return out.null() ? out : Value(floor_to(out.number(), day) / day);
     }},
    {"date_format(timestamp, varchar) varchar", format<PatternStyle::mysql>},
    {"date_parse(varchar, varchar) timestamp", parse<PatternStyle::mysql>},
    {"format_datetime(timestamp, varchar) varchar", format<PatternStyle::joda>},
    {"parse_datetime(varchar, varchar) timestamp", parse<PatternStyle::joda>},
    {"last_day_of_month(timestamp) date",
     [](Runtime&, Arguments a) {
       const Moment m = moment_of(a[0].number());
       return Value(days_from_civil(m.year, m.month, days_in_month(m.year, m.month)));
     }},
    {"from_iso8601_timestamp(varchar) timestamp",
     [](Runtime& r, Arguments a) {
       const auto nanos = parse_timestamp(a[0].text());
       return nanos ? Value(*nanos) : r.fail("Invalid format: \"" + a[0].text() + "\"");
     }},
    {"from_iso8601_date(varchar) date",
     [](Runtime& r, Arguments a) {
       const auto nanos = parse_timestamp(a[0].text());
       return nanos ? Value(floor_to(*nanos, day) / day)
                    : r.fail("Invalid format: \"" + a[0].text() + "\"");
     }},
    {"to_iso8601(timestamp) varchar",
     [](Runtime&, Arguments a) { return Value(iso_text(a[0].number())); }},
    {"to_iso8601(date) varchar",
     [](Runtime&, Arguments a) { return Value(date_text(a[0].number())); }},
    {"from_milliseconds(bigint) timestamp",
     [](Runtime& r, Arguments a) { return scaled(r, a[0].number(), millisecond); }},
    {"from_nanoseconds(bigint) timestamp", [](Runtime&, Arguments a) { return a[0]; }},
    {"from_unixtime(double) timestamp", from_unixtime},
    {"to_milliseconds(timestamp) bigint",
     [](Runtime&, Arguments a) {
       return Value(floor_to(a[0].number(), millisecond) / millisecond);
     }},
    {"to_milliseconds(interval) bigint",
     [](Runtime&, Arguments a) { return Value(a[0].number() / millisecond); }},
    {"to_nanoseconds(timestamp) bigint", [](Runtime&, Arguments a) { return a[0]; }},
    {"to_nanoseconds(interval) bigint", [](Runtime&, Arguments a) { return a[0]; }},
    {"to_unixtime(timestamp) double",
     [](Runtime&, Arguments a) { return Value(static_cast<double>(a[0].number()) / 1e9); }},
    {"parse_duration(varchar) interval", parse_duration},
    {"year(timestamp) bigint", extract<DatePart::year>},
    {"quarter(timestamp) bigint", extract<DatePart::quarter>},
    {"month(timestamp) bigint", extract<DatePart::month>},
    {"week(timestamp) bigint", extract<DatePart::week>},
    {"week_of_year(timestamp) bigint", extract<DatePart::week>},
    {"year_of_week(timestamp) bigint", extract<DatePart::year_of_week>},
    {"yow(timestamp) bigint", extract<DatePart::year_of_week>},
    {"day(timestamp) bigint", extract<DatePart::day>},
    {"day_of_month(timestamp) bigint", extract<DatePart::day>},
    {"day_of_week(timestamp) bigint", extract<DatePart::day_of_week>},
    {"dow(timestamp) bigint", extract<DatePart::day_of_week>},
    {"day_of_year(timestamp) bigint", extract<DatePart::day_of_year>},
    {"doy(timestamp) bigint", extract<DatePart::day_of_year>},
    {"hour(timestamp) bigint", extract<DatePart::hour>},
    {"minute(timestamp) bigint", extract<DatePart::minute>},
    {"second(timestamp) bigint", extract<DatePart::second>},
    {"millisecond(timestamp) bigint", extract<DatePart::millisecond>},
    {"nanosecond(timestamp) bigint", extract<DatePart::nanosecond>},
    {"hour(time) bigint", part_of_span<hour, day>},
    {"minute(time) bigint", part_of_span<minute, hour>},
    {"second(time) bigint", part_of_span<second, minute>},
    {"millisecond(time) bigint", part_of_span<millisecond, second>},
    {"nanosecond(time) bigint", part_of_span<1, second>},
    {"day(interval) bigint", part_of_span<day, INT64_MAX>},
    {"hour(interval) bigint", part_of_span<hour, day>},
    {"minute(interval) bigint", part_of_span<minute, hour>},
    {"second(interval) bigint", part_of_span<second, minute>},
    {"millisecond(interval) bigint", part_of_span<millisecond, second>},
    {"nanosecond(interval) bigint", part_of_span<1, second>},
    {"year(months) bigint", part_of_span<12, INT64_MAX>},
    {"month(months) bigint", part_of_span<1, 12>},
};

}  // namespace

std::span<const Function> time_functions() { return time_rows; }

}  // namespace levada::timestream::sql
