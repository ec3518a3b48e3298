#include "base/vector_aes_gcm.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <random>

namespace levada {
namespace {

Buffer random_bytes(std::mt19937& random, std::size_t size) {
  Buffer bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

unsigned char* raw(ByteView bytes) {
  return reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data()));
}

struct Message {
  Buffer key, authenticated, text;
  VectorAesGcm::Nonce nonce;
};

Message random_message(std::mt19937& random, std::size_t key, std::size_t authenticated,
                       std::size_t text) {
  Message message{random_bytes(random, key),
                  random_bytes(random, authenticated),
                  random_bytes(random, text),
                  {}};
  const Buffer nonce = random_bytes(random, message.nonce.size());
  std::copy(nonce.begin(), nonce.end(), message.nonce.begin());
  return message;
}

struct Sealed {
  Buffer text;
  VectorAesGcm::Tag tag;
  friend bool operator==(const Sealed&, const Sealed&) = default;
};

Sealed by_openssl(const Message& message) {
  Sealed sealed{Buffer(message.text.size()), {}};
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int size = 0;
  unsigned char none[16];
  EVP_EncryptInit_ex(context, message.key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(),
                     nullptr, raw(message.key), raw(message.nonce));
  if (!message.authenticated.empty())
    EVP_EncryptUpdate(context, nullptr, &size, raw(message.authenticated),
                      static_cast<int>(message.authenticated.size()));
  if (!message.text.empty())
    EVP_EncryptUpdate(context, raw(sealed.text), &size, raw(message.text),
                      static_cast<int>(message.text.size()));
  EVP_EncryptFinal_ex(context, none, &size);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, sealed.tag.data());
  EVP_CIPHER_CTX_free(context);
  return sealed;
}

Sealed by_ours(const Message& message, std::vector<std::size_t> cuts = {}) {
  VectorAesGcm cipher(message.key);
  cipher.begin(message.nonce, message.authenticated);
  Sealed sealed{Buffer(message.text.size()), {}};
  cuts.push_back(message.text.size());
  for (std::size_t at = 0; const std::size_t cut : cuts) {
    cipher.seal(ByteView(message.text).subspan(at, cut - at), sealed.text.data() + at);
    at = cut;
  }
  sealed.tag = cipher.tag();
  return sealed;
}

// The text, or nothing: somebody changed it. Where it stands.
std::optional<Buffer> opened(const Message& message, Sealed sealed, std::size_t cut = 0) {
  VectorAesGcm cipher(message.key);
  cipher.begin(message.nonce, message.authenticated);
  cipher.open(ByteView(sealed.text).first(cut), sealed.text.data());
  cipher.open(ByteView(sealed.text).subspan(cut), sealed.text.data() + cut);
  if (!cipher.tag_is(sealed.tag)) return std::nullopt;
  return sealed.text;
}

struct WideAesGcm : testing::Test {
  void SetUp() override {
    if (!VectorAesGcm::available()) GTEST_SKIP() << "this machine has no VAES of 512 bits";
  }
  std::mt19937 random{1};
};

TEST_F(WideAesGcm, agrees_with_openssl_at_every_length) {
  for (const std::size_t key : {16, 32}) {
    for (std::size_t size = 0; size <= 1100; ++size) {
      const Message message = random_message(random, key, size % 50, size);
      ASSERT_EQ(by_ours(message), by_openssl(message)) << key << ' ' << size;
      ASSERT_EQ(opened(message, by_openssl(message)), message.text) << key << ' ' << size;
    }
  }
}

TEST_F(WideAesGcm, takes_a_text_in_pieces_of_any_size) {
  for (int turn = 0; turn < 1000; ++turn) {
    const Message message = random_message(random, 16, 5, random() % 2000);
    std::vector<std::size_t> cuts;
    for (std::size_t n = random() % 6; n > 0; --n)
      cuts.push_back(random() % (message.text.size() + 1));
    std::sort(cuts.begin(), cuts.end());
    ASSERT_EQ(by_ours(message, cuts), by_openssl(message)) << turn;
    ASSERT_EQ(opened(message, by_openssl(message), random() % (message.text.size() + 1)),
              message.text)
        << turn;
  }
}

TEST_F(WideAesGcm, agrees_with_openssl_about_a_record_of_tls_and_a_mebibyte) {
  for (const std::size_t key : {16, 32}) {
    for (const std::size_t size : {std::size_t{16384}, std::size_t{16385}, std::size_t{1} << 20}) {
      const Message message = random_message(random, key, 5, size);
      ASSERT_EQ(by_ours(message), by_openssl(message)) << key << ' ' << size;
    }
  }
}

TEST_F(WideAesGcm, finds_every_changed_bit) {
  const Message message = random_message(random, 32, 20, 100);
  const Sealed sealed = by_ours(message);
  for (std::size_t bit = 0; bit < 8 * sealed.text.size(); ++bit) {
    Sealed changed = sealed;
    changed.text[bit / 8] ^= std::byte(1 << bit % 8);
    EXPECT_FALSE(opened(message, changed)) << bit;
  }
  for (std::size_t bit = 0; bit < 8 * sealed.tag.size(); ++bit) {
    Sealed changed = sealed;
    changed.tag[bit / 8] ^= std::byte(1 << bit % 8);
    EXPECT_FALSE(opened(message, changed)) << bit;
  }
  for (std::size_t bit = 0; bit < 8 * message.authenticated.size(); ++bit) {
    Message other = message;
    other.authenticated[bit / 8] ^= std::byte(1 << bit % 8);
    EXPECT_FALSE(opened(other, sealed)) << bit;
  }
}

// The counter's last 32 bits count alone (SP 800-38D, 6.2): where the nonce stands nothing is
// carried to.
TEST_F(WideAesGcm, keeps_its_nonce_apart_from_its_counter) {
  Message message = random_message(random, 16, 0, 300 * 16);
  message.nonce.fill(std::byte{0xff});
  EXPECT_EQ(by_ours(message), by_openssl(message));
}

}  // namespace
}  // namespace levada
