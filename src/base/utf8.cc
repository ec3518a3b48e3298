#include "base/utf8.h"

#include <cstdint>
#include <cstring>

#include "base/cpu.h"
#include "base/utf8_kernels.h"

namespace levada {
namespace {

constexpr bool is_continuation(unsigned char c) { return c >> 6 == 0b10; }

// The first byte from `at` on that is no ASCII, or `end`.
const char* skip_ascii(const char* at, const char* end) {
  constexpr std::uint64_t top_bits = 0x8080'8080'8080'8080;
  for (std::uint64_t word = 0; end - at >= 8; at += sizeof(word)) {
    std::memcpy(&word, at, sizeof(word));
    if ((word & top_bits) != 0) break;
  }
  while (at != end && static_cast<unsigned char>(*at) < 0x80) ++at;
  return at;
}

// How many bytes the character at the start takes, which is not ASCII; 0 when it is none.
std::size_t character_size(const char* at, std::size_t left) {
  const auto byte = [at](std::size_t i) { return static_cast<unsigned char>(at[i]); };
  const unsigned char first = byte(0);
  if (first < 0xc2 || left < 2) return 0;
  const unsigned char second = byte(1);
  if (first < 0xe0) return is_continuation(second) ? 2 : 0;
  if (left < 3 || !is_continuation(second) || !is_continuation(byte(2))) return 0;
  if (first < 0xf0)
    return (first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ? 0 : 3;
  if (left < 4 || !is_continuation(byte(3))) return 0;
  if (first > 0xf4 || (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90))
    return 0;
  return 4;
}

}  // namespace

bool utf8_kernel::valid_portable(const char* text, std::size_t size) {
  const char* const end = text + size;
  while ((text = skip_ascii(text, end)) != end) {
    const std::size_t character = character_size(text, static_cast<std::size_t>(end - text));
    if (character == 0) return false;
    text += character;
  }
  return true;
}

// Most keys and names are short and plain ASCII, which the portable one tells soonest.
bool is_valid_utf8(std::string_view text) {
  constexpr std::size_t short_max = 64;
  if (text.size() <= short_max || !cpu_features().avx2)
    return utf8_kernel::valid_portable(text.data(), text.size());
  return utf8_kernel::valid_avx2(text.data(), text.size());
}

}  // namespace levada
