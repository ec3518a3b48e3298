#pragma once
// SHA-256 (FIPS 180-4) and HMAC-SHA256 (RFC 2104) for SigV4: plain values on the stack, no
// allocation, no fetch; by SHA-NI where the machine has it, else by OpenSSL's compression.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace levada::wire {

using Sha256Digest = std::array<std::byte, 32>;

class Sha256 {
 public:
  static constexpr std::size_t block_size = 64;

  void update(ByteView bytes);
  void update(std::string_view text) { update(as_bytes(text)); }
  Sha256Digest finish();  // the last call: the object may then only be destroyed or assigned to

 private:
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::uint64_t size_ = 0;
  std::array<std::byte, block_size> begun_;  // the first size_ % block_size bytes of a block
};

Sha256Digest sha256(ByteView bytes);

// HMAC with one key: the key is hashed once, then each message costs only its own blocks and one
// more.
class HmacSha256 {
 public:
  explicit HmacSha256(ByteView key);

  Sha256Digest of(ByteView message) const;
  Sha256Digest of(std::string_view message) const { return of(as_bytes(message)); }

  // A message in pieces: update what `begin` gives, then hand it to `finish`.
  Sha256 begin() const { return inner_; }
  Sha256Digest finish(Sha256 message) const;

 private:
  Sha256 inner_;
  Sha256 outer_;
};

}  // namespace levada::wire
