#pragma once
// Integers in bytes of a stated order. Levada's own formats are little-endian; network protocols
// and hash keys are big-endian. Callers have checked that the bytes are there.

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace levada {

template <std::unsigned_integral T>
constexpr T swap_bytes(T value) {
  if constexpr (sizeof(T) == 1)
    return value;
  else if constexpr (sizeof(T) == 2)
    return __builtin_bswap16(value);
  else if constexpr (sizeof(T) == 4)
    return __builtin_bswap32(value);
  else
    return __builtin_bswap64(value);
}

static_assert(std::endian::native == std::endian::little, "Levada runs on little-endian machines");

template <std::unsigned_integral T>
T load_le(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <std::unsigned_integral T>
void store_le(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

template <std::unsigned_integral T>
T load_be(const std::byte* from) {
  return swap_bytes(load_le<T>(from));
}

template <std::unsigned_integral T>
void store_be(std::byte* to, T value) {
  store_le(to, swap_bytes(value));
}

}  // namespace levada
