#include "wire/sha256.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <random>
#include <string>

#include "base/cpu.h"
#include "wire/hex.h"
#include "wire/sha256_kernels.h"

namespace levada::wire {
namespace {

Buffer random_bytes(std::mt19937& random, std::size_t size) {
  Buffer bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

const unsigned char* raw(ByteView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Sha256Digest digest_by_openssl(ByteView bytes) {
  Sha256Digest digest;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_sha256(), nullptr);
  return digest;
}

Sha256Digest hmac_by_openssl(ByteView key, ByteView message) {
  Sha256Digest digest;
  HMAC(EVP_sha256(), key.empty() ? "" : static_cast<const void*>(key.data()),
       static_cast<int>(key.size()), raw(message), message.size(),
       reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

TEST(Sha256, passes_the_vectors_of_fips_180) {
  EXPECT_EQ(hex_string(sha256({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_string(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      hex_string(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, agrees_with_openssl_at_every_length) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size <= 400; ++size) {
    const Buffer bytes = random_bytes(random, size);
    ASSERT_EQ(sha256(bytes), digest_by_openssl(bytes)) << size;
  }
}

TEST(Sha256, does_not_care_how_the_message_is_cut) {
  std::mt19937 random(2);
  for (int round = 0; round < 500; ++round) {
    const Buffer bytes = random_bytes(random, random() % 1000);
    Sha256 hash;
    for (ByteView rest = bytes; !rest.empty();) {
      const ByteView piece = rest.first(std::min<std::size_t>(rest.size(), random() % 150));
      hash.update(piece);
      rest = rest.subspan(piece.size());
    }
    ASSERT_EQ(hash.finish(), digest_by_openssl(bytes));
  }
}

TEST(Sha256, compresses_alike_with_and_without_the_sha_extensions) {
  if (!cpu_features().sha_ni) GTEST_SKIP() << "no SHA extensions here";
  std::mt19937 random(3);
  for (std::size_t blocks = 0; blocks < 20; ++blocks) {
    const Buffer bytes = random_bytes(random, blocks * Sha256::block_size);
    std::uint32_t fast[8], slow[8];
    for (int i = 0; i < 8; ++i) fast[i] = slow[i] = static_cast<std::uint32_t>(random());
    sha256_kernel::compress_sha_ni(fast, bytes.data(), blocks);
    sha256_kernel::compress_openssl(slow, bytes.data(), blocks);
    ASSERT_TRUE(std::equal(fast, fast + 8, slow));
  }
}

TEST(HmacSha256, passes_vectors_of_rfc_4231) {
  EXPECT_EQ(hex_string(HmacSha256(as_bytes("Jefe")).of("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_string(HmacSha256(Buffer(131, std::byte{0xaa}))
                           .of("Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, agrees_with_openssl_for_keys_and_messages_of_any_length) {
  std::mt19937 random(4);
  for (std::size_t size = 0; size <= 150; ++size) {
    const Buffer key = random_bytes(random, size), message = random_bytes(random, random() % 300);
    const HmacSha256 hmac(key);
    ASSERT_EQ(hmac.of(message), hmac_by_openssl(key, message));
    Sha256 pieces = hmac.begin();
    for (const std::byte& byte : message) pieces.update(ByteView(&byte, 1));
    ASSERT_EQ(hmac.finish(pieces), hmac_by_openssl(key, message));
  }
}

}  // namespace
}  // namespace levada::wire
