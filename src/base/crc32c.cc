#include "base/crc32c.h"

#include <isa-l/crc.h>

namespace levada {

std::uint32_t crc32c(ByteView bytes, std::uint32_t seed) {
  // isa-l takes a non-const pointer and an int length, and leaves the pre- and post-inversion to
  // us.
  auto* at = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data()));
  std::uint64_t left = bytes.size();
  std::uint32_t crc = ~seed;
  constexpr std::uint64_t step_max = 1u << 30;
  while (left > 0) {
    const auto step = static_cast<int>(left < step_max ? left : step_max);
    crc = crc32_iscsi(at, step, crc);
    at += step;
    left -= static_cast<std::uint64_t>(step);
  }
  return ~crc;
}

}  // namespace levada
