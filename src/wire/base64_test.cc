#include "wire/base64.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <random>
#include <vector>

#include "base/cpu.h"
#include "wire/base64_kernels.h"

namespace levada::wire {
namespace {

std::string decoded_text(std::string_view text) {
  Buffer to(base64_decoded_size_max(text.size()));
  const Base64Decoded decoded = base64_decode(text, to);
  return decoded.ok() ? std::string(as_text(ByteView(to).first(decoded.size))) : "fault";
}

std::string fault_text(std::string_view text) {
  Buffer to(base64_decoded_size_max(text.size()));
  return base64_fault_text(text, base64_decode(text, to));
}

std::string by_openssl(ByteView bytes) {
  std::string text(base64_encoded_size(bytes.size()) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

// The rules told once more, slowly.
Base64Decoded by_the_rules(std::string_view text) {
  if (text.size() % 4 != 0) return {.fault = Base64Fault::length};
  std::size_t end = text.size();
  for (int i = 0; i < 2 && end > 0 && text[end - 1] == '='; ++i) --end;
  const std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < end; ++i)
    if (alphabet.find(text[i]) == text.npos)
      return {.fault = Base64Fault::character, .offender = i};
  const std::size_t padding = text.size() - end;
  if (padding > 0 && alphabet.find(text[end - 1]) % (padding == 1 ? 4 : 16) != 0)
    return {.fault = Base64Fault::padding_bits};
  return {.size = text.size() / 4 * 3 - padding};
}

TEST(Base64, passes_the_vectors_of_rfc_4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), text);
    EXPECT_EQ(decoded_text(text), plain);
  }
}

TEST(Base64, names_faults_in_the_words_of_the_service) {
  EXPECT_EQ(fault_text("23456"),
            "Base64 encoded length is expected a multiple of 4 bytes but found: 5");
  EXPECT_EQ(fault_text("=+/="), "Invalid Base64 character: '='");
  EXPECT_EQ(fault_text("+/+="), "Invalid last non-pad Base64 character dectected");
  EXPECT_EQ(fault_text("++=="), "Invalid last non-pad Base64 character dectected");
  EXPECT_EQ(fault_text("A==="), "Invalid Base64 character: '='");
  EXPECT_EQ(fault_text("===="), "Invalid Base64 character: '='");
  EXPECT_EQ(fault_text("ab-_"), "Invalid Base64 character: '-'");
  EXPECT_EQ(fault_text("Zg==Zg=="), "Invalid Base64 character: '='");
  EXPECT_EQ(fault_text("Zm9v"), "");
}

TEST(Base64, decodes_what_openssl_encodes_at_every_length) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 400; ++size) {
    Buffer bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    const std::string text = by_openssl(bytes);
    ASSERT_EQ(base64_encode(bytes), text);
    Buffer exact(size);  // not one byte to spare: the sanitizer sees a store beyond it
    const Base64Decoded decoded = base64_decode(text, exact);
    ASSERT_TRUE(decoded.ok()) << size;
    ASSERT_EQ(decoded.size, size);
    ASSERT_EQ(exact, bytes);
  }
}

TEST(Base64, finds_every_wrong_character_at_every_place) {
  for (std::size_t size : {4, 8, 16, 20, 32, 36, 64, 96, 132}) {
    for (std::size_t place = 0; place < size; ++place)
      for (unsigned c = 0; c < 256; ++c) {
        std::string text(size, 'A');
        text[place] = static_cast<char>(c);
        Buffer to(base64_decoded_size_max(size));
        const Base64Decoded expected = by_the_rules(text), found = base64_decode(text, to);
        ASSERT_EQ(found.fault, expected.fault) << text;
        ASSERT_EQ(found.offender, expected.offender) << text;
        ASSERT_EQ(found.ok() ? found.size : 0, expected.size);
      }
  }
}

TEST(Base64, has_a_fast_path_that_agrees_with_the_portable_one) {
  if (!cpu_features().avx2) GTEST_SKIP() << "no AVX2 here";
  std::mt19937 random(2);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = "ABCXYZabcxyz0189+/"[random() % 18];
    if (!text.empty() && random() % 2 == 0)
      text[random() % text.size()] = static_cast<char>(random());
    const std::size_t room = random() % 3 == 0 ? random() % 160 : 160;
    Buffer fast(room), slow(room);
    const auto a = base64_kernel::decode_run_avx2(text.data(), text.size(), fast.data(), room);
    const auto b = base64_kernel::decode_run_portable(text.data(), text.size(), slow.data(), room);
    ASSERT_EQ(a.read, b.read) << text;
    ASSERT_EQ(a.written, b.written);
    fast.resize(a.written);
    slow.resize(b.written);
    ASSERT_EQ(fast, slow);
  }
}

TEST(Base64, encodes_portably_like_openssl) {
  std::mt19937 random(3);
  Buffer bytes(300);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  std::string text(400, '\0');
  base64_kernel::encode_run_portable(bytes.data(), bytes.size(), text.data());
  EXPECT_EQ(text, by_openssl(bytes));
}

TEST(Base64, decodes_up_to_the_closing_quote_for_a_scanner) {
  std::mt19937 random(4);
  for (std::size_t size = 0; size < 200; ++size) {
    Buffer bytes(size);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    const std::string text = by_openssl(bytes) + R"(","PartitionKey":"key-0123456789"},{"Data":")";
    Buffer to(size + 40);
    const Base64Prefix prefix = base64_decode_prefix(text, to);
    ASSERT_EQ(prefix.read, size / 3 * 4);
    ASSERT_EQ(prefix.written, size / 3 * 3);
    ASSERT_TRUE(std::equal(bytes.begin(), bytes.end() - size % 3, to.begin()));
  }
}

}  // namespace
}  // namespace levada::wire
