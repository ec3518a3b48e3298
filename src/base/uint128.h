#pragma once
// Unsigned 128-bit numbers as decimal text: the hash keys of Kinesis, 0 to 2^128 - 1.

#include <string>
#include <string_view>

#include "base/decimal_digits.h"

namespace levada {

using Uint128 = unsigned __int128;

inline constexpr std::size_t uint128_digits_max = 39;

// Digits only, the whole text; leading zeros are fine.
inline tl::expected<Uint128, DecimalFault> parse_uint128(std::string_view text) {
  std::uint64_t limbs[2] = {0, 0};
  if (const auto fault = decimal::read(text, limbs)) return tl::unexpected(*fault);
  return Uint128{limbs[1]} << 64 | limbs[0];
}

// Without leading zeros, at most uint128_digits_max characters at `to`; returns where they end.
inline char* write_decimal(Uint128 number, char* to) {
  std::uint64_t limbs[2] = {static_cast<std::uint64_t>(number),
                            static_cast<std::uint64_t>(number >> 64)};
  return decimal::write(limbs, to);
}

inline std::string decimal_string(Uint128 number) {
  char text[uint128_digits_max];
  return {text, write_decimal(number, text)};
}

}  // namespace levada
