#pragma once
// Decimal: SQL's numeric. A 128-bit mantissa with a scale of 0 to 28, or NaN or an infinity. Sums
// and products are exact as long as they fit; a quotient carries at most 96 bits, as RisingWave's
// (rust_decimal's) does, so that quotients print alike.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "query/value.h"

namespace levada::query {

inline constexpr unsigned decimal_scale_max = 28;  // spec/streaming-sql 4.2
inline constexpr Int128 decimal_mantissa_max = ~(Int128{1} << 127);

struct Decimal {
  enum class Special : std::uint8_t { none, nan, infinity, negative_infinity };

  Int128 mantissa = 0;
  std::uint8_t scale = 0;
  Special special = Special::none;

  static Decimal of(std::int64_t integer) { return {integer, 0, Special::none}; }
  static Decimal of(const Datum& datum);
  // Every double has a text; the numeric is that text's (as PostgreSQL: 15 digits, float4: 6).
  static std::optional<Decimal> of(double value, int digits);
  static std::optional<Decimal> parse(std::string_view text);

  bool is_special() const { return special != Special::none; }
  bool is_nan() const { return special == Special::nan; }
  bool is_zero() const { return !is_special() && mantissa == 0; }
  bool is_negative() const {
    return special == Special::negative_infinity || (!is_special() && mantissa < 0);
  }

  double to_double() const;
  // Half away from zero; nullopt: NaN, infinite or beyond 64 bits.
  std::optional<std::int64_t> to_integer() const;
  void append_text(std::string& out) const;
  Decimal without_trailing_zeros() const;

  auto fields() { return std::tie(mantissa, scale, special); }
};

// nullopt: the result does not fit. Division by zero is the caller's to refuse.
std::optional<Decimal> add(const Decimal& a, const Decimal& b);
std::optional<Decimal> subtract(const Decimal& a, const Decimal& b);
std::optional<Decimal> multiply(const Decimal& a, const Decimal& b);
std::optional<Decimal> divide(const Decimal& a, const Decimal& b);
std::optional<Decimal> remainder(const Decimal& a, const Decimal& b);
Decimal negate(const Decimal& a);

enum class Rounding : std::uint8_t { half_away, down, floor, ceiling };
// To `scale` digits behind the point; negative: before it.
std::optional<Decimal> round(const Decimal& a, int scale, Rounding rounding = Rounding::half_away);

// The datum of a decimal; a mantissa beyond 64 bits is put into `storage`, which it then looks at.
Datum decimal_datum(const Decimal& decimal, Int128& storage);

std::strong_ordering compare(const Decimal& a, const Decimal& b);
std::uint64_t hash(const Decimal& a);

}  // namespace levada::query
