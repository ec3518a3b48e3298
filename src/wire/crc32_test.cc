#include "wire/crc32.h"

#include <gtest/gtest.h>

namespace levada::wire {
namespace {

TEST(Crc32, gives_the_check_value_of_the_catalogue) {
  EXPECT_EQ(crc32(as_bytes("123456789")), 0xcbf43926u);
  EXPECT_EQ(crc32({}), 0u);
}

TEST(Crc32, continues_from_a_seed) {
  const std::string_view text = "The quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_EQ(crc32(as_bytes(text.substr(cut)), crc32(as_bytes(text.substr(0, cut)))), 0x414fa339u);
}

}  // namespace
}  // namespace levada::wire
