#include "query/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/ascii.h"

namespace levada::query {

namespace {

using Special = Decimal::Special;
using Unsigned128 = unsigned __int128;

constexpr std::size_t power_count = 39;  // 10^38 < 2^127
constexpr std::array<Unsigned128, power_count> powers = [] {
  std::array<Unsigned128, power_count> all{};
  all[0] = 1;
  for (std::size_t i = 1; i < power_count; ++i) all[i] = all[i - 1] * 10;
  return all;
}();

Unsigned128 magnitude(Int128 value) {
  return value < 0 ? Unsigned128{0} - static_cast<Unsigned128>(value)
                   : static_cast<Unsigned128>(value);
}

std::optional<Int128> with_sign(Unsigned128 value, bool negative) {
  if (value > static_cast<Unsigned128>(decimal_mantissa_max)) return std::nullopt;
  const auto plain = static_cast<Int128>(value);
  return negative ? -plain : plain;
}

std::optional<Int128> scaled_up(Int128 mantissa, unsigned digits) {
  if (digits >= power_count) return mantissa == 0 ? std::optional<Int128>(0) : std::nullopt;
  Int128 result;
  if (__builtin_mul_overflow(mantissa, static_cast<Int128>(powers[digits]), &result))
    return std::nullopt;
  return result;
}

// 256 bits, as the product of two 128-bit numbers; only what multiply() needs.
struct Wide {
  Unsigned128 high = 0, low = 0;

  static Wide product(Unsigned128 a, Unsigned128 b) {
    const std::uint64_t a0 = static_cast<std::uint64_t>(a),
                        a1 = static_cast<std::uint64_t>(a >> 64);
    const std::uint64_t b0 = static_cast<std::uint64_t>(b),
                        b1 = static_cast<std::uint64_t>(b >> 64);
    const Unsigned128 p00 = Unsigned128{a0} * b0, p01 = Unsigned128{a0} * b1;
    const Unsigned128 p10 = Unsigned128{a1} * b0, p11 = Unsigned128{a1} * b1;
    const Unsigned128 middle =
        (p00 >> 64) + static_cast<std::uint64_t>(p01) + static_cast<std::uint64_t>(p10);
    return {p11 + (p01 >> 64) + (p10 >> 64) + (middle >> 64),
            middle << 64 | static_cast<std::uint64_t>(p00)};
  }
  // Divides by 10 and returns what is left.
  unsigned take_digit() {
    std::uint64_t parts[4] = {
        static_cast<std::uint64_t>(high >> 64), static_cast<std::uint64_t>(high),
        static_cast<std::uint64_t>(low >> 64), static_cast<std::uint64_t>(low)};
    Unsigned128 rest = 0;
    for (std::uint64_t& part : parts) {
      const Unsigned128 here = rest << 64 | part;
      part = static_cast<std::uint64_t>(here / 10);
      rest = here % 10;
    }
    high = Unsigned128{parts[0]} << 64 | parts[1];
    low = Unsigned128{parts[2]} << 64 | parts[3];
    return static_cast<unsigned>(rest);
  }
};

Decimal special(Special which) { return {0, 0, which}; }
Decimal infinity(bool negative) {
  return special(negative ? Special::negative_infinity : Special::infinity);
}

struct Aligned {
  Int128 a, b;
  std::uint8_t scale;
};

std::optional<Aligned> aligned(const Decimal& a, const Decimal& b) {
  if (a.scale == b.scale) return Aligned{a.mantissa, b.mantissa, a.scale};
  const std::uint8_t scale = std::max(a.scale, b.scale);
  const auto left = scaled_up(a.mantissa, scale - a.scale);
  const auto right = scaled_up(b.mantissa, scale - b.scale);
  if (!left || !right) return std::nullopt;
  return Aligned{*left, *right, scale};
}

int rank(const Decimal& a) {  // of special values around finite ones
  switch (a.special) {
    case Special::negative_infinity:
      return -1;
    case Special::none:
      return 0;
    case Special::infinity:
      return 1;
    case Special::nan:
      return 2;
  }
  return 0;
}

}  // namespace

Decimal Decimal::of(const Datum& datum) {
  switch (datum.form) {
    case Form::decimal:
      return {datum.integer, datum.scale, Special::none};
    case Form::wide:
      return {*datum.wide, datum.scale, Special::none};
    case Form::special:
      return query::special(static_cast<Special>(datum.scale));
    case Form::integer:
      return Decimal::of(datum.integer);
    default:
      break;
  }
  CHECK(false, "a numeric");
  return {};
}

std::optional<Decimal> Decimal::of(double value, int digits) {
  if (std::isnan(value)) return query::special(Special::nan);
  if (std::isinf(value)) return infinity(value < 0);
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, digits - 1);
  auto parsed = parse({text, end.ptr});
  if (parsed) *parsed = parsed->without_trailing_zeros();
  return parsed;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\n'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n'))
    text.remove_suffix(1);
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const auto is = [&](std::string_view word) { return same_word(text, word); };
  if (is("nan")) return query::special(Special::nan);
  if (is("inf") || is("infinity")) return infinity(negative);
  Unsigned128 mantissa = 0;
  int scale = 0;
  bool any = false, point = false, full = false, round_up = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    const auto digit = static_cast<unsigned>(c - '0');
    const bool room = mantissa <= (static_cast<Unsigned128>(decimal_mantissa_max) - digit) / 10 &&
                      scale < static_cast<int>(decimal_scale_max) && !full;
    if (room) {
      mantissa = mantissa * 10 + digit;
      if (point) ++scale;
    } else if (point) {  // digits that no mantissa holds: round at the first
      if (!full) round_up = digit >= 5;
      full = true;
    } else {
      return std::nullopt;
    }
  }
  if (!any) return std::nullopt;
  if (round_up) ++mantissa;
  int exponent = 0;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    ++i;
    if (i < text.size() && text[i] == '+') ++i;
    const auto end = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size()) return std::nullopt;
  }
  scale -= exponent;
  if (mantissa == 0) {
    return Decimal{0, static_cast<std::uint8_t>(std::clamp(scale, 0, int{decimal_scale_max})),
                   Special::none};
  }
  for (; scale < 0; ++scale) {
    if (mantissa > static_cast<Unsigned128>(decimal_mantissa_max) / 10) return std::nullopt;
    mantissa *= 10;
  }
  bool half = false;
  for (; scale > static_cast<int>(decimal_scale_max); --scale) {
    half = mantissa % 10 >= 5;
    mantissa /= 10;
  }
  if (half) ++mantissa;
  const auto whole = with_sign(mantissa, negative);
  if (!whole) return std::nullopt;
  return Decimal{*whole, static_cast<std::uint8_t>(scale), Special::none};
}

double Decimal::to_double() const {
  if (is_nan()) return std::numeric_limits<double>::quiet_NaN();
  if (special == Special::infinity) return std::numeric_limits<double>::infinity();
  if (special == Special::negative_infinity) return -std::numeric_limits<double>::infinity();
  std::string text;
  append_text(text);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<std::int64_t> Decimal::to_integer() const {
  if (is_special()) return std::nullopt;
  const auto whole = round(*this, 0);
  if (!whole || whole->mantissa > std::numeric_limits<std::int64_t>::max() ||
      whole->mantissa < std::numeric_limits<std::int64_t>::min())
    return std::nullopt;
  return static_cast<std::int64_t>(whole->mantissa);
}

void Decimal::append_text(std::string& out) const {
  switch (special) {
    case Special::nan:
      out += "NaN";
      return;
    case Special::infinity:
      out += "Infinity";
      return;
    case Special::negative_infinity:
      out += "-Infinity";
      return;
    case Special::none:
      break;
  }
  char digits[48];
  char* at = digits + sizeof digits;
  Unsigned128 rest = magnitude(mantissa);
  int count = 0;
  do {
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
    if (++count == scale && scale > 0) *--at = '.';
  } while (rest != 0 || count <= scale);
  if (mantissa < 0) *--at = '-';
  out.append(at, digits + sizeof digits);
}

Decimal Decimal::without_trailing_zeros() const {
  Decimal result = *this;
  while (result.scale > 0 && result.mantissa % 10 == 0) {
    result.mantissa /= 10;
    --result.scale;
  }
  return result;
}

std::optional<Decimal> add(const Decimal& a, const Decimal& b) {
  if (a.is_special() || b.is_special()) {
    if (a.is_nan() || b.is_nan()) return special(Special::nan);
    if (a.is_special() && b.is_special() && a.special != b.special) return special(Special::nan);
    return a.is_special() ? a : b;
  }
  const auto same = aligned(a, b);
  Int128 sum;
  if (!same || __builtin_add_overflow(same->a, same->b, &sum)) return std::nullopt;
  return Decimal{sum, same->scale, Special::none};
}

std::optional<Decimal> subtract(const Decimal& a, const Decimal& b) { return add(a, negate(b)); }

std::optional<Decimal> multiply(const Decimal& a, const Decimal& b) {
  if (a.is_special() || b.is_special()) {
    if (a.is_nan() || b.is_nan() || a.is_zero() || b.is_zero()) return special(Special::nan);
    return infinity(a.is_negative() != b.is_negative());
  }
  int scale = a.scale + b.scale;
  Int128 direct;
  if (scale <= static_cast<int>(decimal_scale_max) &&
      !__builtin_mul_overflow(a.mantissa, b.mantissa, &direct))
    return Decimal{direct, static_cast<std::uint8_t>(scale), Special::none};
  Wide wide = Wide::product(magnitude(a.mantissa), magnitude(b.mantissa));
  unsigned last = 0;
  while (scale > static_cast<int>(decimal_scale_max) ||
         (scale > 0 && (wide.high != 0 || wide.low >> 127 != 0))) {
    last = wide.take_digit();
    --scale;
  }
  if (wide.high != 0) return std::nullopt;
  if (last >= 5) ++wide.low;
  const auto whole = with_sign(wide.low, (a.mantissa < 0) != (b.mantissa < 0));
  if (!whole) return std::nullopt;
  return Decimal{*whole, static_cast<std::uint8_t>(scale), Special::none};
}

std::optional<Decimal> divide(const Decimal& a, const Decimal& b) {
  if (a.is_special() || b.is_special()) {
    if (a.is_nan() || b.is_nan() || (a.is_special() && b.is_special()))
      return special(Special::nan);
    if (b.is_special()) return Decimal{};
    return infinity(a.is_negative() != b.is_negative());
  }
  CHECK(b.mantissa != 0);
  constexpr Unsigned128 quotient_max = (Unsigned128{1} << 96) - 1;  // rust_decimal's mantissa
  const bool negative = (a.mantissa < 0) != (b.mantissa < 0);
  Unsigned128 dividend = magnitude(a.mantissa), divisor = magnitude(b.mantissa);
  int scale = int{a.scale} - int{b.scale};
  const int natural_scale = std::max(scale, 0);
  while (divisor >> 124 != 0) {  // so that a remainder times ten fits
    dividend >>= 4;
    divisor >>= 4;
  }
  Unsigned128 quotient = dividend / divisor, rest = dividend % divisor;
  while (scale < 0 || (rest != 0 && scale < static_cast<int>(decimal_scale_max))) {
    // As many digits at once as fit.
    unsigned digits = 1;
    if (divisor >> 64 == 0 && scale >= 0) {
      digits = std::min(19u, decimal_scale_max - static_cast<unsigned>(scale));
      while (digits > 1 && quotient > quotient_max / powers[digits]) --digits;
    }
    if (scale >= 0 && quotient > (quotient_max - 9) / 10) break;
    if (quotient > static_cast<Unsigned128>(decimal_mantissa_max) / 10 - 1) return std::nullopt;
    rest *= powers[digits];
    const Unsigned128 more = rest / divisor;
    if (scale >= 0 && quotient * powers[digits] + more > quotient_max && digits > 1) {
      rest /= powers[digits];
      rest *= 10;
      quotient = quotient * 10 + rest / divisor;
      rest %= divisor;
      ++scale;
      continue;
    }
    quotient = quotient * powers[digits] + more;
    rest %= divisor;
    scale += static_cast<int>(digits);
  }
  if (rest != 0 && rest >= divisor - rest) ++quotient;
  while (scale > natural_scale && quotient % 10 == 0) {
    quotient /= 10;
    --scale;
  }
  for (; scale > static_cast<int>(decimal_scale_max); --scale) quotient /= 10;
  const auto whole = with_sign(quotient, negative);
  if (!whole) return std::nullopt;
  return Decimal{*whole, static_cast<std::uint8_t>(scale), Special::none};
}

std::optional<Decimal> remainder(const Decimal& a, const Decimal& b) {
  if (a.is_nan() || b.is_nan() || a.is_special()) return special(Special::nan);
  if (b.is_special()) return a;
  CHECK(b.mantissa != 0);
  const auto same = aligned(a, b);
  if (!same) return std::nullopt;
  return Decimal{same->a % same->b, same->scale, Special::none};
}

Decimal negate(const Decimal& a) {
  switch (a.special) {
    case Special::infinity:
      return special(Special::negative_infinity);
    case Special::negative_infinity:
      return special(Special::infinity);
    case Special::nan:
      return a;
    case Special::none:
      break;
  }
  return {-a.mantissa, a.scale, Special::none};
}

std::optional<Decimal> round(const Decimal& a, int scale, Rounding rounding) {
  if (a.is_special()) return a;
  scale = std::min(scale, static_cast<int>(decimal_scale_max));
  if (scale >= a.scale) {
    const auto mantissa = scaled_up(a.mantissa, static_cast<unsigned>(scale - a.scale));
    if (!mantissa) return a;  // as many digits as there is room for
    return Decimal{*mantissa, static_cast<std::uint8_t>(scale), Special::none};
  }
  const auto dropped = static_cast<unsigned>(int{a.scale} - scale);
  if (dropped >= power_count) return Decimal{};
  const Unsigned128 unit = powers[dropped], whole = magnitude(a.mantissa);
  Unsigned128 kept = whole / unit;
  const Unsigned128 rest = whole % unit;
  const bool negative = a.mantissa < 0;
  switch (rounding) {
    case Rounding::half_away:
      kept += rest >= unit - rest ? 1 : 0;
      break;
    case Rounding::down:
      break;
    case Rounding::floor:
      kept += negative && rest != 0 ? 1 : 0;
      break;
    case Rounding::ceiling:
      kept += !negative && rest != 0 ? 1 : 0;
      break;
  }
  if (scale < 0) {
    if (static_cast<unsigned>(-scale) >= power_count) return Decimal{};
    kept *= powers[static_cast<unsigned>(-scale)];
  }
  const auto mantissa = with_sign(kept, negative);
  if (!mantissa) return std::nullopt;
  return Decimal{*mantissa, static_cast<std::uint8_t>(std::max(scale, 0)), Special::none};
}

Datum decimal_datum(const Decimal& decimal, Int128& storage) {
  Datum datum;
  datum.scale = decimal.scale;
  if (decimal.is_special()) {
    datum.form = Form::special;
    datum.scale = static_cast<std::uint8_t>(decimal.special);
  } else if (decimal.mantissa >= std::numeric_limits<std::int64_t>::min() &&
             decimal.mantissa <= std::numeric_limits<std::int64_t>::max()) {
    datum.form = Form::decimal;
    datum.integer = static_cast<std::int64_t>(decimal.mantissa);
  } else {
    datum.form = Form::wide;
    storage = decimal.mantissa;
    datum.wide = &storage;
  }
  return datum;
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  if (a.is_special() || b.is_special()) return rank(a) <=> rank(b);
  if (a.scale == b.scale) return a.mantissa <=> b.mantissa;
  const auto unit_a = static_cast<Int128>(powers[a.scale]);
  const auto unit_b = static_cast<Int128>(powers[b.scale]);
  if (const auto whole = a.mantissa / unit_a <=> b.mantissa / unit_b; whole != 0) return whole;
  // What is left is below 10^28, so both fit when scaled to 28.
  return a.mantissa % unit_a * static_cast<Int128>(powers[decimal_scale_max - a.scale]) <=>
         b.mantissa % unit_b * static_cast<Int128>(powers[decimal_scale_max - b.scale]);
}

std::uint64_t hash(const Decimal& a) {
  constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
  if (a.is_special()) return factor * (7 + static_cast<std::uint64_t>(a.special));
  const Decimal plain = a.without_trailing_zeros();
  const auto low = static_cast<std::uint64_t>(plain.mantissa);
  const auto high = static_cast<std::uint64_t>(plain.mantissa >> 64);
  return (low ^ (high * factor) ^ plain.scale) * factor;
}

}  // namespace levada::query
