#include "server/binding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace levada::server {
namespace {

Result<Unit> check(std::vector<std::string_view> arguments) {
  const auto nothing = [](const char*) -> const char* { return nullptr; };
  return check_binding(configure(arguments, nothing).value());
}

TEST(Binding, without_credentials_only_loopback_is_bound) {
  EXPECT_TRUE(check({}));
  EXPECT_TRUE(check({"--listen", "[::1]:0", "--console-listen", "off"}));
  for (const std::string_view open : {"0.0.0.0:4567", ":4567", "192.168.0.1:1", "[::]:1",
                                      "127.0.0.1.example.com:1", "127.example:1"}) {
    const Result<Unit> refused = check({"--listen", open});
    ASSERT_FALSE(refused) << open;
    EXPECT_EQ(refused.error().kind, ErrorKind::denied);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("--credentials FILE"));
  }
  EXPECT_FALSE(check({"--console-listen", "0.0.0.0:1"}));
  EXPECT_FALSE(check({"--sql-listen", "0.0.0.0:1"}));
}

TEST(Binding, with_credentials_any_address_is_bound) {
  EXPECT_TRUE(check({"--listen", "0.0.0.0:4567", "--credentials", "keys.toml"}));
  EXPECT_TRUE(check({"--sql-listen", "0.0.0.0:4566", "--credentials", "keys.toml"}));
}

}  // namespace
}  // namespace levada::server
