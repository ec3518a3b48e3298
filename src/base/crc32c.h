#pragma once
// CRC-32C (Castagnoli, RFC 3720): the checksum of everything Levada keeps on disk. Detects torn and
// flipped bytes; it is not a signature.

#include <cstdint>

#include "base/bytes.h"

namespace levada {

// The checksum of `bytes` after those that `seed` already covers (0 to begin).
std::uint32_t crc32c(ByteView bytes, std::uint32_t seed = 0);

}  // namespace levada
