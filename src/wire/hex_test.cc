#include "wire/hex.h"

#include <gtest/gtest.h>

namespace levada::wire {
namespace {

TEST(Hex, writes_every_byte_value_at_every_length) {
  for (std::size_t size = 0; size <= 13; ++size)
    for (unsigned value = 0; value < 256; ++value) {
      const Buffer bytes(size, static_cast<std::byte>(value));
      std::string expected;
      char two[3];
      std::snprintf(two, sizeof two, "%02x", value);
      for (std::size_t i = 0; i < size; ++i) expected += two;
      ASSERT_EQ(hex_string(bytes), expected);
      Buffer back(size);
      ASSERT_TRUE(read_hex(expected, back));
      ASSERT_EQ(back, bytes);
    }
}

TEST(Hex, keeps_the_order_of_bytes) {
  EXPECT_EQ(hex_string(as_bytes("\x01\x23\x45\x67\x89\xab\xcd\xef\x10")), "0123456789abcdef10");
}

TEST(Hex, reads_both_cases_and_refuses_everything_else) {
  std::array<std::byte, 2> to;
  EXPECT_TRUE(read_hex("aBCd", to));
  EXPECT_EQ(hex_string(to), "abcd");
  for (const char* bad : {"", "abc", "abcde", "abcg", "ab d", "0x12", "ab/:", "ab@`"})
    EXPECT_FALSE(read_hex(bad, to)) << bad;
}

}  // namespace
}  // namespace levada::wire
