#pragma once
// VectorAesGcm: AES-GCM (NIST SP 800-38D) of one key, with nonces of 96 bits and tags of 128, by
// ipsec-mb on machines with AVX-512 and VAES. OpenSSL 3.0 knows none of these instructions: it is
// what callers take where `available()` says no, and what the tests hold this against.

#include <array>
#include <memory>

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
  struct State;
  struct Wipe {
    void operator()(State* state) const;
  };
  std::unique_ptr<State, Wipe> state_;
};

}  // namespace levada
