#pragma once
// MD5 (RFC 1321), as the Kinesis API defines the route of a partition key: fast for one short key
// and, in lanes side by side, for the many keys of one request. Not for security.

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/endian.h"

namespace levada::wire {

using Md5Digest = std::array<std::byte, 16>;

Md5Digest md5(std::string_view text);

// digests[i] = md5(texts[i]), of any lengths. Both spans have the same size.
void md5_many(std::span<const std::string_view> texts, std::span<Md5Digest> digests);

// The digest as the big-endian number that hash-key ranges are made of.
inline unsigned __int128 as_number(const Md5Digest& digest) {
  const auto high = load_be<std::uint64_t>(digest.data());
  const auto low = load_be<std::uint64_t>(digest.data() + 8);
  return static_cast<unsigned __int128>(high) << 64 | low;
}

}  // namespace levada::wire
