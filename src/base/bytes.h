#pragma once
// Sizes and views of bytes. Bytes is an amount, ByteView looks at bytes it does not own,
// Buffer owns them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace levada {

enum class Bytes : std::uint64_t {};

constexpr std::uint64_t count(Bytes bytes) { return static_cast<std::uint64_t>(bytes); }

constexpr Bytes operator+(Bytes a, Bytes b) { return Bytes{count(a) + count(b)}; }
constexpr Bytes operator-(Bytes a, Bytes b) { return Bytes{count(a) - count(b)}; }
constexpr Bytes operator*(Bytes a, std::uint64_t n) { return Bytes{count(a) * n}; }
constexpr Bytes& operator+=(Bytes& a, Bytes b) { return a = a + b; }
constexpr Bytes& operator-=(Bytes& a, Bytes b) { return a = a - b; }

consteval Bytes operator""_B(unsigned long long n) { return Bytes{n}; }
consteval Bytes operator""_KiB(unsigned long long n) { return Bytes{n << 10}; }
consteval Bytes operator""_MiB(unsigned long long n) { return Bytes{n << 20}; }
consteval Bytes operator""_GiB(unsigned long long n) { return Bytes{n << 30}; }

using ByteView = std::span<const std::byte>;
using MutableByteView = std::span<std::byte>;
using Buffer = std::vector<std::byte>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace levada
