#include "server/toml_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace levada::server {
namespace {

using testing::HasSubstr;

Result<std::vector<Credential>> credentials(std::string_view text) {
  const std::string path = testing::TempDir() + "levada_credentials_test.toml";
  std::ofstream(path) << text;
  return read_credentials(path);
}

TEST(Credentials, are_read_with_everything_they_may_hold) {
  const auto all = credentials(R"(
      [[principal]]
      access_key = "AKIA1"
      secret_key = "s1"
      [[principal]]
      access_key = "ASIA2"
      secret_key = "s2"
      session_token = "t"
      expires = 1970-01-02T01:00:00+01:00
      account = "123456789012"
      name = "reader"
      actions = ["kinesis:Get*", "kinesis:List*"]
      resources = ["orders"]
  )")
                       .value();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].access_key, "AKIA1");
  EXPECT_FALSE(all[0].expires);
  EXPECT_EQ(all[1].session_token, "t");
  EXPECT_EQ(all[1].expires, UnixMillis(86'400'000));
  EXPECT_EQ(all[1].account, "123456789012");
  EXPECT_EQ(all[1].name, "reader");
  EXPECT_THAT(all[1].actions, testing::ElementsAre("kinesis:Get*", "kinesis:List*"));
  EXPECT_THAT(all[1].resources, testing::ElementsAre("orders"));
  EXPECT_TRUE(all[0].actions.empty());
}

TEST(Credentials, what_the_parser_asserts_is_refused) {
  const auto refused = credentials(std::string_view("[[\0principal]]\n", 15));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("is no TOML"));
  EXPECT_FALSE(credentials("schl\u00fcssel = 1\n"));
}

TEST(Credentials, refusals_name_the_line_and_never_the_secret) {
  const auto refusal = [](std::string_view text) {
    const auto result = credentials(text);
    const std::string message = result ? "accepted" : result.error().message;
    EXPECT_EQ(message.find("hidden"), std::string::npos) << message;
    return message;
  };
  EXPECT_THAT(refusal(""), HasSubstr("holds no [[principal]]"));
  EXPECT_THAT(refusal("[[principal]]\naccess_key = 'a'\n"), HasSubstr("needs access_key and"));
  EXPECT_THAT(refusal("[[principal]]\naccess_key='a'\nsecret_key='hidden'\nsecretkey='hidden'\n"),
              HasSubstr(":4: unknown key secretkey"));
  EXPECT_THAT(refusal("[[principal]]\naccess_key='a'\nsecret_key='hidden'\naccount='1'\n"),
              HasSubstr("twelve digits"));
  EXPECT_THAT(refusal("[[principal]]\naccess_key='a'\nsecret_key='hidden'\n"
                      "[[principal]]\naccess_key='a'\nsecret_key='hidden'\n"),
              HasSubstr("access key a comes twice"));
  EXPECT_THAT(refusal("[[principal]]\naccess_key='a'\nsecret_key='hidden'\nexpires='soon'\n"),
              HasSubstr("date and time like"));
  EXPECT_THAT(refusal("[[principal]]\naccess_key='a'\nsecret_key='hidden'\nactions=[]\n"),
              HasSubstr("actions must be a list of strings"));
  EXPECT_THAT(refusal("[principals]\n"), HasSubstr("write [[principal]]"));
}

}  // namespace
}  // namespace levada::server
