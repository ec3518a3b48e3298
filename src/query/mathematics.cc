// Rounding, powers, logarithms, trigonometry.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "query/function_table.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

template <double (*compute)(double)>
Datum real(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(compute(a[0].real));
}

double degrees(double x) { return x * 180 / std::numbers::pi; }
double radians(double x) { return x * std::numbers::pi / 180; }
double cotangent(double x) { return 1 / std::tan(x); }
double round_even(double x) { return std::nearbyint(x); }

template <Rounding rounding>
Datum round_numeric(Evaluation& evaluation, const CallSite&, Arguments a) {
  const int scale =
      a.size() > 1 ? static_cast<int>(std::clamp<std::int64_t>(a[1].integer, -40, 40)) : 0;
  const auto result = round(Decimal::of(a[0]), scale, rounding);
  if (!result) return out_of_range(evaluation, "numeric");
  return evaluation.decimal(*result);
}

Datum sqrt_float(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].real < 0)
    return evaluation.fail(sqlstate::invalid_argument_for_power,
                           "cannot take square root of a negative number");
  return Datum::of(std::sqrt(a[0].real));
}

Datum sqrt_numeric(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Decimal value = Decimal::of(a[0]);
  if (value.is_negative())
    return evaluation.fail(sqlstate::invalid_argument_for_power,
                           "cannot take square root of a negative number");
  if (value.is_special() || value.is_zero()) return a[0];
  // Newton from the double's root; the quotient carries what numeric can hold.
  auto root = Decimal::of(std::sqrt(value.to_double()), 17).value_or(Decimal::of(1));
  for (int i = 0; i < 3; ++i) {
    const auto quotient = divide(value, root);
    const auto sum = quotient ? add(root, *quotient) : std::nullopt;
    const auto next = sum ? divide(*sum, Decimal::of(2)) : std::nullopt;
    if (!next) break;
    root = *next;
  }
  return evaluation.decimal(root.without_trailing_zeros());
}

template <double (*compute)(double)>
Datum logarithm(Evaluation& evaluation, const CallSite&, Arguments a) {
  if (a[0].real <= 0)
    return evaluation.fail(sqlstate::invalid_argument_for_logarithm,
                           a[0].real == 0 ? "cannot take logarithm of zero"
                                          : "cannot take logarithm of a negative number");
  return Datum::of(compute(a[0].real));
}

Datum power_float(Evaluation& evaluation, const CallSite&, Arguments a) {
  const double x = a[0].real, y = a[1].real;
  if (x == 0 && y < 0)
    return evaluation.fail(sqlstate::invalid_argument_for_power,
                           "zero raised to a negative power is undefined");
  if (x < 0 && std::floor(y) != y)
    return evaluation.fail(
        sqlstate::invalid_argument_for_power,
        "a negative number raised to a non-integer power yields a complex result");
  const double result = std::pow(x, y);
  if (result == 0 && x != 0 && std::isfinite(x) && std::isfinite(y))
    return evaluation.fail(sqlstate::numeric_value_out_of_range, "value out of range: underflow");
  if (std::isinf(result) && !std::isinf(x) && !std::isinf(y))
    return evaluation.fail(sqlstate::numeric_value_out_of_range, "value out of range: overflow");
  return Datum::of(result);
}

// Powers keep to what RisingWave's numeric has: 96 bits.
constexpr Int128 power_mantissa_beyond = Int128{1} << 96;

Datum numeric_of(Evaluation& evaluation, double value) {
  constexpr int exact_digits = 15;
  const auto result = Decimal::of(value, exact_digits);
  if (!result) return out_of_range(evaluation, "numeric");
  return evaluation.decimal(result->is_special() ? *result : result->without_trailing_zeros());
}

Datum power_numeric(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Decimal base = Decimal::of(a[0]), exponent = Decimal::of(a[1]);
  const auto whole = exponent.to_integer();
  if (whole && *whole >= 0 && *whole < 256 && compare(exponent, Decimal::of(*whole)) == 0) {
    std::optional<Decimal> result = Decimal::of(1);
    for (std::int64_t i = 0; i < *whole && result; ++i) result = multiply(*result, base);
    if (!result || result->mantissa >= power_mantissa_beyond ||
        result->mantissa <= -power_mantissa_beyond)
      return evaluation.fail(sqlstate::numeric_value_out_of_range, "value out of range: overflow");
    return evaluation.decimal(result->is_special() ? *result : result->without_trailing_zeros());
  }
  const Datum reals[] = {Datum::of(base.to_double()), Datum::of(exponent.to_double())};
  // What is too small for a double is zero for a numeric.
  if (std::isfinite(reals[0].real) && reals[0].real > 0 &&
      std::pow(reals[0].real, reals[1].real) == 0)
    return evaluation.decimal(Decimal::of(0));
  const Datum real = power_float(evaluation, site, reals);
  if (real.is_null()) return real;
  return numeric_of(evaluation, real.real);
}

Datum exp_numeric(Evaluation& evaluation, const CallSite&, Arguments a) {
  return numeric_of(evaluation, std::exp(Decimal::of(a[0]).to_double()));
}
template <double (*compute)(double)>
Datum logarithm_numeric(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Datum real = Datum::of(Decimal::of(a[0]).to_double());
  const Datum result = logarithm<compute>(evaluation, site, {&real, 1});
  return result.is_null() ? result : numeric_of(evaluation, result.real);
}

Datum exp_float(Evaluation& evaluation, const CallSite&, Arguments a) {
  const double result = std::exp(a[0].real);
  if (result == 0 && std::isfinite(a[0].real))
    return evaluation.fail(sqlstate::numeric_value_out_of_range, "value out of range: underflow");
  if (std::isinf(result) && !std::isinf(a[0].real))
    return evaluation.fail(sqlstate::numeric_value_out_of_range, "value out of range: overflow");
  return Datum::of(result);
}

// Degrees: what is exact in degrees comes out exact (sind(30) is 0.5), as PostgreSQL has it.
double sine_within_right_angle(double x) {
  return x == 30 ? 0.5 : x == 90 ? 1 : std::sin(radians(x));
}
double sine_of_degrees(double x) {
  if (!std::isfinite(x)) return std::numeric_limits<double>::quiet_NaN();
  double rest = std::fmod(std::abs(x), 360);
  const bool negative = (x < 0) != (rest >= 180);
  if (rest >= 180) rest -= 180;
  const double sine = sine_within_right_angle(rest > 90 ? 180 - rest : rest);
  return (negative ? -sine : sine) + 0.0;  // never -0
}
double cosine_of_degrees(double x) { return sine_of_degrees(90 - std::fmod(std::abs(x), 360)); }
double tangent_of_degrees(double x) { return sine_of_degrees(x) / cosine_of_degrees(x) + 0.0; }
double cotangent_of_degrees(double x) { return cosine_of_degrees(x) / sine_of_degrees(x) + 0.0; }
// Whole degrees come out whole.
double in_degrees(double angle) {
  constexpr double error_of_conversion = 1e-13;
  const double exact = degrees(angle);
  const double whole = std::nearbyint(exact);
  return std::abs(whole) >= 1 && std::abs(exact - whole) < error_of_conversion ? whole : exact;
}
double arc_sine_in_degrees(double x) { return in_degrees(std::asin(x)); }
double arc_cosine_in_degrees(double x) { return in_degrees(std::acos(x)); }
double arc_tangent_in_degrees(double x) { return in_degrees(std::atan(x)); }
double hyperbolic_cotangent(double x) { return 1 / std::tanh(x); }

Datum arc_tangent_2_in_degrees(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(in_degrees(std::atan2(a[0].real, a[1].real)));
}
Datum arc_tangent_2(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(std::atan2(a[0].real, a[1].real));
}
Datum sign_float(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(a[0].real > 0 ? 1.0 : a[0].real < 0 ? -1.0 : 0.0);
}
Datum sign_numeric(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Decimal value = Decimal::of(a[0]);
  return evaluation.decimal(Decimal::of(value.is_zero() ? 0 : value.is_negative() ? -1 : 1));
}
Datum pi(Evaluation&, const CallSite&, Arguments) { return Datum::of(std::numbers::pi); }

Datum random_real(Evaluation& evaluation, const CallSite&, Arguments) {
  return Datum::of(static_cast<double>(evaluation.random() >> 11) * 0x1p-53);
}

Datum scale(Evaluation&, const CallSite&, Arguments a) {
  const Decimal value = Decimal::of(a[0]);
  return value.is_special() ? Datum::null() : Datum::of(std::int64_t{value.scale});
}
Datum min_scale(Evaluation&, const CallSite&, Arguments a) {
  const Decimal value = Decimal::of(a[0]);
  return value.is_special() ? Datum::null()
                            : Datum::of(std::int64_t{value.without_trailing_zeros().scale});
}
Datum trim_scale(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Decimal value = Decimal::of(a[0]);
  return evaluation.decimal(value.is_special() ? value : value.without_trailing_zeros());
}

constinit const Function mathematics_rows[] = {
    {"scale", {numeric}, int4, scale},
    {"min_scale", {numeric}, int4, min_scale},
    {"trim_scale", {numeric}, numeric, trim_scale},
    {"round", {float8}, float8, real<round_even>},
    {"round", {numeric}, numeric, round_numeric<Rounding::half_away>},
    {"round", {numeric, int4}, numeric, round_numeric<Rounding::half_away>},
    {"floor", {float8}, float8, real<std::floor>},
    {"floor", {numeric}, numeric, round_numeric<Rounding::floor>},
    {"ceil", {float8}, float8, real<std::ceil>},
    {"ceil", {numeric}, numeric, round_numeric<Rounding::ceiling>},
    {"ceiling", {float8}, float8, real<std::ceil>},
    {"ceiling", {numeric}, numeric, round_numeric<Rounding::ceiling>},
    {"trunc", {float8}, float8, real<std::trunc>},
    {"trunc", {numeric}, numeric, round_numeric<Rounding::down>},
    {"trunc", {numeric, int4}, numeric, round_numeric<Rounding::down>},
    {"sqrt", {float8}, float8, sqrt_float},
    {"sqrt", {numeric}, numeric, sqrt_numeric},
    {"cbrt", {float8}, float8, real<std::cbrt>},
    {"|/", {float8}, float8, sqrt_float},
    {"||/", {float8}, float8, real<std::cbrt>},
    {"exp", {float8}, float8, exp_float},
    {"ln", {float8}, float8, logarithm<std::log>},
    {"log10", {float8}, float8, logarithm<std::log10>},
    {"log", {float8}, float8, logarithm<std::log10>},
    {"pow", {float8, float8}, float8, power_float},
    {"pow", {numeric, numeric}, numeric, power_numeric},
    {"power", {float8, float8}, float8, power_float},
    {"power", {numeric, numeric}, numeric, power_numeric},
    {"^", {float8, float8}, float8, power_float},
    {"^", {numeric, numeric}, numeric, power_numeric},
    {"exp", {numeric}, numeric, exp_numeric},
    {"ln", {numeric}, numeric, logarithm_numeric<std::log>},
    {"log10", {numeric}, numeric, logarithm_numeric<std::log10>},
    {"log", {numeric}, numeric, logarithm_numeric<std::log10>},
    {"sin", {float8}, float8, real<std::sin>},
    {"cos", {float8}, float8, real<std::cos>},
    {"tan", {float8}, float8, real<std::tan>},
    {"cot", {float8}, float8, real<cotangent>},
    {"asin", {float8}, float8, real<std::asin>},
    {"acos", {float8}, float8, real<std::acos>},
    {"atan", {float8}, float8, real<std::atan>},
    {"atan2", {float8, float8}, float8, arc_tangent_2},
    {"sind", {float8}, float8, real<sine_of_degrees>},
    {"cosd", {float8}, float8, real<cosine_of_degrees>},
    {"tand", {float8}, float8, real<tangent_of_degrees>},
    {"cotd", {float8}, float8, real<cotangent_of_degrees>},
    {"asind", {float8}, float8, real<arc_sine_in_degrees>},
    {"acosd", {float8}, float8, real<arc_cosine_in_degrees>},
    {"atand", {float8}, float8, real<arc_tangent_in_degrees>},
    {"atan2d", {float8, float8}, float8, arc_tangent_2_in_degrees},
    {"asinh", {float8}, float8, real<std::asinh>},
    {"acosh", {float8}, float8, real<std::acosh>},
    {"atanh", {float8}, float8, real<std::atanh>},
    {"coth", {float8}, float8, real<hyperbolic_cotangent>},
    {"sinh", {float8}, float8, real<std::sinh>},
    {"cosh", {float8}, float8, real<std::cosh>},
    {"tanh", {float8}, float8, real<std::tanh>},
    {"degrees", {float8}, float8, real<degrees>},
    {"radians", {float8}, float8, real<radians>},
    {"sign", {float8}, float8, sign_float},
    {"sign", {numeric}, numeric, sign_numeric},
    {"pi", {}, float8, pi},
    {"random", {}, float8, random_real, true, false, Volatility::changing},
};

}  // namespace

std::span<const Function> mathematical_functions() { return mathematics_rows; }

}  // namespace levada::query
