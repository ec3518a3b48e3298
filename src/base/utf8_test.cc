#include "base/utf8.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/cpu.h"
#include "base/utf8_kernels.h"

namespace levada {
namespace {

void append_character(std::string& text, std::uint32_t point) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) return add(point);
  if (point < 0x800) {
    add(0xc0 | point >> 6);
  } else {
    if (point < 0x10000) {
      add(0xe0 | point >> 12);
    } else {
      add(0xf0 | point >> 18);
      add(0x80 | (point >> 12 & 63));
    }
    add(0x80 | (point >> 6 & 63));
  }
  add(0x80 | (point & 63));
}

// Each kernel's answer, with the text at every place around the end of a block.
void expect_valid(const std::string& text, bool valid) {
  for (const std::size_t before : {0, 1, 28, 29, 30, 31, 32, 61}) {
    for (const std::size_t behind : {0, 1, 40}) {
      const std::string whole = std::string(before, 'a') + text + std::string(behind, 'z');
      ASSERT_EQ(utf8_kernel::valid_portable(whole.data(), whole.size()), valid);
      ASSERT_EQ(is_valid_utf8(whole), valid);
      if (cpu_features().avx2) {
        ASSERT_EQ(utf8_kernel::valid_avx2(whole.data(), whole.size()), valid);
      }
    }
  }
}

TEST(Utf8, EveryCharacterIsValidAndSurrogatesAreNot) {
  for (std::uint32_t point = 0; point <= 0x10ffff; point += point < 0x900 ? 1 : 61) {
    std::string text;
    append_character(text, point);
    expect_valid(text, point < 0xd800 || point > 0xdfff);
  }
  for (const std::uint32_t beyond : {0x110000, 0x13ffff, 0x140000, 0x1fffff}) {
    std::string text;
    append_character(text, beyond);
    expect_valid(text, false);
  }
}

TEST(Utf8, OverlongFormsAndLooseBytesAreRefused) {
  for (const char* text :
       {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf", "\x80", "\xbf", "\xc2", "\xe1\x80", "\xf1\x80\x80",
        "\xf8\x88\x80\x80\x80", "\xff", "\xc2\x80\x80", "\xe1\x80\x80\x80"})
    expect_valid(text, false);
}

TEST(Utf8, BothKernelsSayTheSameOfRandomBytes) {
  if (!cpu_features().avx2) GTEST_SKIP() << "this machine has no AVX2";
  std::mt19937 random(20261121);
  std::size_t valid = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint32_t left = random() % 90; left > 0; --left)
      append_character(text, random() % 3 == 0 ? random() % 0x80 : random() % 0x110000);
    for (std::uint32_t wrong = random() % 3; wrong > 0 && !text.empty(); --wrong)
      text[random() % text.size()] = static_cast<char>(random());
    const bool portable = utf8_kernel::valid_portable(text.data(), text.size());
    ASSERT_EQ(utf8_kernel::valid_avx2(text.data(), text.size()), portable);
    valid += portable ? 1 : 0;
  }
  EXPECT_GT(valid, 1'000U);
}

TEST(Utf8, APrefixEndsBetweenCharacters) {
  const std::string text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z";  // of 1, 2, 3, 4 and 1 bytes
  constexpr std::size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (std::size_t most = 0; most < std::size(ends); ++most)
    EXPECT_EQ(utf8_prefix(text, most), std::string_view(text).substr(0, ends[most])) << most;
}

}  // namespace
}  // namespace levada
