#include "keys/aes_gcm.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/check.h"

namespace levada::keys {
namespace {

const unsigned char* in(const std::byte* at) { return reinterpret_cast<const unsigned char*>(at); }
unsigned char* out(std::byte* at) { return reinterpret_cast<unsigned char*>(at); }

}  // namespace

struct AesGcm::Context {
  explicit Context(int encrypt) {
    CHECK(EVP_CipherInit_ex(evp, EVP_aes_256_gcm(), nullptr, nullptr, nullptr, encrypt) == 1);
  }
  ~Context() {
    EVP_CIPHER_CTX_free(evp);
    OPENSSL_cleanse(key.data(), key.size());
  }

  // Expanding a key costs as much as encrypting a kilobyte, and streams are few.
  void begin(const KeyMaterial& wanted, const Nonce& nonce, ByteView authenticated) {
    const bool same = loaded && CRYPTO_memcmp(key.data(), wanted.data(), key.size()) == 0;
    const unsigned char* fresh = same ? nullptr : in(wanted.data());
    CHECK(EVP_CipherInit_ex(evp, nullptr, nullptr, fresh, in(nonce.data()), -1) == 1);
    key = wanted;
    loaded = true;
    int written = 0;
    if (!authenticated.empty())
      CHECK(EVP_CipherUpdate(evp, nullptr, &written, in(authenticated.data()),
                             static_cast<int>(authenticated.size())) == 1);
  }
  bool update(ByteView from, std::byte* to) {
    int written = 0;
    return from.empty() || EVP_CipherUpdate(evp, out(to), &written, in(from.data()),
                                            static_cast<int>(from.size())) == 1;
  }
  bool finish() {
    unsigned char none[16];
    int written = 0;
    return EVP_CipherFinal_ex(evp, none, &written) == 1;
  }

  EVP_CIPHER_CTX* evp = EVP_CIPHER_CTX_new();
  KeyMaterial key{};
  bool loaded = false;
};

AesGcm::AesGcm() : seal_(std::make_unique<Context>(1)), open_(std::make_unique<Context>(0)) {}
AesGcm::~AesGcm() = default;

Tag AesGcm::seal(const KeyMaterial& key, const Nonce& nonce, ByteView authenticated,
                 MutableByteView text) {
  seal_->begin(key, nonce, authenticated);
  Tag tag;
  const bool done =
      seal_->update(text, text.data()) && seal_->finish() &&
      EVP_CIPHER_CTX_ctrl(seal_->evp, EVP_CTRL_GCM_GET_TAG, int(tag.size()), tag.data()) == 1;
  CHECK(done, "OpenSSL seals");
  return tag;
}

bool AesGcm::open(const KeyMaterial& key, const Nonce& nonce, ByteView authenticated,
                  ByteView sealed, const Tag& tag, MutableByteView text) {
  CHECK(text.size() == sealed.size());
  open_->begin(key, nonce, authenticated);
  Tag expected = tag;
  return open_->update(sealed, text.data()) &&
         EVP_CIPHER_CTX_ctrl(open_->evp, EVP_CTRL_GCM_SET_TAG, int(expected.size()),
                             expected.data()) == 1 &&
         open_->finish();
}

}  // namespace levada::keys
