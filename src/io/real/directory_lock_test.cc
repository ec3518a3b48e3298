#include "io/real/directory_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace levada::io {
namespace {

TEST(DirectoryLock, makes_the_directory_and_lets_one_in_at_a_time) {
  const std::string directory = testing::TempDir() + "levada_lock_test/deep";
  {
    const auto first = DirectoryLock::take(directory);
    ASSERT_TRUE(first) << first.error().message;
    const auto second = DirectoryLock::take(directory);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::exists);
    EXPECT_THAT(second.error().message,
                testing::HasSubstr("in use by process " + std::to_string(::getpid()) + ";"));
  }
  EXPECT_TRUE(DirectoryLock::take(directory));
  std::filesystem::remove_all(testing::TempDir() + "levada_lock_test");
}

TEST(DirectoryLock, says_why_a_directory_cannot_be_made) {
  const auto lock = DirectoryLock::take("/dev/null/levada");
  ASSERT_FALSE(lock);
  EXPECT_THAT(lock.error().message, testing::HasSubstr("/dev/null/levada cannot be used: Not a"));
}

}  // namespace
}  // namespace levada::io
