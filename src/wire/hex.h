#pragma once
// Bytes as hexadecimal digits and back: signatures, digests, request ids, `x'…'` literals.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/endian.h"

namespace levada::wire {

// Four bytes as eight lower-case digits, all at once: spread the nibbles over eight bytes, then add
// '0', and 39 more where the nibble is ten or above.
inline std::uint64_t hex_of_four_bytes(std::uint32_t big_endian_value) {
  std::uint64_t x = big_endian_value;
  x = ((x << 16) | x) & 0x0000'ffff'0000'ffff;
  x = ((x << 8) | x) & 0x00ff'00ff'00ff'00ff;
  x = ((x << 4) | x) & 0x0f0f'0f0f'0f0f'0f0f;
  const std::uint64_t letters = ((x + 0x0606'0606'0606'0606) >> 4) & 0x0101'0101'0101'0101;
  return x + 0x3030'3030'3030'3030 + letters * ('a' - '0' - 10);
}

// Writes 2 × bytes.size() lower-case digits at `to`; returns where they end.
inline char* write_hex(ByteView bytes, char* to) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4, to += 8)
    store_be(reinterpret_cast<std::byte*>(to),
             hex_of_four_bytes(load_be<std::uint32_t>(bytes.data() + i)));
  for (; i < bytes.size(); ++i) {
    const auto value = static_cast<unsigned>(bytes[i]);
    *to++ = digits[value >> 4];
    *to++ = digits[value & 15];
  }
  return to;
}

template <std::size_t size>
std::array<char, 2 * size> to_hex(const std::array<std::byte, size>& bytes) {
  std::array<char, 2 * size> text;
  write_hex(bytes, text.data());
  return text;
}

inline std::string hex_string(ByteView bytes) {
  std::string text(2 * bytes.size(), '\0');
  write_hex(bytes, text.data());
  return text;
}

// The value of one digit of either case, nothing for other characters.
constexpr std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

// Reads exactly 2 × to.size() digits of either case; false when the text is anything else (`to`
// then holds no meaning).
[[nodiscard]] inline bool read_hex(std::string_view text, MutableByteView to) {
  if (text.size() != 2 * to.size()) return false;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto high = hex_digit(text[2 * i]);
    const auto low = hex_digit(text[2 * i + 1]);
    if (!high || !low) return false;
    to[i] = static_cast<std::byte>(*high << 4 | *low);
  }
  return true;
}

}  // namespace levada::wire
