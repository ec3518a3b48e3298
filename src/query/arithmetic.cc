// + - * / % and the bit operators, for numbers and for times.

#include <cmath>
#include <limits>

#include "query/calendar.h"
#include "query/function_table.h"
#include "query/interval.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

template <class Integer>
constexpr std::string_view integer_name = sizeof(Integer) == 2   ? "smallint"
                                          : sizeof(Integer) == 4 ? "integer"
                                                                 : "bigint";

Datum division_by_zero(Evaluation& evaluation) {
  return evaluation.fail(sqlstate::division_by_zero, "division by zero");
}

enum class Sign : std::uint8_t { plus, minus, times, over, modulo };

template <class Integer, Sign sign>
Datum integers(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  const auto a = static_cast<Integer>(arguments[0].integer);
  const auto b = static_cast<Integer>(arguments[1].integer);
  Integer result = 0;
  bool overflow = false;
  if constexpr (sign == Sign::plus) overflow = __builtin_add_overflow(a, b, &result);
  if constexpr (sign == Sign::minus) overflow = __builtin_sub_overflow(a, b, &result);
  if constexpr (sign == Sign::times) overflow = __builtin_mul_overflow(a, b, &result);
  if constexpr (sign == Sign::over || sign == Sign::modulo) {
    if (b == 0) return division_by_zero(evaluation);
    if (b == -1) {  // the one quotient that does not fit
      if constexpr (sign == Sign::over) overflow = __builtin_sub_overflow(Integer{0}, a, &result);
    } else {
      result = static_cast<Integer>(sign == Sign::over ? a / b : a % b);
    }
  }
  if (overflow) return out_of_range(evaluation, integer_name<Integer>);
  return Datum::of(std::int64_t{result});
}

template <class Float, Sign sign>
Datum floats(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  const auto a = static_cast<Float>(arguments[0].real);
  const auto b = static_cast<Float>(arguments[1].real);
  Float result = 0;
  if constexpr (sign == Sign::plus) result = a + b;
  if constexpr (sign == Sign::minus) result = a - b;
  if constexpr (sign == Sign::times) result = a * b;
  if constexpr (sign == Sign::over || sign == Sign::modulo) {
    if (b == 0) return division_by_zero(evaluation);
    result = sign == Sign::over ? a / b : std::fmod(a, b);
  }
  if (std::isinf(result) && !std::isinf(a) && !std::isinf(b))
    return evaluation.fail(sqlstate::numeric_value_out_of_range, "value out of range: overflow");
  return Datum::of(static_cast<double>(result));
}

template <Sign sign>
Datum numerics(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  const Decimal a = Decimal::of(arguments[0]), b = Decimal::of(arguments[1]);
  std::optional<Decimal> result;
  if constexpr (sign == Sign::plus) result = add(a, b);
  if constexpr (sign == Sign::minus) result = subtract(a, b);
  if constexpr (sign == Sign::times) result = multiply(a, b);
  if constexpr (sign == Sign::over || sign == Sign::modulo) {
    if (b.is_zero()) return division_by_zero(evaluation);
    result = sign == Sign::over ? divide(a, b) : remainder(a, b);
  }
  if (!result) return out_of_range(evaluation, "numeric");
  return evaluation.decimal(*result);
}

template <class Integer>
Datum negate_integer(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  Integer result;
  if (__builtin_sub_overflow(Integer{0}, static_cast<Integer>(arguments[0].integer), &result))
    return out_of_range(evaluation, integer_name<Integer>);
  return Datum::of(std::int64_t{result});
}

template <class Integer>
Datum absolute_integer(Evaluation& evaluation, const CallSite& site, Arguments arguments) {
  return arguments[0].integer < 0 ? negate_integer<Integer>(evaluation, site, arguments)
                                  : arguments[0];
}

Datum negate_float(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(-arguments[0].real);
}
Datum negate_numeric(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  return evaluation.decimal(negate(Decimal::of(arguments[0])));
}
Datum absolute_float(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(std::abs(arguments[0].real));
}
Datum absolute_numeric(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  const Decimal value = Decimal::of(arguments[0]);
  return value.is_negative() ? evaluation.decimal(negate(value)) : arguments[0];
}
Datum same(Evaluation&, const CallSite&, Arguments arguments) { return arguments[0]; }

template <class Integer, char sign>
Datum bits(Evaluation&, const CallSite&, Arguments arguments) {
  const auto a = static_cast<Integer>(arguments[0].integer);
  const auto b = static_cast<Integer>(arguments[1].integer);
  if constexpr (sign == '&') return Datum::of(std::int64_t{static_cast<Integer>(a & b)});
  if constexpr (sign == '|') return Datum::of(std::int64_t{static_cast<Integer>(a | b)});
  return Datum::of(std::int64_t{static_cast<Integer>(a ^ b)});
}

template <class Integer, bool left>
Datum shift(Evaluation&, const CallSite&, Arguments arguments) {
  using Unsigned = std::make_unsigned_t<Integer>;
  constexpr unsigned width = sizeof(Integer) * 8;
  const auto a = static_cast<Integer>(arguments[0].integer);
  const auto by = static_cast<unsigned>(arguments[1].integer) % width;
  if constexpr (left)
    return Datum::of(std::int64_t{static_cast<Integer>(static_cast<Unsigned>(a) << by)});
  return Datum::of(std::int64_t{static_cast<Integer>(a >> by)});
}

template <class Integer>
Datum bit_not(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(std::int64_t{static_cast<Integer>(~static_cast<Integer>(arguments[0].integer))});
}

// ---- times ----

Datum moved(Evaluation& evaluation, std::int64_t microseconds, const Interval& by, bool back) {
  const std::int64_t months = back ? -std::int64_t{by.months} : by.months;
  const std::int64_t days = back ? -std::int64_t{by.days} : by.days;
  const std::int64_t day = add_months(day_of(microseconds), months) + days;
  std::int64_t result, rest = back ? -by.microseconds : by.microseconds;
  if (__builtin_mul_overflow(day, microseconds_per_day, &result) ||
      __builtin_add_overflow(result, time_of_day(microseconds), &result) ||
      __builtin_add_overflow(result, rest, &result))
    return evaluation.fail(sqlstate::datetime_field_overflow, "timestamp out of range");
  return Datum::of(result);
}

template <bool back>
Datum timestamp_interval(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  return moved(evaluation, arguments[0].integer, *arguments[1].interval, back);
}
Datum interval_timestamp(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  return moved(evaluation, arguments[1].integer, *arguments[0].interval, false);
}

// Months and days move the clock on the wall of the session's zone.
template <bool back>
Datum timestamptz_interval(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  const Interval& by = *arguments[1].interval;
  const std::string& zone = evaluation.facts().time_zone;
  if ((by.months == 0 && by.days == 0) || zone == "UTC")
    return moved(evaluation, arguments[0].integer, by, back);
  const std::int64_t at = arguments[0].integer;
  const std::int64_t local = at + zone_offset(zone, at).value_or(0) * microseconds_per_second;
  const Datum wall = moved(evaluation, local, {by.months, by.days, 0}, back);
  if (wall.is_null()) return wall;
  const std::int64_t instant = to_utc(zone, wall.integer).value_or(wall.integer);
  return Datum::of(back ? instant - by.microseconds : instant + by.microseconds);
}
Datum interval_timestamptz(Evaluation& evaluation, const CallSite& site, Arguments arguments) {
  const Datum turned[] = {arguments[1], arguments[0]};
  return timestamptz_interval<false>(evaluation, site, turned);
}

template <bool back>
Datum date_interval(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  return moved(evaluation, arguments[0].integer * microseconds_per_day, *arguments[1].interval,
               back);
}
Datum interval_date(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  return moved(evaluation, arguments[1].integer * microseconds_per_day, *arguments[0].interval,
               false);
}
Datum date_plus_days(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(arguments[0].integer + arguments[1].integer);
}
Datum date_minus_days(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(arguments[0].integer - arguments[1].integer);
}
Datum date_plus_time(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(arguments[0].integer * microseconds_per_day + arguments[1].integer);
}
Datum time_plus_date(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(arguments[1].integer * microseconds_per_day + arguments[0].integer);
}
Datum timestamp_difference(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  const std::int64_t all = arguments[0].integer - arguments[1].integer;
  return evaluation.interval(
      {0, static_cast<std::int32_t>(all / microseconds_per_day), all % microseconds_per_day});
}
Datum time_difference(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  return evaluation.interval({0, 0, arguments[0].integer - arguments[1].integer});
}
template <bool back>
Datum time_interval(Evaluation&, const CallSite&, Arguments arguments) {
  const std::int64_t by = arguments[1].interval->microseconds;
  return Datum::of(time_of_day(arguments[0].integer + (back ? -by : by)));
}
Datum interval_time(Evaluation&, const CallSite&, Arguments arguments) {
  return Datum::of(time_of_day(arguments[1].integer + arguments[0].interval->microseconds));
}

Datum checked(Evaluation& evaluation, const std::optional<Interval>& interval) {
  if (!interval) return evaluation.fail(sqlstate::datetime_field_overflow, "interval out of range");
  return evaluation.interval(*interval);
}
Datum interval_plus(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  return checked(evaluation, add(*arguments[0].interval, *arguments[1].interval));
}
Datum interval_minus(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  const auto turned = negate(*arguments[1].interval);
  if (!turned) return checked(evaluation, turned);
  return checked(evaluation, add(*arguments[0].interval, *turned));
}
Datum interval_negate(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  return checked(evaluation, negate(*arguments[0].interval));
}
Datum interval_times(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  return checked(evaluation, multiply(*arguments[0].interval, arguments[1].real));
}
Datum times_interval(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  return checked(evaluation, multiply(*arguments[1].interval, arguments[0].real));
}
Datum interval_over(Evaluation& evaluation, const CallSite&, Arguments arguments) {
  if (arguments[1].real == 0) return division_by_zero(evaluation);
  return checked(evaluation, multiply(*arguments[0].interval, 1 / arguments[1].real));
}

constinit const Function arithmetic_rows[] = {
    {"+", {int2, int2}, int2, integers<std::int16_t, Sign::plus>},
    {"+", {int4, int4}, int4, integers<std::int32_t, Sign::plus>},
    {"+", {int8, int8}, int8, integers<std::int64_t, Sign::plus>},
    {"+", {float4, float4}, float4, floats<float, Sign::plus>},
    {"+", {float8, float8}, float8, floats<double, Sign::plus>},
    {"+", {numeric, numeric}, numeric, numerics<Sign::plus>},
    {"-", {int2, int2}, int2, integers<std::int16_t, Sign::minus>},
    {"-", {int4, int4}, int4, integers<std::int32_t, Sign::minus>},
    {"-", {int8, int8}, int8, integers<std::int64_t, Sign::minus>},
    {"-", {float4, float4}, float4, floats<float, Sign::minus>},
    {"-", {float8, float8}, float8, floats<double, Sign::minus>},
    {"-", {numeric, numeric}, numeric, numerics<Sign::minus>},
    {"*", {int2, int2}, int2, integers<std::int16_t, Sign::times>},
    {"*", {int4, int4}, int4, integers<std::int32_t, Sign::times>},
    {"*", {int8, int8}, int8, integers<std::int64_t, Sign::times>},
    {"*", {float4, float4}, float4, floats<float, Sign::times>},
    {"*", {float8, float8}, float8, floats<double, Sign::times>},
    {"*", {numeric, numeric}, numeric, numerics<Sign::times>},
    {"/", {int2, int2}, int2, integers<std::int16_t, Sign::over>},
    {"/", {int4, int4}, int4, integers<std::int32_t, Sign::over>},
    {"/", {int8, int8}, int8, integers<std::int64_t, Sign::over>},
    {"/", {float4, float4}, float4, floats<float, Sign::over>},
    {"/", {float8, float8}, float8, floats<double, Sign::over>},
    {"/", {numeric, numeric}, numeric, numerics<Sign::over>},
    {"%", {int2, int2}, int2, integers<std::int16_t, Sign::modulo>},
    {"%", {int4, int4}, int4, integers<std::int32_t, Sign::modulo>},
    {"%", {int8, int8}, int8, integers<std::int64_t, Sign::modulo>},
    {"%", {numeric, numeric}, numeric, numerics<Sign::modulo>},
    {"mod", {int2, int2}, int2, integers<std::int16_t, Sign::modulo>},
    {"mod", {int4, int4}, int4, integers<std::int32_t, Sign::modulo>},
    {"mod", {int8, int8}, int8, integers<std::int64_t, Sign::modulo>},
    {"mod", {numeric, numeric}, numeric, numerics<Sign::modulo>},
    {"-", {int2}, int2, negate_integer<std::int16_t>},
    {"-", {int4}, int4, negate_integer<std::int32_t>},
    {"-", {int8}, int8, negate_integer<std::int64_t>},
    {"-", {float4}, float4, negate_float},
    {"-", {float8}, float8, negate_float},
    {"-", {numeric}, numeric, negate_numeric},
    {"+", {int2}, int2, same},
    {"+", {int4}, int4, same},
    {"+", {int8}, int8, same},
    {"+", {float4}, float4, same},
    {"+", {float8}, float8, same},
    {"+", {numeric}, numeric, same},
    {"abs", {int2}, int2, absolute_integer<std::int16_t>},
    {"abs", {int4}, int4, absolute_integer<std::int32_t>},
    {"abs", {int8}, int8, absolute_integer<std::int64_t>},
    {"abs", {float4}, float4, absolute_float},
    {"abs", {float8}, float8, absolute_float},
    {"abs", {numeric}, numeric, absolute_numeric},
    {"@", {int2}, int2, absolute_integer<std::int16_t>},
    {"@", {int4}, int4, absolute_integer<std::int32_t>},
    {"@", {int8}, int8, absolute_integer<std::int64_t>},
    {"@", {float4}, float4, absolute_float},
    {"@", {float8}, float8, absolute_float},
    {"@", {numeric}, numeric, absolute_numeric},
    {"&", {int2, int2}, int2, bits<std::int16_t, '&'>},
    {"&", {int4, int4}, int4, bits<std::int32_t, '&'>},
    {"&", {int8, int8}, int8, bits<std::int64_t, '&'>},
    {"|", {int2, int2}, int2, bits<std::int16_t, '|'>},
    {"|", {int4, int4}, int4, bits<std::int32_t, '|'>},
    {"|", {int8, int8}, int8, bits<std::int64_t, '|'>},
    {"#", {int2, int2}, int2, bits<std::int16_t, '#'>},
    {"#", {int4, int4}, int4, bits<std::int32_t, '#'>},
    {"#", {int8, int8}, int8, bits<std::int64_t, '#'>},
    {"~", {int2}, int2, bit_not<std::int16_t>},
    {"~", {int4}, int4, bit_not<std::int32_t>},
    {"~", {int8}, int8, bit_not<std::int64_t>},
    {"<<", {int2, int4}, int2, shift<std::int16_t, true>},
    {"<<", {int4, int4}, int4, shift<std::int32_t, true>},
    {"<<", {int8, int4}, int8, shift<std::int64_t, true>},
    {">>", {int2, int4}, int2, shift<std::int16_t, false>},
    {">>", {int4, int4}, int4, shift<std::int32_t, false>},
    {">>", {int8, int4}, int8, shift<std::int64_t, false>},

    {"+", {timestamp, interval}, timestamp, timestamp_interval<false>},
    {"-", {timestamp, interval}, timestamp, timestamp_interval<true>},
    {"+", {interval, timestamp}, timestamp, interval_timestamp},
    {"+", {timestamptz, interval}, timestamptz, timestamptz_interval<false>},
    {"-", {timestamptz, interval}, timestamptz, timestamptz_interval<true>},
    {"+", {interval, timestamptz}, timestamptz, interval_timestamptz},
    {"+", {date, interval}, timestamp, date_interval<false>},
    {"-", {date, interval}, timestamp, date_interval<true>},
    {"+", {interval, date}, timestamp, interval_date},
    {"+", {date, int4}, date, date_plus_days},
    {"+", {int4, date}, date, date_plus_days},
    {"-", {date, int4}, date, date_minus_days},
    {"-", {date, date}, int4, date_minus_days},
    {"+", {date, time}, timestamp, date_plus_time},
    {"+", {time, date}, timestamp, time_plus_date},
    {"-", {timestamp, timestamp}, interval, timestamp_difference},
    {"-", {timestamptz, timestamptz}, interval, timestamp_difference},
    {"-", {time, time}, interval, time_difference},
    {"+", {time, interval}, time, time_interval<false>},
    {"-", {time, interval}, time, time_interval<true>},
    {"+", {interval, time}, time, interval_time},
    {"+", {interval, interval}, interval, interval_plus},
    {"-", {interval, interval}, interval, interval_minus},
    {"-", {interval}, interval, interval_negate},
    {"*", {interval, float8}, interval, interval_times},
    {"*", {float8, interval}, interval, times_interval},
    {"/", {interval, float8}, interval, interval_over},
};

}  // namespace

std::span<const Function> arithmetic_functions() { return arithmetic_rows; }

}  // namespace levada::query
