#include "wire/header_field.h"

#include <gtest/gtest.h>

#include <string>

namespace levada::wire {
namespace {

TEST(HeaderField, lowers_eight_characters_like_one_by_one) {
  for (unsigned c = 0; c < 256; ++c)
    for (unsigned place = 0; place < 8; ++place) {
      std::string text = "zZ@[`{-\xff", expected;
      text[place] = static_cast<char>(c);
      std::uint64_t eight;
      std::memcpy(&eight, text.data(), 8);
      eight = lower_case_of_8(eight);
      for (const char plain : text) expected += lower_case(plain);
      ASSERT_EQ(std::memcmp(&eight, expected.data(), 8), 0) << c << " at " << place;
    }
}

TEST(HeaderField, compares_names_of_every_length_in_any_case) {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string lower =
        std::string("x-amz-content-sha256-and-more-than-that-").substr(0, size);
    std::string upper;
    for (const char c : lower) upper += static_cast<char>(std::toupper(c));
    EXPECT_TRUE(same_header_name(lower, upper));
    EXPECT_FALSE(same_header_name(lower, upper + "x"));
    for (std::size_t i = 0; i < size; ++i) {
      std::string other = upper;
      other[i] = other[i] == '-' ? '\r' : '@';  // 0x20 away from '-', and next to 'A'
      EXPECT_FALSE(same_header_name(lower, other)) << other;
    }
  }
}

}  // namespace
}  // namespace levada::wire
