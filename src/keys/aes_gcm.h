#pragma once
// AesGcm: AES-256-GCM in place, by this machine's widest instructions if it has them, else by
// OpenSSL. What is made of a key once is kept for the next message under the same. One for each
// reactor.

#include <array>
#include <memory>

#include "base/bytes.h"
#include "base/vector_aes_gcm.h"

namespace levada::keys {

using KeyMaterial = std::array<std::byte, 32>;
using Nonce = std::array<std::byte, 12>;
using Tag = std::array<std::byte, 16>;

class AesGcm {
 public:
  AesGcm() : AesGcm(VectorAesGcm::available()) {}
  explicit AesGcm(bool by_vectors);
  ~AesGcm();

  // Encrypts `text` where it stands. A nonce serves a key once.
  Tag seal(const KeyMaterial& key, const Nonce& nonce, ByteView authenticated,
           MutableByteView text);
  // From `sealed` to `text` of the same size, which may be the same bytes. False: changed, or under
  // another key; `text` is worthless then.
  [[nodiscard]] bool open(const KeyMaterial& key, const Nonce& nonce, ByteView authenticated,
                          ByteView sealed, const Tag& tag, MutableByteView text);

 private:
  struct Context;
  std::unique_ptr<Context> seal_, open_;
};

}  // namespace levada::keys
