#include "io/network.h"

#include <gtest/gtest.h>

#include <string>

namespace levada::io {
namespace {

TEST(Address, reads_its_own_text) {
  for (const char* text : {"127.0.0.1:4567", "[::1]:80", "localhost:0", ":65535"}) {
    Result<Address> address = Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
}

TEST(Address, refuses_what_is_none) {
  for (const char* text : {"", "host", "host:", "host:65536", "host:-1", "host:1x", "::1:80",
                           "[::1]", "[]:1", "[::1:1"}) {
    Result<Address> address = Address::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().kind, ErrorKind::invalid);
  }
}

TEST(Address, knows_loopback) {
  EXPECT_TRUE((Address{"127.0.0.1", 1}).loopback());
  EXPECT_TRUE((Address{"127.9.9.9", 1}).loopback());
  EXPECT_TRUE((Address{"::1", 1}).loopback());
  EXPECT_TRUE((Address{"localhost", 1}).loopback());
  EXPECT_FALSE((Address{"", 1}).loopback());
  EXPECT_FALSE((Address{"0.0.0.0", 1}).loopback());
  EXPECT_FALSE((Address{"127.example.com.evil", 1}).loopback());
}

}  // namespace
}  // namespace levada::io
