#include "wire/character_scan.h"

#include <gtest/gtest.h>

#include <string>

namespace levada::wire {
namespace {

template <class Stop>
void expect_right_everywhere() {
  for (std::size_t size = 0; size < 70; ++size) {
    for (int c = 0; c < 256; ++c) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(c);
        const std::size_t expected = Stop::at(static_cast<unsigned char>(c)) ? at : size;
        const char* const found = scan_until<Stop>(text.data(), text.data() + size);
        ASSERT_EQ(static_cast<std::size_t>(found - text.data()), expected) << size << ' ' << c;
      }
    }
  }
}

TEST(ScanUntil, finds_every_character_at_every_place) {
  expect_right_everywhere<JsonStringStop>();
  expect_right_everywhere<JsonAsciiStop>();
  expect_right_everywhere<FieldValueStop>();
  expect_right_everywhere<LineEndStop>();
  expect_right_everywhere<BlankStop>();
  expect_right_everywhere<CommaOrBlankStop>();
}

TEST(ScanUntil, finds_the_first_of_several) {
  std::string text = "abcdefghijklmnopqrstuvwxyz";
  for (std::size_t at = text.size(); at-- > 0;) {
    text[at] = '"';
    EXPECT_EQ(scan_until<JsonStringStop>(text.data(), text.data() + text.size()), text.data() + at);
  }
}

}  // namespace
}  // namespace levada::wire
