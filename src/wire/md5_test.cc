#include "wire/md5.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <random>
#include <string>
#include <vector>

#include "wire/hex.h"

namespace levada::wire {
namespace {

Md5Digest by_openssl(std::string_view text) {
  Md5Digest digest;
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_md5(), nullptr);
  return digest;
}

std::string random_text(std::mt19937& random, std::size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

TEST(Md5, passes_the_vectors_of_rfc_1321) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", "d41d8cd98f00b204e9800998ecf8427e"},
      {"a", "0cc175b9c0f1b6a831c399e269772661"},
      {"abc", "900150983cd24fb0d6963f7d28e17f72"},
      {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
      {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
      {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
       "d174ab98d277d9f5a5611c2c9f419d9f"},
      {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
       "57edf4a22be3c955ac49da2e2107b67a"}};
  for (const auto& [text, hex] : vectors) EXPECT_EQ(hex_string(md5(text)), hex);
}

TEST(Md5, agrees_with_openssl_at_every_length) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size <= 300; ++size) {
    const std::string text = random_text(random, size);
    ASSERT_EQ(md5(text), by_openssl(text)) << size;
  }
}

TEST(Md5, hashes_any_number_of_texts_of_any_lengths_side_by_side) {
  std::mt19937 random(2);
  for (std::size_t number = 0; number <= 70; ++number)
    for (std::size_t size_max : {1, 40, 56, 64, 130, 1024}) {
      std::vector<std::string> texts;
      for (std::size_t i = 0; i < number; ++i)
        texts.push_back(random_text(random, random() % (size_max + 1)));
      const std::vector<std::string_view> views(texts.begin(), texts.end());
      std::vector<Md5Digest> digests(number);
      md5_many(views, digests);
      for (std::size_t i = 0; i < number; ++i)
        ASSERT_EQ(digests[i], by_openssl(texts[i])) << i << " of " << number;
    }
}

TEST(Md5, reads_a_digest_as_a_big_endian_number) {
  const auto number = as_number(md5(""));
  EXPECT_EQ(static_cast<std::uint64_t>(number >> 64), 0xd41d8cd98f00b204u);
  EXPECT_EQ(static_cast<std::uint64_t>(number), 0xe9800998ecf8427eu);
}

}  // namespace
}  // namespace levada::wire
