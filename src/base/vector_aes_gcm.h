#pragma once
// VectorAesGcm: AES-GCM (NIST SP 800-38D) of one key, with nonces of 96 bits and tags of 128, by
// the widest instructions that machines have (AVX-512 with VAES). OpenSSL 3.0 has none of these: it
// is what callers take where `available()` says no, and what the tests hold this against.

#include <array>
#include <cstdint>

#include "base/aes_gcm_kernels.h"
#include "base/bytes.h"

namespace levada {

class VectorAesGcm {
 public:
  using Nonce = std::array<std::byte, 12>;
  using Tag = std::array<std::byte, 16>;

  // Whether this machine can.
  static bool available();

  // A key of 16 or 32 bytes.
  explicit VectorAesGcm(ByteView key);
  VectorAesGcm(const VectorAesGcm&) = default;
  VectorAesGcm& operator=(const VectorAesGcm&) = default;
  ~VectorAesGcm();

  // One message: begin, then seal or open its text in any pieces, then its tag. A piece comes from
  // `from` to `to`, which are the same bytes or do not meet. What was opened is worthless until
  // the tag is found to be the one that came with it.
  void begin(const Nonce& nonce, ByteView authenticated);
  void seal(ByteView from, std::byte* to);
  void open(ByteView from, std::byte* to);
  Tag tag();
  // In a time that does not tell where they differ.
  [[nodiscard]] bool tag_is(ByteView tag);

 private:
  void continue_block(ByteView& from, std::byte*& to, bool sealing);
  void begin_block(ByteView from, std::byte* to, bool sealing);
  void end_block();

  aes_gcm_kernel::Schedule schedule_;
  aes_gcm_kernel::Progress progress_;
  Tag first_;  // the cipher of the first counter, which hides the tag
  // A block that a piece ended in: its key stream, its ciphertext and how much of it there is.
  std::array<std::byte, aes_gcm_kernel::block_size> stream_, begun_;
  std::size_t begun_size_ = 0;
  std::uint64_t authenticated_size_ = 0, text_size_ = 0;
};

}  // namespace levada
