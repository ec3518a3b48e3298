#include "base/ascii.h"

#include <gtest/gtest.h>

namespace levada {
namespace {

TEST(Ascii, FoldsItsOwnLettersOnly) {
  EXPECT_EQ(lowered("@AZ[`az{\xC3\x84"), "@az[`az{\xC3\x84");
  EXPECT_EQ(uppered("@AZ[`az{\xC3\xA4"), "@AZ[`AZ{\xC3\xA4");
  EXPECT_EQ(lowered(""), "");
}

TEST(Ascii, ComparesWithoutRegardToCase) {
  EXPECT_TRUE(same_word("UtC", "utc"));
  EXPECT_TRUE(same_word("", ""));
  EXPECT_FALSE(same_word("utc ", "utc"));
  EXPECT_FALSE(same_word("ut", "utc"));
  EXPECT_FALSE(same_word("[", "{"));  // 32 apart, as letters are
}

TEST(Ascii, KnowsDigitsAndLetters) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    EXPECT_EQ(is_digit(c), std::string_view("0123456789").find(c) != std::string_view::npos) << i;
    EXPECT_EQ(is_letter(c), (i >= 65 && i <= 90) || (i >= 97 && i <= 122)) << i;
  }
}

}  // namespace
}  // namespace levada
