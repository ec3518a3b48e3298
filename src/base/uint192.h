#pragma once
// A number of 192 bits that is written in decimal and put together from fields of hexadecimal
// digits: the sequence numbers of Kinesis (186 bits, 56 decimal or 47 hexadecimal digits). Not for
// arithmetic.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/decimal_digits.h"

namespace levada {

class Uint192 {
 public:
  constexpr Uint192() = default;
  constexpr explicit Uint192(std::uint64_t value) : limbs_{value, 0, 0} {}

  static constexpr Uint192 power_of_two(unsigned exponent) {
    CHECK(exponent < 192);
    Uint192 number;
    number.limbs_[exponent / 64] = std::uint64_t{1} << exponent % 64;
    return number;
  }

  // This number's digits followed by `digits` more (1 to 16), which `value` must fit.
  constexpr Uint192 followed_by(std::uint64_t value, unsigned digits) const {
    CHECK(digits >= 1 && digits <= 16 && (digits == 16 || value >> 4 * digits == 0));
    Uint192 longer;
    if (digits == 16) {
      longer.limbs_ = {value, limbs_[0], limbs_[1]};
    } else {
      const unsigned shift = 4 * digits;
      longer.limbs_ = {limbs_[0] << shift | value, limbs_[1] << shift | limbs_[0] >> (64 - shift),
                       limbs_[2] << shift | limbs_[1] >> (64 - shift)};
    }
    return longer;
  }

  // `digits` hexadecimal digits (1 to 16), of which the last has `behind` digits behind it.
  constexpr std::uint64_t hex_digits(unsigned behind, unsigned digits) const {
    CHECK(digits >= 1 && digits <= 16 && behind + digits <= 48);
    const unsigned limb = behind / 16, shift = 4 * (behind % 16);
    std::uint64_t value = limbs_[limb] >> shift;
    if (shift != 0 && limb < 2) value |= limbs_[limb + 1] << (64 - shift);
    return digits == 16 ? value : value & ((std::uint64_t{1} << 4 * digits) - 1);
  }

  constexpr const std::array<std::uint64_t, 3>& limbs() const { return limbs_; }  // lowest first
  static constexpr Uint192 of_limbs(const std::array<std::uint64_t, 3>& limbs) {
    Uint192 number;
    number.limbs_ = limbs;
    return number;
  }

  // Modulo 2^192.
  friend constexpr Uint192 operator+(const Uint192& a, const Uint192& b) {
    Uint192 sum;
    unsigned __int128 carry = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      carry += static_cast<unsigned __int128>(a.limbs_[i]) + b.limbs_[i];
      sum.limbs_[i] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    return sum;
  }

  friend constexpr bool operator==(const Uint192&, const Uint192&) = default;
  friend constexpr std::strong_ordering operator<=>(const Uint192& a, const Uint192& b) {
    for (std::size_t i = 2; i > 0; --i)
      if (a.limbs_[i] != b.limbs_[i]) return a.limbs_[i] <=> b.limbs_[i];
    return a.limbs_[0] <=> b.limbs_[0];
  }

 private:
  std::array<std::uint64_t, 3> limbs_{};
};

inline constexpr std::size_t uint192_digits_max = 58;

// Digits only, the whole text; leading zeros are fine.
inline tl::expected<Uint192, DecimalFault> parse_uint192(std::string_view text) {
  std::array<std::uint64_t, 3> limbs{};
  if (const auto fault = decimal::read(text, limbs)) return tl::unexpected(*fault);
  return Uint192::of_limbs(limbs);
}

// Without leading zeros, at most uint192_digits_max characters at `to`; returns where they end.
inline char* write_decimal(const Uint192& number, char* to) {
  std::array<std::uint64_t, 3> limbs = number.limbs();
  return decimal::write(limbs, to);
}

inline std::string decimal_string(const Uint192& number) {
  char text[uint192_digits_max];
  return {text, write_decimal(number, text)};
}

// A number of at most 56 digits in limbs of base 10^19 (the highest: 10^18), as every record's
// answer shows it. Making one costs three divisions; adding to one, none.
struct Decimal56 {
  std::uint64_t high = 0, middle = 0, low = 0;

  friend constexpr Decimal56 operator+(const Decimal56& a, const Decimal56& b) {
    Decimal56 sum{a.high + b.high, a.middle + b.middle, a.low + b.low};  // below 2^64, carries too
    if (sum.low < a.low || sum.low >= decimal::ten_to_19) {
      sum.low -= decimal::ten_to_19;
      ++sum.middle;
    }
    if (sum.middle < a.middle || sum.middle >= decimal::ten_to_19) {
      sum.middle -= decimal::ten_to_19;
      ++sum.high;
    }
    return sum;
  }
};

inline Decimal56 decimal_56(const Uint192& number) {
  using namespace decimal;
  const auto& limbs = number.limbs();
  std::uint64_t low = limbs[2];
  CHECK(low < ten_to_19);
  const std::uint64_t upper = divide_step(low, limbs[1]);
  std::uint64_t middle = upper;
  const std::uint64_t lower = divide_step(low, limbs[0]);
  CHECK(middle < ten_to_19);
  const std::uint64_t high = divide_step(middle, lower);
  CHECK(high < ten_to_19 / 10, "a number of at most 56 digits");
  return {high, middle, low};
}

inline constexpr std::size_t sequence_digits = 56;
inline char* write_56_digits(const Decimal56& number, char* to) {
  decimal::write_chunk<18>(to, number.high);
  decimal::write_chunk<19>(to + 18, number.middle);
  decimal::write_chunk<19>(to + 37, number.low);
  return to + sequence_digits;
}
// Makes the 56 digits of `before` at `text` those of `now`: few of them differ when it is near.
inline void rewrite_56_digits(const Decimal56& before, const Decimal56& now, char* text) {
  using namespace decimal;
  if (now.high != before.high || now.middle / ten_to_8 != before.middle / ten_to_8) {
    write_56_digits(now, text);
    return;
  }
  write_8(text + 37 - 8, static_cast<std::uint32_t>(now.middle % ten_to_8));
  write_chunk<19>(text + 37, now.low);
}
inline char* write_56_digits(const Uint192& number, char* to) {
  return write_56_digits(decimal_56(number), to);
}

}  // namespace levada
