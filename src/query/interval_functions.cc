// Functions of intervals beside arithmetic, and of moments that may be none.

#include <cmath>
#include <cstdlib>

#include "query/function_table.h"
#include "query/interval.h"
#include "query/time_format.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

Datum make_interval(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto part = [&](std::size_t i) { return Int128{i < a.size() ? a[i].integer : 0}; };
  const double seconds = a.size() > 6 ? a[6].real : 0;
  const Int128 months = part(0) * 12 + part(1), days = part(2) * 7 + part(3);
  const double micros = static_cast<double>(part(4)) * microseconds_per_hour +
                        static_cast<double>(part(5)) * microseconds_per_minute + seconds * 1e6;
  if (months != static_cast<std::int32_t>(months) || days != static_cast<std::int32_t>(days) ||
      !(std::abs(micros) < 9.2e18))
    return evaluation.fail(sqlstate::datetime_field_overflow, "interval out of range");
  const auto clock = static_cast<std::int64_t>(part(4)) * microseconds_per_hour +
                     static_cast<std::int64_t>(part(5)) * microseconds_per_minute +
                     std::llround(seconds * 1e6);
  return evaluation.interval(
      {static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), clock});
}

// What is more than a unit's measure goes to the next one, and both get one sign.
template <class Low, class High>
void carry(Low& low, High& high, std::int64_t measure) {
  high += static_cast<High>(low / measure);
  low %= static_cast<Low>(measure);
  if (high > 0 && low < 0) {
    low += static_cast<Low>(measure);
    --high;
  } else if (high < 0 && low > 0) {
    low -= static_cast<Low>(measure);
    ++high;
  }
}

constexpr std::int64_t days_of_month = 30;

Datum justify_hours(Evaluation& evaluation, const CallSite&, Arguments a) {
  Interval value = *a[0].interval;
  carry(value.microseconds, value.days, microseconds_per_day);
  return evaluation.interval(value);
}
Datum justify_days(Evaluation& evaluation, const CallSite&, Arguments a) {
  Interval value = *a[0].interval;
  carry(value.days, value.months, days_of_month);
  return evaluation.interval(value);
}
Datum justify_interval(Evaluation& evaluation, const CallSite&, Arguments a) {
  Interval value = *a[0].interval;
  value.days += static_cast<std::int32_t>(value.microseconds / microseconds_per_day);
  value.microseconds %= microseconds_per_day;
  value.months += static_cast<std::int32_t>(value.days / days_of_month);
  value.days %= static_cast<std::int32_t>(days_of_month);
  const auto opposite = [](auto high, auto low) {
    return (high > 0 && low < 0) || (high < 0 && low > 0);
  };
  const int sign = value.months > 0 ? 1 : -1;
  if (value.months != 0 && (opposite(value.months, value.days) ||
                            (value.days == 0 && opposite(value.months, value.microseconds)))) {
    value.days += static_cast<std::int32_t>(sign * days_of_month);
    value.months -= sign;
  }
  carry(value.microseconds, value.days, microseconds_per_day);
  return evaluation.interval(value);
}

Datum char_of_interval(Evaluation& evaluation, const CallSite&, Arguments a) {
  return evaluation.text(format_interval(*a[0].interval, a[1].text()));
}
Datum char_of_time(Evaluation& evaluation, const CallSite&, Arguments a) {
  return evaluation.text(format_interval({0, 0, a[0].integer}, a[1].text()));
}

// No value here is infinite.
Datum is_finite(Evaluation&, const CallSite&, Arguments) { return Datum::of(true); }

// An interval in the place of a time zone's name.
template <int direction>
Datum shifted(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Interval& zone = *a[0].interval;
  if (zone.months != 0 || zone.days != 0)
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "interval time zone must not include months or days");
  return Datum::of(a[1].integer + direction * zone.microseconds);
}

constinit const Function interval_rows[] = {
    {"make_interval", {int4, int4, int4, int4, int4, int4, float8}, interval, make_interval},
    {"justify_hours", {interval}, interval, justify_hours},
    {"justify_days", {interval}, interval, justify_days},
    {"justify_interval", {interval}, interval, justify_interval},
    {"to_char", {interval, varchar}, varchar, char_of_interval},
    {"to_char", {time, varchar}, varchar, char_of_time},
    {"isfinite", {date}, boolean, is_finite},
    {"isfinite", {timestamp}, boolean, is_finite},
    {"isfinite", {timestamptz}, boolean, is_finite},
    {"isfinite", {interval}, boolean, is_finite},
    {"timezone", {interval, timestamptz}, timestamp, shifted<1>},
    {"timezone", {interval, timestamp}, timestamptz, shifted<-1>},
};

}  // namespace

std::span<const Function> interval_functions() { return interval_rows; }

}  // namespace levada::query
