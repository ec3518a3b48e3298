#include "server/credential_table.h"

#include <gtest/gtest.h>

namespace levada::server {
namespace {

TEST(CredentialTable, fills_in_what_the_file_left_out) {
  Credential bare;
  bare.access_key = "AKIA1";
  bare.secret_key = "secret";
  Credential full = bare;
  full.access_key = "AKIA2";
  full.account = "123456789012";
  full.name = "reader";
  full.actions = {"kinesis:Get*"};
  const CredentialTable table({bare, full}, "000000000000");

  const aws::Principal* first = table.find("AKIA1");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->name, "AKIA1");
  EXPECT_EQ(first->account, "000000000000");
  EXPECT_TRUE(first->allows("kinesis:PutRecord", "arn:aws:kinesis:r:1:stream/s"));
  const aws::Principal* second = table.find("AKIA2");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->account, "123456789012");
  EXPECT_FALSE(second->allows("kinesis:PutRecord", "arn:aws:kinesis:r:1:stream/s"));
  EXPECT_EQ(table.find("AKIA3"), nullptr);
}

}  // namespace
}  // namespace levada::server
