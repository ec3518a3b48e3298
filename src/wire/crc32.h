#pragma once
// CRC-32 of IEEE 802.3, zlib's: the checksum of AWS event-stream frames. What Levada keeps on disk
// uses crc32c (base/crc32c.h).

#include <isa-l/crc.h>

#include <cstdint>

#include "base/bytes.h"

namespace levada::wire {

// The checksum of `bytes` after those that `seed` already covers (0 to begin).
inline std::uint32_t crc32(ByteView bytes, std::uint32_t seed = 0) {
  return crc32_gzip_refl(seed, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

}  // namespace levada::wire
