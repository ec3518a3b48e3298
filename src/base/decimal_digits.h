#pragma once
// Decimal digits in chunks: eight at a time in one register, nineteen as one 64-bit limb in base
// 10^19. The parts that uint128, uint192 and identifiers with digits are made of.

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <tl/expected.hpp>

namespace levada {

enum class DecimalFault : std::uint8_t {
  not_decimal,  // empty, or something else than the digits 0 to 9
  overflow,     // too large for the type
};

}  // namespace levada

namespace levada::decimal {

using Wide = unsigned __int128;

inline constexpr std::size_t chunk_digits = 19;
inline constexpr std::uint64_t ten_to_8 = 100'000'000;
inline constexpr std::uint64_t ten_to_16 = ten_to_8 * ten_to_8;
inline constexpr std::uint64_t ten_to_19 = ten_to_16 * 1000;  // the largest power in 64 bits

// Writes exactly eight digits of a number below 10^8: first two numbers of four digits, then four
// of two, then eight of one, each split done on all lanes at once by a multiplication (after Paul
// Khuong).
inline void write_8(char* to, std::uint32_t number) {
  const std::uint64_t fours = number / 10'000 | std::uint64_t{number % 10'000} << 32;
  const std::uint64_t upper = (fours * 10'486 >> 20) & 0x0000'007f'0000'007f;
  const std::uint64_t twos = upper + ((fours - 100 * upper) << 16);
  const std::uint64_t tens = (twos * 103 >> 10) & 0x000f'000f'000f'000f;
  const std::uint64_t ones = tens + ((twos - 10 * tens) << 8);
  const std::uint64_t text = ones + 0x3030'3030'3030'3030;
  std::memcpy(to, &text, sizeof text);
}

// Writes exactly `width` digits (16 to 19) of a number that has no more.
template <std::size_t width>
inline void write_chunk(char* to, std::uint64_t number) {
  static_assert(width >= 16 && width <= chunk_digits);
  std::uint64_t head = number / ten_to_16;
  const std::uint64_t tail = number % ten_to_16;
  for (std::size_t i = width - 16; i-- > 0; head /= 10) to[i] = static_cast<char>('0' + head % 10);
  write_8(to + width - 16, static_cast<std::uint32_t>(tail / ten_to_8));
  write_8(to + width - 8, static_cast<std::uint32_t>(tail % ten_to_8));
}

// Divides high:low, where high < 10^19, by 10^19 with its reciprocal (Möller and Granlund,
// "Improved division by invariant integers"): two multiplications, where the processor's division
// takes 20 to 40 cycles. Leaves the remainder in `high`.
inline std::uint64_t divide_step(std::uint64_t& high, std::uint64_t low) {
  constexpr auto reciprocal = static_cast<std::uint64_t>(~Wide{0} / ten_to_19 - (Wide{1} << 64));
  const Wide estimate = Wide{reciprocal} * high + (Wide{high} << 64 | low);
  std::uint64_t quotient = static_cast<std::uint64_t>(estimate >> 64) + 1;
  std::uint64_t remainder = low - quotient * ten_to_19;
  if (remainder > static_cast<std::uint64_t>(estimate)) {
    --quotient;
    remainder += ten_to_19;
  }
  if (remainder >= ten_to_19) [[unlikely]] {
    ++quotient;
    remainder -= ten_to_19;
  }
  high = remainder;
  return quotient;
}

// Limbs have the least significant first. Divides in place; returns the remainder.
inline std::uint64_t divide(std::span<std::uint64_t> limbs) {
  std::uint64_t remainder = 0;
  for (std::size_t i = limbs.size(); i-- > 0;) limbs[i] = divide_step(remainder, limbs[i]);
  return remainder;
}

// limbs = limbs · factor + addend; false when the result has no room.
inline bool multiply_add(std::span<std::uint64_t> limbs, std::uint64_t factor,
                         std::uint64_t addend) {
  for (std::uint64_t& limb : limbs) {
    const Wide product = Wide{limb} * factor + addend;
    limb = static_cast<std::uint64_t>(product);
    addend = static_cast<std::uint64_t>(product >> 64);
  }
  return addend == 0;
}

// Writes without leading zeros; returns the end. Destroys the limbs.
char* write(std::span<std::uint64_t> limbs, char* to);

// Reads the whole of `text`; leading zeros are fine. The limbs come in as zero.
std::optional<DecimalFault> read(std::string_view text, std::span<std::uint64_t> limbs);

}  // namespace levada::decimal
