#include "base/decimal_digits.h"

#include <algorithm>
#include <charconv>

namespace levada::decimal {
namespace {

constexpr std::size_t chunks_max = 4;  // 192 bits are 58 digits

bool all_digits(std::uint64_t eight) {
  constexpr std::uint64_t high_halves = 0xf0f0'f0f0'f0f0'f0f0;
  return ((eight & high_halves) | ((eight + 0x0606'0606'0606'0606) & high_halves) >> 4) ==
         0x3333'3333'3333'3333;
}

// Eight digits in memory order to their number: pairs, fours, then all.
std::uint64_t value_of(std::uint64_t eight) {
  const std::uint64_t twos = (eight & 0x0f0f'0f0f'0f0f'0f0f) * (10 << 8 | 1) >> 8;
  const std::uint64_t fours = (twos & 0x00ff'00ff'00ff'00ff) * (100 << 16 | 1) >> 16;
  return (fours & 0x0000'ffff'0000'ffff) * (10'000ull << 32 | 1) >> 32;
}

std::optional<std::uint64_t> read_chunk(std::string_view text) {
  std::uint64_t value = 0;
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data(), sizeof eight);
    if (!all_digits(eight)) return std::nullopt;
    value = value * ten_to_8 + value_of(eight);
  }
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

}  // namespace

char* write(std::span<std::uint64_t> limbs, char* to) {
  std::uint64_t chunks[chunks_max];
  std::size_t size = 0;
  do chunks[size++] = divide(limbs);
  while (std::any_of(limbs.begin(), limbs.end(), [](std::uint64_t limb) { return limb != 0; }));
  to = std::to_chars(to, to + chunk_digits, chunks[--size]).ptr;
  for (; size > 0; to += chunk_digits) write_chunk<chunk_digits>(to, chunks[--size]);
  return to;
}

std::optional<DecimalFault> read(std::string_view text, std::span<std::uint64_t> limbs) {
  if (text.empty()) return DecimalFault::not_decimal;
  bool fits = true;
  // The first chunk takes what is over, so that every other is whole.
  for (std::size_t size = (text.size() - 1) % chunk_digits + 1; !text.empty();
       size = chunk_digits) {
    const auto chunk = read_chunk(text.substr(0, size));
    if (!chunk) return DecimalFault::not_decimal;
    fits = fits && multiply_add(limbs, ten_to_19, *chunk);
    text.remove_prefix(size);
  }
  if (!fits) return DecimalFault::overflow;
  return std::nullopt;
}

}  // namespace levada::decimal
