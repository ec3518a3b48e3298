#include "keys/aes_gcm.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <optional>

#include "base/check.h"

namespace levada::keys {
namespace {

const unsigned char* in(const std::byte* at) { return reinterpret_cast<const unsigned char*>(at); }
unsigned char* out(std::byte* at) { return reinterpret_cast<unsigned char*>(at); }

}  // namespace

struct AesGcm::Context {
  Context(bool encrypts, bool by_vectors) : encrypts(encrypts), by_vectors(by_vectors) {
    if (by_vectors) return;
    evp = EVP_CIPHER_CTX_new();
    CHECK(EVP_CipherInit_ex(evp, EVP_aes_256_gcm(), nullptr, nullptr, nullptr, encrypts) == 1);
  }
  ~Context() {
    EVP_CIPHER_CTX_free(evp);
    OPENSSL_cleanse(key.data(), key.size());
  }

  // Expanding a key costs as much as encrypting a kilobyte, and streams are few.
  void begin(const KeyMaterial& wanted, const Nonce& nonce, ByteView authenticated) {
    const bool same = loaded && CRYPTO_memcmp(key.data(), wanted.data(), key.size()) == 0;
    key = wanted;
    loaded = true;
    if (by_vectors) {
      if (!same) vector.emplace(key);
      return vector->begin(nonce, authenticated);
    }
    const unsigned char* fresh = same ? nullptr : in(wanted.data());
    CHECK(EVP_CipherInit_ex(evp, nullptr, nullptr, fresh, in(nonce.data()), -1) == 1);
    int written = 0;
    if (!authenticated.empty())
      CHECK(EVP_CipherUpdate(evp, nullptr, &written, in(authenticated.data()),
                             static_cast<int>(authenticated.size())) == 1);
  }
  void update(ByteView from, std::byte* to) {
    if (by_vectors) return encrypts ? vector->seal(from, to) : vector->open(from, to);
    if (from.empty()) return;
    int written = 0;
    CHECK(EVP_CipherUpdate(evp, out(to), &written, in(from.data()),
                           static_cast<int>(from.size())) == 1);
  }
  bool finish() {
    unsigned char none[16];
    int written = 0;
    return EVP_CipherFinal_ex(evp, none, &written) == 1;
  }
  Tag tag() {
    if (by_vectors) return vector->tag();
    Tag tag;
    CHECK(finish() &&
          EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_GCM_GET_TAG, int(tag.size()), tag.data()) == 1);
    return tag;
  }
  bool tag_is(Tag expected) {
    if (by_vectors) return vector->tag_is(expected);
    return EVP_CIPHER_CTX_ctrl(evp, EVP_CTRL_GCM_SET_TAG, int(expected.size()), expected.data()) ==
               1 &&
           finish();
  }

  bool encrypts, by_vectors;
  EVP_CIPHER_CTX* evp = nullptr;
  std::optional<VectorAesGcm> vector;
  KeyMaterial key{};
  bool loaded = false;
};

AesGcm::AesGcm(bool by_vectors)
    : seal_(std::make_unique<Context>(true, by_vectors)),
      open_(std::make_unique<Context>(false, by_vectors)) {}
AesGcm::~AesGcm() = default;

Tag AesGcm::seal(const KeyMaterial& key, const Nonce& nonce, ByteView authenticated,
                 MutableByteView text) {
  seal_->begin(key, nonce, authenticated);
  seal_->update(text, text.data());
  return seal_->tag();
}

bool AesGcm::open(const KeyMaterial& key, const Nonce& nonce, ByteView authenticated,
                  ByteView sealed, const Tag& tag, MutableByteView text) {
  CHECK(text.size() == sealed.size());
  open_->begin(key, nonce, authenticated);
  open_->update(sealed, text.data());
  return open_->tag_is(tag);
}

}  // namespace levada::keys
