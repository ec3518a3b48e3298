// Whole numbers (gcd, lcm, factorial), buckets, and numbers as text by patterns.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/uint128.h"
#include "query/function_table.h"
#include "query/number_format.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

// ---- gcd, lcm, factorial ----

std::uint64_t size_of(std::int64_t value) {
  return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                   : static_cast<std::uint64_t>(value);
}

Datum of_size(Evaluation& evaluation, const CallSite& site, Uint128 value) {
  const bool wide = site.result->is(int8);
  const Uint128 limit = wide ? INT64_MAX : INT32_MAX;
  if (value > limit) return out_of_range(evaluation, wide ? "bigint" : "integer");
  return Datum::of(static_cast<std::int64_t>(value));
}

Datum gcd_integer(Evaluation& evaluation, const CallSite& site, Arguments a) {
  return of_size(evaluation, site, std::gcd(size_of(a[0].integer), size_of(a[1].integer)));
}
Datum lcm_integer(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const std::uint64_t x = size_of(a[0].integer), y = size_of(a[1].integer);
  if (x == 0 || y == 0) return Datum::of(0);
  return of_size(evaluation, site, Uint128{x / std::gcd(x, y)} * y);
}

std::optional<Decimal> gcd_of(Decimal x, Decimal y) {
  while (!y.is_zero()) {
    const auto rest = remainder(x, y);
    if (!rest) return std::nullopt;
    x = y;
    y = *rest;
  }
  return x.is_negative() ? negate(x) : x;
}
Datum gcd_numeric(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Decimal x = Decimal::of(a[0]), y = Decimal::of(a[1]);
  if (x.is_special() || y.is_special()) return evaluation.decimal({0, 0, Decimal::Special::nan});
  const auto common = gcd_of(x, y);
  const auto scaled = common ? round(*common, std::max(x.scale, y.scale)) : std::nullopt;
  if (!scaled) return out_of_range(evaluation, "numeric");
  return evaluation.decimal(*scaled);
}
Datum lcm_numeric(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Decimal x = Decimal::of(a[0]), y = Decimal::of(a[1]);
  if (x.is_special() || y.is_special()) return evaluation.decimal({0, 0, Decimal::Special::nan});
  if (x.is_zero() || y.is_zero()) return evaluation.decimal(Decimal::of(std::int64_t{0}));
  const auto common = gcd_of(x, y);
  const auto part = common ? divide(x, *common) : std::nullopt;
  const auto product = part ? multiply(*part, y) : std::nullopt;
  const auto scaled = product ? round(*product, std::max(x.scale, y.scale)) : std::nullopt;
  if (!scaled) return out_of_range(evaluation, "numeric");
  return evaluation.decimal(scaled->is_negative() ? negate(*scaled) : *scaled);
}

Datum factorial(Evaluation& evaluation, const CallSite&, Arguments a) {
  constexpr std::int64_t fits = 33;  // 34! is beyond 128 bits
  if (a[0].integer < 0)
    return evaluation.fail(sqlstate::numeric_value_out_of_range,
                           "factorial of a negative number is undefined");
  if (a[0].integer > fits)
    return evaluation.fail(sqlstate::numeric_value_out_of_range, "value overflows numeric format");
  Int128 product = 1;
  for (std::int64_t n = 2; n <= a[0].integer; ++n) product *= n;
  return evaluation.decimal({product, 0, Decimal::Special::none});
}

Datum to_hex(Evaluation& evaluation, const CallSite& site, Arguments a) {
  auto value = static_cast<std::uint64_t>(a[0].integer);
  if (site.arguments[0].is(int4)) value &= 0xFFFFFFFF;
  char out[20];
  return evaluation.text({out, std::to_chars(out, out + sizeof out, value, 16).ptr});
}

// ---- buckets ----

Datum bucket_of_real(Evaluation& evaluation, const CallSite&, Arguments a) {
  const double x = a[0].real, low = a[1].real, high = a[2].real;
  const auto refuse_with = [&](const char* why) { return evaluation.fail("2201G", why); };
  if (a[3].integer <= 0) return refuse_with("count must be greater than zero");
  if (std::isnan(x) || std::isnan(low) || std::isnan(high))
    return refuse_with("operand, lower bound, and upper bound cannot be NaN");
  if (!std::isfinite(low) || !std::isfinite(high))
    return refuse_with("lower and upper bounds must be finite");
  if (low == high) return refuse_with("lower bound cannot equal upper bound");
  const bool falls = low > high;
  if (falls ? x > low : x < low) return Datum::of(0);
  if (falls ? x <= high : x >= high) return Datum::of(a[3].integer + 1);
  const double share = (x - low) / (high - low) * static_cast<double>(a[3].integer);
  return Datum::of(std::min(static_cast<std::int64_t>(share), a[3].integer - 1) + 1);
}
Datum bucket_of_numeric(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const Datum reals[] = {Datum::of(Decimal::of(a[0]).to_double()),
                         Datum::of(Decimal::of(a[1]).to_double()),
                         Datum::of(Decimal::of(a[2]).to_double()), a[3]};
  return bucket_of_real(evaluation, site, reals);
}
// Of ascending lower bounds: how many are not above the value.
Datum bucket_of_bounds(Evaluation&, const CallSite&, Arguments a) {
  const auto bounds = a[1].list();
  const auto above = std::partition_point(
      bounds.begin(), bounds.end(), [&](const Datum& bound) { return compare(bound, a[0]) <= 0; });
  return Datum::of(static_cast<std::int64_t>(above - bounds.begin()));
}

// ---- to_char, to_number ----

struct ReadPattern {
  std::string text;
  NumberPattern pattern;
};

// The pattern of this place, read when it is another than before; nullptr: the error is told.
const NumberPattern* pattern_of(Evaluation& evaluation, const CallSite& site, const Datum& text) {
  const auto* known = static_cast<const ReadPattern*>(site.memo.get());
  if (known == nullptr || known->text != text.text()) {
    auto read = NumberPattern::of(text.text());
    if (!read) {
      evaluation.fail(std::move(read).error());
      return nullptr;
    }
    site.memo = std::make_shared<ReadPattern>(std::string(text.text()), std::move(*read));
  }
  return &static_cast<const ReadPattern*>(site.memo.get())->pattern;
}

Datum char_of_integer(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const NumberPattern* pattern = pattern_of(evaluation, site, a[1]);
  if (pattern == nullptr) return Datum::null();
  return evaluation.text(pattern->text_of(Decimal::of(a[0].integer)));
}
Datum char_of_numeric(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const NumberPattern* pattern = pattern_of(evaluation, site, a[1]);
  if (pattern == nullptr) return Datum::null();
  return evaluation.text(pattern->text_of(Decimal::of(a[0])));
}
Datum char_of_real(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const NumberPattern* pattern = pattern_of(evaluation, site, a[1]);
  if (pattern == nullptr) return Datum::null();
  return evaluation.text(pattern->text_of(a[0].real));
}
Datum to_number(Evaluation& evaluation, const CallSite& site, Arguments a) {
  const NumberPattern* pattern = pattern_of(evaluation, site, a[1]);
  if (pattern == nullptr) return Datum::null();
  const auto value = pattern->number_in(a[0].text());
  if (!value)
    return evaluation.fail(
        sqlstate::invalid_text_representation,
        "invalid input syntax for type numeric: \"" + std::string(a[0].text()) + "\"");
  return evaluation.decimal(*value);
}

// ---- NULLs among arguments ----

template <bool nulls>
Datum count_nulls(Evaluation&, const CallSite&, Arguments a) {
  return Datum::of(static_cast<std::int64_t>(std::count_if(
      a.begin(), a.end(), [](const Datum& datum) { return datum.is_null() == nulls; })));
}

constinit const Function number_rows[] = {
    {"gcd", {int4, int4}, int4, gcd_integer},
    {"gcd", {int8, int8}, int8, gcd_integer},
    {"gcd", {numeric, numeric}, numeric, gcd_numeric},
    {"lcm", {int4, int4}, int4, lcm_integer},
    {"lcm", {int8, int8}, int8, lcm_integer},
    {"lcm", {numeric, numeric}, numeric, lcm_numeric},
    {"to_hex", {int4}, varchar, to_hex},
    {"to_hex", {int8}, varchar, to_hex},
    {"factorial", {int8}, numeric, factorial},
    {"width_bucket", {float8, float8, float8, int4}, int4, bucket_of_real},
    {"width_bucket", {numeric, numeric, numeric, int4}, int4, bucket_of_numeric},
    {"width_bucket", {any_element, any_list}, int4, bucket_of_bounds},
    {"to_char", {int4, varchar}, varchar, char_of_integer},
    {"to_char", {int8, varchar}, varchar, char_of_integer},
    {"to_char", {numeric, varchar}, varchar, char_of_numeric},
    {"to_char", {float4, varchar}, varchar, char_of_real},
    {"to_char", {float8, varchar}, varchar, char_of_real},
    {"to_number", {varchar, varchar}, numeric, to_number},
    {"num_nulls", {any}, int4, count_nulls<true>, false, true},
    {"num_nonnulls", {any}, int4, count_nulls<false>, false, true},
};

}  // namespace

std::span<const Function> number_functions() { return number_rows; }

}  // namespace levada::query
