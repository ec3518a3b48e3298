// Functions on dates and times.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/ascii.h"
#include "query/calendar.h"
#include "query/function_table.h"
#include "query/interval.h"
#include "query/time_format.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Volatility::stable;
using Arguments = std::span<const Datum>;

std::int64_t iso_week_year(std::int64_t days) {
  const std::int64_t weekday = (days % 7 + 10) % 7;  // Monday is 0: 1970-01-01 was a Thursday
  return civil_from_days(days - weekday + 3).year;
}

std::int64_t iso_week(std::int64_t days) {
  const std::int64_t weekday = (days % 7 + 10) % 7;
  const std::int64_t thursday = days - weekday + 3;
  return (thursday - days_from_civil({civil_from_days(thursday).year, 1, 1})) / 7 + 1;
}

Datum unknown_field(Evaluation& evaluation, std::string_view field, std::string_view type) {
  return evaluation.fail(
      sqlstate::invalid_parameter_value,
      "unit \"" + std::string(field) + "\" not recognized for type " + std::string(type));
}

Datum whole(Evaluation& evaluation, std::int64_t value) {
  return evaluation.decimal(Decimal::of(value));
}
// A count of microseconds as seconds, milliseconds, …: with a scale.
Datum scaled(Evaluation& evaluation, Int128 value, std::uint8_t scale) {
  return evaluation.decimal({value, scale, Decimal::Special::none});
}

std::optional<Datum> clock_field(Evaluation& evaluation, std::string_view field,
                                 std::int64_t time) {
  if (field == "hour") return whole(evaluation, time / microseconds_per_hour);
  if (field == "minute") return whole(evaluation, time / microseconds_per_minute % 60);
  const std::int64_t in_minute = time % microseconds_per_minute;
  if (field == "second") return scaled(evaluation, in_minute, 6);
  if (field == "millisecond" || field == "milliseconds") return scaled(evaluation, in_minute, 3);
  if (field == "microsecond" || field == "microseconds") return whole(evaluation, in_minute);
  return std::nullopt;
}

std::optional<Datum> date_field(Evaluation& evaluation, std::string_view field, std::int64_t days) {
  const CivilDate date = civil_from_days(days);
  const std::int64_t year = date.year;
  if (field == "year") return whole(evaluation, year > 0 ? year : year - 1);
  if (field == "month") return whole(evaluation, date.month);
  if (field == "day") return whole(evaluation, date.day);
  if (field == "quarter") return whole(evaluation, (date.month - 1) / 3 + 1);
  if (field == "dow") return whole(evaluation, (days % 7 + 11) % 7);
  if (field == "isodow") return whole(evaluation, (days % 7 + 10) % 7 + 1);
  if (field == "doy") return whole(evaluation, days - days_from_civil({year, 1, 1}) + 1);
  if (field == "week") return whole(evaluation, iso_week(days));
  if (field == "isoyear") return whole(evaluation, iso_week_year(days));
  if (field == "decade") return whole(evaluation, year >= 0 ? year / 10 : (year - 9) / 10);
  if (field == "century")
    return whole(evaluation, year > 0 ? (year + 99) / 100 : (year - 100) / 100);
  if (field == "millennium")
    return whole(evaluation, year > 0 ? (year + 999) / 1000 : (year - 1000) / 1000);
  if (field == "julian") return whole(evaluation, days + 2440588);
  return std::nullopt;
}

Datum extract_local(Evaluation& evaluation, std::string_view name, std::int64_t local,
                    std::string_view type) {
  const std::string field = lowered(name);
  if (auto found = date_field(evaluation, field, day_of(local))) return *found;
  if (auto found = clock_field(evaluation, field, time_of_day(local))) return *found;
  if (field == "epoch") return scaled(evaluation, local, 6);
  return unknown_field(evaluation, name, type);
}

Datum extract_timestamp(Evaluation& evaluation, const CallSite&, Arguments a) {
  return extract_local(evaluation, a[0].text(), a[1].integer, "timestamp without time zone");
}
Datum extract_timestamptz(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::int64_t at = a[1].integer;
  const std::int32_t offset = zone_offset(evaluation.facts().time_zone, at).value_or(0);
  const std::string field = lowered(a[0].text());
  if (field == "epoch") return scaled(evaluation, at, 6);
  if (field == "timezone") return whole(evaluation, offset);
  if (field == "timezone_hour") return whole(evaluation, offset / 3600);
  if (field == "timezone_minute") return whole(evaluation, offset / 60 % 60);
  return extract_local(evaluation, a[0].text(), at + offset * microseconds_per_second,
                       "timestamp with time zone");
}
Datum extract_date(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string field = lowered(a[0].text());
  if (auto found = date_field(evaluation, field, a[1].integer)) return *found;
  if (field == "epoch") return whole(evaluation, a[1].integer * 86400);
  if (clock_field(evaluation, field, 0) || field.starts_with("timezone"))
    return evaluation.fail(sqlstate::feature_not_supported,
                           "unit \"" + field + "\" not supported for type date");
  return unknown_field(evaluation, a[0].text(), "date");
}
Datum extract_time(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string field = lowered(a[0].text());
  if (auto found = clock_field(evaluation, field, a[1].integer)) return *found;
  if (field == "epoch") return scaled(evaluation, a[1].integer, 6);
  return unknown_field(evaluation, a[0].text(), "time without time zone");
}
Datum extract_interval(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string field = lowered(a[0].text());
  const Interval& value = *a[1].interval;
  if (field == "hour") return whole(evaluation, value.microseconds / microseconds_per_hour);
  if (auto found = clock_field(evaluation, field, value.microseconds)) return *found;
  if (field == "year") return whole(evaluation, value.months / 12);
  if (field == "month") return whole(evaluation, value.months % 12);
  if (field == "quarter") return whole(evaluation, value.months % 12 / 3 + 1);
  if (field == "day") return whole(evaluation, value.days);
  if (field == "decade") return whole(evaluation, value.months / 120);
  if (field == "century") return whole(evaluation, value.months / 1200);
  if (field == "millennium") return whole(evaluation, value.months / 12000);
  if (field == "epoch") {  // a year has 365.25 days here, a month of the rest 30
    const Int128 days = Int128{value.months % 12} * 30 + value.days;
    const Int128 years = Int128{value.months / 12} * 31557600 * microseconds_per_second;
    return scaled(evaluation, years + days * microseconds_per_day + value.microseconds, 6);
  }
  return unknown_field(evaluation, a[0].text(), "interval");
}

template <Implementation extract>
Datum date_part(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Datum part = extract(evaluation, site, a);
  return part.is_null() ? part : Datum::of(Decimal::of(part).to_double());
}

// ---- date_trunc ----

std::optional<std::int64_t> truncated(std::string_view field, std::int64_t local) {
  const auto floor_to = [](std::int64_t value, std::int64_t unit) {
    const std::int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
  };
  if (field == "microseconds" || field == "microsecond") return local;
  if (field == "milliseconds" || field == "millisecond") return floor_to(local, 1000);
  if (field == "second") return floor_to(local, microseconds_per_second);
  if (field == "minute") return floor_to(local, microseconds_per_minute);
  if (field == "hour") return floor_to(local, microseconds_per_hour);
  if (field == "day") return floor_to(local, microseconds_per_day);
  const std::int64_t days = day_of(local);
  if (field == "week") return (days - (days % 7 + 10) % 7) * microseconds_per_day;
  const CivilDate date = civil_from_days(days);
  const auto start = [](std::int64_t year, unsigned month) {
    return days_from_civil({year, month, 1}) * microseconds_per_day;
  };
  const std::int64_t year = date.year;
  if (field == "month") return start(year, date.month);
  if (field == "quarter") return start(year, (date.month - 1) / 3 * 3 + 1);
  if (field == "year") return start(year, 1);
  if (field == "decade") return start(floor_to(year, 10), 1);
  if (field == "century") return start(floor_to(year - 1, 100) + 1, 1);
  if (field == "millennium") return start(floor_to(year - 1, 1000) + 1, 1);
  return std::nullopt;
}

Datum trunc_timestamp(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto result = truncated(lowered(a[0].text()), a[1].integer);
  if (!result) return unknown_field(evaluation, a[0].text(), "timestamp without time zone");
  return Datum::of(*result);
}
Datum trunc_in_zone(Evaluation& evaluation, std::string_view field, std::int64_t at,
                    std::string_view zone) {
  const auto offset = zone_offset(zone, at);
  if (!offset)
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "time zone \"" + std::string(zone) + "\" not recognized");
  const auto result = truncated(lowered(field), at + *offset * microseconds_per_second);
  if (!result) return unknown_field(evaluation, field, "timestamp with time zone");
  return Datum::of(to_utc(zone, *result).value_or(*result));
}
Datum trunc_timestamptz(Evaluation& evaluation, const CallSite&, Arguments a) {
  return trunc_in_zone(evaluation, a[0].text(), a[1].integer, evaluation.facts().time_zone);
}
Datum trunc_timestamptz_zone(Evaluation& evaluation, const CallSite&, Arguments a) {
  return trunc_in_zone(evaluation, a[0].text(), a[1].integer, a[2].text());
}
Datum trunc_interval(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string field = lowered(a[0].text());
  Interval value = *a[1].interval;
  const auto months = [&](std::int32_t unit) {
    return evaluation.interval({value.months / unit * unit, 0, 0});
  };
  if (field == "millennium") return months(12000);
  if (field == "century") return months(1200);
  if (field == "decade") return months(120);
  if (field == "year") return months(12);
  if (field == "quarter") return months(3);
  if (field == "month") return months(1);
  if (field == "day") return evaluation.interval({value.months, value.days, 0});
  const std::int64_t unit = field == "hour"           ? microseconds_per_hour
                            : field == "minute"       ? microseconds_per_minute
                            : field == "second"       ? microseconds_per_second
                            : field == "milliseconds" ? 1000
                            : field == "microseconds" ? 1
                                                      : 0;
  if (unit == 0) return unknown_field(evaluation, a[0].text(), "interval");
  value.microseconds -= value.microseconds % unit;
  return evaluation.interval(value);
}

Datum date_bin(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Interval& step = *a[0].interval;
  if (step.months != 0)
    return evaluation.fail(sqlstate::feature_not_supported,
                           "timestamps cannot be binned into intervals containing months or years");
  const std::int64_t unit = step.days * microseconds_per_day + step.microseconds;
  if (unit <= 0)
    return evaluation.fail(sqlstate::datetime_field_overflow, "stride must be greater than zero");
  std::int64_t rest = (a[1].integer - a[2].integer) % unit;
  if (rest < 0) rest += unit;
  return Datum::of(a[1].integer - rest);
}

// ---- zones ----

Datum unknown_zone(Evaluation& evaluation, std::string_view zone) {
  return evaluation.fail(sqlstate::invalid_parameter_value,
                         "time zone \"" + std::string(zone) + "\" not recognized");
}
Datum zone_of_timestamptz(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto offset = zone_offset(a[0].text(), a[1].integer);
  if (!offset) return unknown_zone(evaluation, a[0].text());
  return Datum::of(a[1].integer + *offset * microseconds_per_second);
}
Datum zone_of_timestamp(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto instant =
      zone_offset(a[0].text(), 0) ? to_utc(a[0].text(), a[1].integer) : std::nullopt;
  if (!instant) return unknown_zone(evaluation, a[0].text());
  return Datum::of(*instant);
}

// ---- making ----

Datum to_timestamp(Evaluation& evaluation, const CallSite&, Arguments a) {
  const double micros = a[0].real * 1e6;
  if (!(std::abs(micros) < 9e18))
    return evaluation.fail(sqlstate::datetime_field_overflow, "timestamp out of range");
  return Datum::of(static_cast<std::int64_t>(std::llround(micros)));
}

std::optional<std::int64_t> checked_date(Arguments a) {
  const std::int64_t year = a[0].integer < 0 ? a[0].integer + 1 : a[0].integer;
  const std::int64_t month = a[1].integer, day = a[2].integer;
  if (a[0].integer == 0 || month < 1 || month > 12 || day < 1 ||
      day > days_in_month(year, static_cast<unsigned>(month)))
    return std::nullopt;
  return days_from_civil({year, static_cast<unsigned>(month), static_cast<unsigned>(day)});
}
std::optional<std::int64_t> checked_time(const Datum& hour, const Datum& minute,
                                         const Datum& second) {
  if (hour.integer < 0 || hour.integer > 23 || minute.integer < 0 || minute.integer > 59 ||
      !(second.real >= 0 && second.real < 61))
    return std::nullopt;
  return hour.integer * microseconds_per_hour + minute.integer * microseconds_per_minute +
         std::llround(second.real * 1e6);
}
// A date's numbers as PostgreSQL's errors show them.
std::string dashed(Arguments a) {
  const auto digits = [](std::int64_t value, std::size_t width) {
    const std::string plain = std::to_string(value);
    return plain.size() < width ? std::string(width - plain.size(), '0') + plain : plain;
  };
  return digits(a[0].integer, 1) + "-" + digits(a[1].integer, 2) + "-" + digits(a[2].integer, 2);
}
Datum make_date(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto days = checked_date(a);
  if (!days)
    return evaluation.fail(sqlstate::datetime_field_overflow,
                           "date field value out of range: " + dashed(a));
  return Datum::of(*days);
}
Datum make_time(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto time = checked_time(a[0], a[1], a[2]);
  if (!time)
    return evaluation.fail(sqlstate::datetime_field_overflow, "time field value out of range");
  return Datum::of(*time);
}
Datum make_timestamp(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto days = checked_date(a);
  const auto time = checked_time(a[3], a[4], a[5]);
  if (!days || !time)
    return evaluation.fail(sqlstate::datetime_field_overflow, "date field value out of range");
  return Datum::of(*days * microseconds_per_day + *time);
}
Datum make_timestamptz(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Datum local = make_timestamp(evaluation, site, a.first(6));
  if (local.is_null()) return local;
  const std::string_view zone = a.size() > 6 ? a[6].text() : evaluation.facts().time_zone;
  if (!zone_offset(zone, 0)) return unknown_zone(evaluation, zone);
  return Datum::of(*to_utc(zone, local.integer));
}

Datum age(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::int64_t later = a[0].integer, earlier = a[1].integer;
  const bool negative = later < earlier;
  if (negative) std::swap(later, earlier);
  const CivilDate x = civil_from_days(day_of(later)), y = civil_from_days(day_of(earlier));
  std::int64_t months = (x.year - y.year) * 12 + x.month - std::int64_t{y.month};
  std::int64_t days = std::int64_t{x.day} - y.day;
  std::int64_t rest = time_of_day(later) - time_of_day(earlier);
  if (rest < 0) {
    rest += microseconds_per_day;
    --days;
  }
  if (days < 0) {
    --months;
    days += days_in_month(y.year, y.month);
  }
  Interval result{static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), rest};
  return evaluation.interval(negative ? *negate(result) : result);
}

// ---- to_char, to_timestamp(text), to_date ----

Datum char_of_timestamp(Evaluation& evaluation, const CallSite&, Arguments a) {
  return evaluation.text(format_time(a[0].integer, 0, "", a[1].text()));
}
Datum char_of_date(Evaluation& evaluation, const CallSite&, Arguments a) {
  return evaluation.text(format_time(a[0].integer * microseconds_per_day, 0, "", a[1].text()));
}
Datum char_of_timestamptz(Evaluation& evaluation, const CallSite&, Arguments a) {
  const std::string& zone = evaluation.facts().time_zone;
  const std::int32_t offset = zone_offset(zone, a[0].integer).value_or(0);
  return evaluation.text(
      format_time(a[0].integer + offset * microseconds_per_second, offset, zone, a[1].text()));
}
Datum bad_time(Evaluation& evaluation, Arguments a) {
  return evaluation.fail(sqlstate::invalid_datetime_format,
                         "invalid value \"" + std::string(a[0].text()) + "\" for format \"" +
                             std::string(a[1].text()) + "\"");
}
Datum timestamp_by_format(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto parsed = parse_time_by(a[1].text(), a[0].text());
  if (!parsed) return bad_time(evaluation, a);
  if (parsed->offset_seconds)
    return Datum::of(parsed->local - *parsed->offset_seconds * microseconds_per_second);
  return Datum::of(to_utc(evaluation.facts().time_zone, parsed->local).value_or(parsed->local));
}
Datum date_by_format(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto parsed = parse_time_by(a[1].text(), a[0].text());
  if (!parsed) return bad_time(evaluation, a);
  return Datum::of(day_of(parsed->local));
}

Datum proctime(Evaluation& evaluation, const CallSite&, Arguments) {
  return Datum::of(evaluation.facts().now);
}
Datum current_date(Evaluation& evaluation, const CallSite&, Arguments) {
  const std::int64_t at = evaluation.facts().now;
  return Datum::of(day_of(at + zone_offset(evaluation.facts().time_zone, at).value_or(0) *
                                   microseconds_per_second));
}
Datum local_timestamp(Evaluation& evaluation, const CallSite&, Arguments) {
  const std::int64_t at = evaluation.facts().now;
  return Datum::of(at + zone_offset(evaluation.facts().time_zone, at).value_or(0) *
                            microseconds_per_second);
}

Datum local_time(Evaluation& evaluation, const CallSite& site, Arguments a) {
  return Datum::of(time_of_day(local_timestamp(evaluation, site, a).integer));
}

Datum clock_timestamp(Evaluation& evaluation, const CallSite&, Arguments) {
  return Datum::of(evaluation.facts().now);
}

constinit const Function time_rows[] = {
    {"clock_timestamp", {}, timestamptz, clock_timestamp, true, false, Volatility::changing},
    {"extract", {varchar, timestamp}, numeric, extract_timestamp},
    {"extract", {varchar, timestamptz}, numeric, extract_timestamptz, true, false, stable},
    {"extract", {varchar, date}, numeric, extract_date},
    {"extract", {varchar, time}, numeric, extract_time},
    {"extract", {varchar, interval}, numeric, extract_interval},
    {"date_part", {varchar, timestamp}, float8, date_part<extract_timestamp>},
    {"date_part",
     {varchar, timestamptz},
     float8,
     date_part<extract_timestamptz>,
     true,
     false,
     stable},
    {"date_part", {varchar, date}, float8, date_part<extract_date>},
    {"date_part", {varchar, time}, float8, date_part<extract_time>},
    {"date_part", {varchar, interval}, float8, date_part<extract_interval>},
    {"date_trunc", {varchar, timestamp}, timestamp, trunc_timestamp},
    {"date_trunc", {varchar, timestamptz}, timestamptz, trunc_timestamptz, true, false, stable},
    {"date_trunc", {varchar, timestamptz, varchar}, timestamptz, trunc_timestamptz_zone},
    {"date_trunc", {varchar, interval}, interval, trunc_interval},
    {"date_bin", {interval, timestamp, timestamp}, timestamp, date_bin},
    {"date_bin", {interval, timestamptz, timestamptz}, timestamptz, date_bin},
    {"timezone", {varchar, timestamptz}, timestamp, zone_of_timestamptz},
    {"timezone", {varchar, timestamp}, timestamptz, zone_of_timestamp},
    {"to_timestamp", {float8}, timestamptz, to_timestamp},
    {"to_timestamp", {varchar, varchar}, timestamptz, timestamp_by_format, true, false, stable},
    {"to_date", {varchar, varchar}, date, date_by_format},
    {"to_char", {timestamp, varchar}, varchar, char_of_timestamp},
    {"to_char", {timestamptz, varchar}, varchar, char_of_timestamptz, true, false, stable},
    {"to_char", {date, varchar}, varchar, char_of_date},
    {"make_date", {int4, int4, int4}, date, make_date},
    {"make_time", {int4, int4, float8}, time, make_time},
    {"make_timestamp", {int4, int4, int4, int4, int4, float8}, timestamp, make_timestamp},
    {"make_timestamptz",
     {int4, int4, int4, int4, int4, float8},
     timestamptz,
     make_timestamptz,
     true,
     false,
     stable},
    {"make_timestamptz",
     {int4, int4, int4, int4, int4, float8, varchar},
     timestamptz,
     make_timestamptz},
    {"age", {timestamp, timestamp}, interval, age},
    {"age", {timestamptz, timestamptz}, interval, age},
    {"proctime", {}, timestamptz, proctime, true, false, stable},
    {"current_date", {}, date, current_date, true, false, stable},
    {"localtimestamp", {}, timestamp, local_timestamp, true, false, stable},
    {"localtime", {}, time, local_time, true, false, stable},
};

}  // namespace

std::span<const Function> time_functions() { return time_rows; }

}  // namespace levada::query
