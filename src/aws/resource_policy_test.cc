#include "aws/resource_policy.h"

#include <gtest/gtest.h>

namespace levada::aws {
namespace {

constexpr std::string_view stream = "arn:aws:kinesis:us-east-1:111111111111:stream/orders";

std::string statement(const std::string& effect, const std::string& principal,
                      const std::string& action = "kinesis:PutRecord",
                      const std::string& more = "") {
  return R"({"Effect":")" + effect + R"(","Principal":)" + principal + R"(,"Action":")" + action +
         R"(","Resource":")" + std::string(stream) + '"' + more + '}';
}
std::string policy(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}

PolicyQuestion by_bob(std::string_view action = "kinesis:PutRecord") {
  return {.principal = "arn:aws:iam::222222222222:user/bob",
          .account = "222222222222",
          .user = "bob",
          .source = "10.1.2.3",
          .action = action,
          .resource = stream};
}

PolicyVerdict verdict(const std::string& json, const PolicyQuestion& question = by_bob()) {
  const Result<ResourcePolicy> read = ResourcePolicy::read(json, stream);
  EXPECT_TRUE(read) << json << ": " << read.error().message;
  return read ? read->judge(question) : PolicyVerdict::silent;
}

TEST(ResourcePolicy, allows_the_principals_it_names) {
  const std::string bob = R"({"AWS":"arn:aws:iam::222222222222:user/bob"})";
  const std::string eve = R"({"AWS":["arn:aws:iam::222222222222:user/eve"]})";
  EXPECT_EQ(verdict(policy(statement("Allow", bob))), PolicyVerdict::allowed);
  EXPECT_EQ(verdict(policy(statement("Allow", eve))), PolicyVerdict::silent);
  EXPECT_EQ(verdict(policy(statement("Allow", "\"*\""))), PolicyVerdict::allowed);
  EXPECT_EQ(verdict(policy(statement("Allow", R"({"AWS":"222222222222"})"))),
            PolicyVerdict::delegated);
  EXPECT_EQ(verdict(policy(statement("Allow", R"({"AWS":"arn:aws:iam::222222222222:root"})"))),
            PolicyVerdict::delegated);
  EXPECT_EQ(verdict(policy(statement("Allow", R"({"AWS":"333333333333"})"))),
            PolicyVerdict::silent);
  EXPECT_EQ(verdict(policy(statement("Allow", R"({"Service":"lambda.amazonaws.com"})"))),
            PolicyVerdict::silent);
}

TEST(ResourcePolicy, denies_before_it_allows_in_whatever_order) {
  const std::string allow = statement("Allow", "\"*\""), deny = statement("Deny", "\"*\"");
  EXPECT_EQ(verdict(policy(allow + "," + deny)), PolicyVerdict::denied);
  EXPECT_EQ(verdict(policy(deny + "," + allow)), PolicyVerdict::denied);
  EXPECT_EQ(verdict(policy(statement("Deny", R"({"AWS":"222222222222"})") + "," + allow)),
            PolicyVerdict::denied);
}

TEST(ResourcePolicy, speaks_of_its_actions_only) {
  EXPECT_EQ(verdict(policy(statement("Allow", "\"*\"", "kinesis:Get*"))), PolicyVerdict::silent);
  EXPECT_EQ(verdict(policy(statement("Allow", "\"*\"", "kinesis:Put*"))), PolicyVerdict::allowed);
  // What cannot be shared is not shared by a star either.
  EXPECT_EQ(
      verdict(policy(statement("Allow", "\"*\"", "kinesis:*")), by_bob("kinesis:DeleteStream")),
      PolicyVerdict::silent);
}

TEST(ResourcePolicy, follows_conditions) {
  const auto with = [](const std::string& condition) {
    return verdict(
        policy(statement("Allow", "\"*\"", "kinesis:PutRecord", R"(,"Condition":)" + condition)));
  };
  using enum PolicyVerdict;
  EXPECT_EQ(with(R"({"StringEquals":{"aws:username":"bob"}})"), allowed);
  EXPECT_EQ(with(R"({"StringEquals":{"aws:username":["eve","bob"]}})"), allowed);
  EXPECT_EQ(with(R"({"StringEquals":{"aws:username":"Bob"}})"), silent);
  EXPECT_EQ(with(R"({"StringEqualsIgnoreCase":{"AWS:UserName":"Bob"}})"), allowed);
  EXPECT_EQ(with(R"({"StringNotEquals":{"aws:username":["eve","bob"]}})"), silent);
  EXPECT_EQ(with(R"({"StringLike":{"aws:PrincipalArn":"*:user/b?b"}})"), allowed);
  EXPECT_EQ(with(R"({"StringNotLike":{"aws:PrincipalArn":"*:user/b?b"}})"), silent);
  EXPECT_EQ(with(R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::222222222222:*"}})"), allowed);
  EXPECT_EQ(with(R"({"StringEqualsIfExists":{"aws:PrincipalAccount":"222222222222"}})"), allowed);
  EXPECT_EQ(with(R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})"), allowed);
  EXPECT_EQ(with(R"({"IpAddress":{"aws:SourceIp":["10.1.2.2/32","10.1.2.4"]}})"), silent);
  EXPECT_EQ(with(R"({"IpAddress":{"aws:SourceIp":"2001:db8::/32"}})"), silent);
  EXPECT_EQ(with(R"({"NotIpAddress":{"aws:SourceIp":"10.1.2.0/30"}})"), silent);
  // All of them must hold.
  EXPECT_EQ(
      with(R"({"StringEquals":{"aws:username":"bob"},"IpAddress":{"aws:SourceIp":"11.0.0.0/8"}})"),
      silent);
}

TEST(ResourcePolicy, with_a_rule_that_would_not_be_followed_is_refused) {
  const auto refused = [](const std::string& json) {
    const auto read = ResourcePolicy::read(json, stream);
    return read ? "accepted: " + json : read.error().message;
  };
  const std::string good = statement("Allow", "\"*\"");
  EXPECT_EQ(refused("{"), "The policy is not a valid JSON document.");
  EXPECT_EQ(refused("[]"), "The policy is not valid: it is no JSON object.");
  EXPECT_EQ(refused("{}"), "The policy is not valid: it has no Statement.");
  EXPECT_EQ(refused(R"({"Version":"2020-01-01","Statement":[)" + good + "]}"),
            "The policy is not valid: Version must be 2012-10-17 or 2008-10-17.");
  EXPECT_EQ(refused(policy("")),
            "The policy is not valid: Statement must be a statement or a list of them.");
  EXPECT_EQ(refused(policy(statement("Maybe", "\"*\""))),
            "The policy is not valid: Effect must be Allow or Deny.");
  EXPECT_EQ(refused(policy(R"({"Effect":"Allow"})")),
            "The policy is not valid: a statement needs Effect, Principal, Action and Resource.");
  EXPECT_EQ(refused(policy(statement("Allow", "\"bob\""))),
            "The policy is not valid: Principal must be \"*\" or an object.");
  EXPECT_EQ(refused(policy(statement("Allow", R"({"AWS":"arn:aws:iam::222222222222:user/*"})"))),
            "The policy is not valid: no principal: arn:aws:iam::222222222222:user/*.");
  EXPECT_EQ(
      refused(policy(statement("Allow", "\"*\"", "kinesis:DeleteStream"))),
      "The policy is not valid: the action kinesis:DeleteStream cannot be shared by a resource "
      "policy.");
  EXPECT_EQ(refused(policy(statement("Allow", "\"*\"", "s3:*"))),
            "The policy is not valid: the action s3:* cannot be shared by a resource policy.");
  EXPECT_EQ(
      refused(policy(statement("Allow", "\"*\"", "kinesis:PutRecord",
                               R"(,"NotAction":"kinesis:GetRecords")"))),
      "The policy is not valid: a statement has the member NotAction, which is not supported.");
  EXPECT_EQ(refused(policy(statement("Allow", "\"*\"", "kinesis:PutRecord",
                                     R"(,"Condition":{"Bool":{"aws:SecureTransport":"true"}})"))),
            "The policy is not valid: the condition operator Bool is not supported.");
  EXPECT_EQ(refused(policy(statement("Allow", "\"*\"", "kinesis:PutRecord",
                                     R"(,"Condition":{"StringLike":{"aws:vpc":"x"}})"))),
            "The policy is not valid: the condition key aws:vpc is not supported.");
  EXPECT_EQ(
      refused(policy(statement("Allow", "\"*\"", "kinesis:PutRecord",
                               R"(,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}})"))),
      "The policy is not valid: no network: 10.0.0.0/33.");
  EXPECT_EQ(refused(policy(good) + std::string(resource_policy_max, ' ')),
            "The policy is not valid: it is over 20 KB.");
  const auto elsewhere = ResourcePolicy::read(policy(good), "arn:aws:kinesis:us-east-1:1:stream/x");
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().message, "The policy is not valid: the resource " +
                                           std::string(stream) +
                                           " is not the one that the policy is put on.");
}

}  // namespace
}  // namespace levada::aws
