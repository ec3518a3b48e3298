#include "aws/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "aws/kinesis/operations.h"
#include "aws/test_request.h"
#include "wire/sigv4_signer.h"

namespace levada::aws {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Answers what it was asked, and by whom.
class EchoFace final : public ServiceFace {
 public:
  const Service& service() const override { return kinesis_api::service; }
  Task<Unit> run(Call& call) override {
    if (call.operation.name == "DeleteStream")
      co_return fail(ErrorKind::not_found, "no such stream");
    if (call.operation.name == "AddTagsToStream") co_return Unit{};
    call.output.begin_structure();
    call.output.string("Operation", call.operation.name);
    call.output.string("Account", call.caller.account);
    call.output.string("Region", call.caller.region);
    call.output.end_structure();
    co_return Unit{};
  }
  std::string resource(const Caller& caller, const Input& input) const override {
    return "arn:aws:kinesis:us-east-1:" + (owner.empty() ? caller.account : owner) + ":stream/" +
           std::string(input.text("StreamName").value_or(""));
  }
  std::string policy(std::string_view) const override { return attached; }
  bool transports(const Operation& operation) const override {
    return operation.name == "GetRecords";
  }
  std::string owner, attached;  // of the resource: its account when it is not the caller's
  Fault fault_of(const Error& error) const override {
    return {400, "ResourceNotFoundException", error.message};
  }
};

class OneKey final : public Credentials {
 public:
  Principal principal{.name = "ada",
                      .access_key = "AKIDEXAMPLE",
                      .secret_key = "secret",
                      .session_token = {},
                      .expires = {},
                      .account = "111122223333"};
  const Principal* find(std::string_view key) const override {
    return key == principal.access_key ? &principal : nullptr;
  }
};

class RememberedAudit final : public AuditLog {
 public:
  std::vector<std::string> lines;
  void write(const AuditEntry& e) override {
    std::string line;
    for (const std::string_view part :
         {e.event, e.source, e.access_key, e.principal, e.action, e.region, e.resource, e.outcome})
      line += std::string(part) + '|';
    lines.push_back(line);
    EXPECT_EQ(e.request_id.size(), 36u);
  }
};

class PipelineTest : public testing::Test {
 protected:
  TestAnswer ask(const TestRequest& request) {
    Pipeline pipeline(clock_, random_, metrics_, {&face_},
                      {.home = {}, .credentials = keys_, .audit = &audit_});
    return aws::ask(pipeline, request);
  }

  // Signed as an SDK does it.
  TestRequest signed_by(const std::string& secret, TestRequest request = {}) {
    wire::SigV4Signer signer({"AKIDEXAMPLE", secret, "", "eu-west-1", "kinesis"});
    const wire::HeaderField headers[] = {{"host", "localhost"}};
    const auto stamp = signer.sign({.method = "POST",
                                    .path = "/",
                                    .headers = headers,
                                    .body = as_bytes(request.body),
                                    .now = clock_.now()});
    request.authorization = stamp.authorization;
    request.more = {{"X-Amz-Date", std::string(wire::view(stamp.date))}};
    return request;
  }

  StoppedClock clock_;
  CountingRandom random_;
  MetricsRegistry metrics_;
  EchoFace face_;
  OneKey one_key_;
  const Credentials* keys_ = nullptr;
  RememberedAudit audit_;
};

TEST_F(PipelineTest, answers_an_operation_with_ids_date_and_the_type_it_was_asked_in) {
  const TestAnswer answer = ask({});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body,
            R"({"Operation":"DescribeStream","Account":"123456789012","Region":"eu-west-1"})");
  EXPECT_EQ(answer.type, "application/x-amz-json-1.1");
  EXPECT_THAT(answer.headers,
              HasSubstr("x-amzn-RequestId: 01000000-0000-4000-8200-000000000000\n"));
  EXPECT_THAT(answer.headers, HasSubstr("x-amz-id-2: "));
  EXPECT_THAT(answer.headers, HasSubstr("Date: Tue, 14 Nov 2023 22:13:20 GMT\n"));
}

TEST_F(PipelineTest, void_operations_have_an_empty_body) {
  const TestAnswer answer = ask({.target = "Kinesis_20131202.AddTagsToStream",
                                 .body = R"({"StreamName":"a","Tags":{"a":"b"}})"});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(answer.type, "application/x-amz-json-1.1");
}

TEST_F(PipelineTest, errors_of_a_handler_have_type_and_message) {
  const TestAnswer answer = ask({.target = "Kinesis_20131202.DeleteStream"});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, R"({"__type":"ResourceNotFoundException","message":"no such stream"})");
  EXPECT_THAT(answer.headers, HasSubstr("x-amzn-ErrorType: ResourceNotFoundException\n"));
}

TEST_F(PipelineTest, every_refusal_before_the_operation_has_productions_form) {
  const std::string denied =
      "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be "
      "authorized</Message>\n</AccessDeniedException>\n";
  const std::string serialization = R"({"__type":"SerializationException"})";
  const std::string unknown = R"({"__type":"UnknownOperationException"})";
  const std::string cbor_serialization = "\xa1\x66__type\x76SerializationException";
  const std::string cbor_unknown = "\xa1\x66__type\x78\x19UnknownOperationException";
  const std::string json = "application/x-amz-json-1.1", cbor = "application/x-amz-cbor-1.1";
  struct Case {
    TestRequest request;
    int status;
    std::string type, body;
  };
  const Case cases[] = {
      {{.method = "GET"}, 403, "", denied},
      {{.method = "OPTIONS"}, 403, "", denied},
      {{.body = ""}, 400, json, serialization},
      {{.target = "Kinesis_20131202.Nothing", .body = ""}, 400, json, unknown},
      {{.type = "text/plain", .body = ""}, 400, cbor, cbor_serialization},
      {{.type = "application/json", .target = "", .body = ""}, 400, cbor, cbor_unknown},
      {{.type = "text/plain", .target = "Kinesis_20131202"}, 403, "", denied},
      {{.type = "text/plain"}, 404, "", "<UnknownOperationException/>\n"},
      {{.type = "application/x-amz-json-1.0"}, 404, "", "<UnknownOperationException/>\n"},
      {{.body = "{"}, 400, json, serialization},
      {{.body = "[]"}, 400, json, serialization},
      {{.type = cbor, .body = "\xff"}, 400, cbor, cbor_serialization},
      {{.type = "application/json", .body = "{"},
       400,
       "application/json",
       R"({"Output":{"__type":"com.amazon.coral.service#SerializationException"},"Version":"1.0"})"},
      {{.type = "application/json; charset=utf-8"},
       404,
       "application/json",
       R"({"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"})"},
      {{.target = "Other_1.DescribeStream"}, 400, json, unknown},
      {{.target = "Kinesis_20131202.Describe"}, 400, json, unknown},
      {{.authorization = "", .more = {}},
       400,
       json,
       R"({"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"})"},
      {{.body = R"({"StreamName":1})", .authorization = "", .more = {}},
       400,
       json,
       R"({"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"})"},
      {{.body = R"({"StreamName":true})"},
       400,
       json,
       R"({"__type":"SerializationException","Message":"class java.lang.Boolean can not be converted to an String"})"},
  };
  for (const Case& c : cases) {
    const TestAnswer answer = ask(c.request);
    EXPECT_EQ(answer.status, c.status) << c.body;
    EXPECT_EQ(answer.type, c.type) << c.body;
    EXPECT_EQ(answer.body, c.body);
  }
}

TEST_F(PipelineTest, an_incomplete_signature_lists_what_is_missing) {
  const TestAnswer answer = ask({.authorization = "AWS4-HMAC-SHA256 Credential=a", .more = {}});
  EXPECT_THAT(answer.body,
              HasSubstr("Authorization header requires 'Signature' parameter. Authorization header "
                        "requires 'SignedHeaders' parameter. Authorization header requires "
                        "existence of either a 'X-Amz-Date' or a 'Date' header. "
                        "Authorization=AWS4-HMAC-SHA256 Credential=a"));
}

TEST_F(PipelineTest, browsers_may_ask_first) {
  const TestAnswer answer =
      ask({.method = "OPTIONS",
           .body = "",
           .more = {{"Origin", "http://x"}, {"Access-Control-Request-Headers", "a, b"}}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_THAT(answer.headers, HasSubstr("Access-Control-Allow-Origin: *\n"));
  EXPECT_THAT(answer.headers, HasSubstr("Access-Control-Allow-Headers: a, b\n"));
  EXPECT_THAT(answer.headers, HasSubstr("Access-Control-Max-Age: 172800\n"));
  EXPECT_EQ(answer.headers.find("x-amz-id-2"), std::string::npos);
}

TEST_F(PipelineTest, what_is_signed_by_a_known_key_passes_with_its_account) {
  keys_ = &one_key_;
  const TestAnswer answer = ask(signed_by("secret"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("111122223333"));
}

TEST_F(PipelineTest, another_secret_or_an_unknown_key_is_refused) {
  keys_ = &one_key_;
  EXPECT_THAT(ask(signed_by("other")).body, HasSubstr("InvalidSignatureException"));
  EXPECT_THAT(ask({}).body, HasSubstr("UnrecognizedClientException"));
}

TEST_F(PipelineTest, a_key_that_is_held_to_other_streams_or_actions_is_denied) {
  keys_ = &one_key_;
  one_key_.principal.resources = {"b*"};
  EXPECT_THAT(
      ask(signed_by("secret")).body,
      StartsWith(R"({"__type":"AccessDeniedException","message":"User: arn:aws:iam::111122223333:)"
                 R"(user/ada is not authorized to perform: kinesis:DescribeStream on resource: )"
                 R"(arn:aws:kinesis:us-east-1:111122223333:stream/a because no identity-based )"
                 R"(policy allows the kinesis:DescribeStream action"})"));
  one_key_.principal.resources = {"a"};
  EXPECT_EQ(ask(signed_by("secret")).status, 200);
  one_key_.principal.actions = {"kinesis:Put*"};
  EXPECT_EQ(ask(signed_by("secret")).status, 400);
}

// Statements about the stream `a`, as PutResourcePolicy keeps them.
std::string policy_of(const std::string& account, const std::string& effect,
                      const std::string& principal) {
  return R"({"Statement":{"Effect":")" + effect + R"(","Principal":{"AWS":")" + principal +
         R"("},"Action":"kinesis:Describe*","Resource":"arn:aws:kinesis:us-east-1:)" + account +
         R"(:stream/a"}})";
}

TEST_F(PipelineTest, a_resource_policy_may_give_what_the_identity_lacks_in_one_account) {
  keys_ = &one_key_;
  one_key_.principal.actions = {"kinesis:List*"};
  EXPECT_EQ(ask(signed_by("secret")).status, 400);
  face_.attached = policy_of("111122223333", "Allow", "arn:aws:iam::111122223333:user/ada");
  EXPECT_EQ(ask(signed_by("secret")).status, 200);
  face_.attached = policy_of("111122223333", "Allow", "111122223333");  // leaves it to identities
  EXPECT_EQ(ask(signed_by("secret")).status, 400);
}

TEST_F(PipelineTest, an_explicit_deny_wins_over_everything) {
  keys_ = &one_key_;
  face_.attached = policy_of("111122223333", "Deny", "111122223333");
  EXPECT_THAT(ask(signed_by("secret")).body,
              HasSubstr("stream/a with an explicit deny in a resource-based policy\""));
}

TEST_F(PipelineTest, another_account_needs_both_policies_and_then_acts_in_the_owners) {
  keys_ = &one_key_;
  face_.owner = "999999999999";
  EXPECT_THAT(ask(signed_by("secret")).body,
              HasSubstr("999999999999:stream/a because no resource-based policy allows the "
                        "kinesis:DescribeStream action"));
  face_.attached = policy_of("999999999999", "Allow", "111122223333");
  const TestAnswer answer = ask(signed_by("secret"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("Account":"999999999999")"));
  one_key_.principal.actions = {"kinesis:List*"};
  EXPECT_THAT(ask(signed_by("secret")).body, HasSubstr("because no identity-based policy allows"));
}

TEST_F(PipelineTest, a_policy_that_cannot_be_followed_opens_nothing) {
  keys_ = &one_key_;
  face_.attached = R"({"Statement":"anything"})";
  EXPECT_EQ(ask(signed_by("secret")).status, 400);
}

TEST_F(PipelineTest, temporary_keys_need_their_token_and_end) {
  keys_ = &one_key_;
  one_key_.principal.session_token = "token";
  EXPECT_THAT(ask(signed_by("secret")).body, HasSubstr("UnrecognizedClientException"));
  TestRequest with_token = signed_by("secret");
  with_token.more.emplace_back("X-Amz-Security-Token", "token");
  EXPECT_EQ(ask(with_token).status, 200);
  one_key_.principal.expires = clock_.now() - Millis(1);
  EXPECT_THAT(ask(with_token).body, HasSubstr("ExpiredTokenException"));
}

TEST_F(PipelineTest, guessing_is_slowed_down_and_the_right_secret_waits_too) {
  keys_ = &one_key_;
  Pipeline pipeline(clock_, random_, metrics_, {&face_}, {.home = {}, .credentials = keys_});
  for (std::uint32_t n = 0; n < SignatureGuard::failures_max; ++n)
    EXPECT_THAT(aws::ask(pipeline, signed_by("guess")).body,
                HasSubstr("InvalidSignatureException"));
  for (const char* secret : {"guess", "secret"}) {
    const TestAnswer answer = aws::ask(pipeline, signed_by(secret));
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.body,
              R"({"__type":"ThrottlingException","message":"Rate exceeded: too many failed )"
              R"(signatures from 127.0.0.1; the next one is verified in 1 s."})");
  }
  // Keys that nobody has are another pair.
  EXPECT_THAT(aws::ask(pipeline, {}).body, HasSubstr("UnrecognizedClientException"));
}

TEST_F(PipelineTest, the_audit_log_hears_of_control_calls_denials_and_failures_only) {
  keys_ = &one_key_;
  using testing::ElementsAre;
  const std::string who = "arn:aws:iam::111122223333:user/ada";
  const std::string stream = "arn:aws:kinesis:us-east-1:111122223333:stream/a";
  (void)ask(signed_by("secret"));
  TestRequest remove = {.target = "Kinesis_20131202.DeleteStream"};
  (void)ask(signed_by("secret", remove));
  one_key_.principal.resources = {"b"};
  (void)ask(signed_by("secret"));
  (void)ask(signed_by("guess"));
  EXPECT_THAT(
      audit_.lines,
      ElementsAre("call|127.0.0.1||" + who + "|kinesis:DescribeStream|eu-west-1|" + stream + "|ok|",
                  "call|127.0.0.1||" + who + "|kinesis:DeleteStream|eu-west-1|" + stream +
                      "|ResourceNotFoundException|",
                  "denied|127.0.0.1||" + who + "|kinesis:DescribeStream|eu-west-1|" + stream +
                      "|AccessDeniedException|",
                  "authentication-failed|127.0.0.1|AKIDEXAMPLE||kinesis:DescribeStream|||"
                  "InvalidSignatureException|"));
  for (const std::string& line : audit_.lines) {
    EXPECT_EQ(line.find("secret"), std::string::npos);
    EXPECT_EQ(line.find("Signature="), std::string::npos);
  }
}

TEST_F(PipelineTest, the_audit_log_leaves_out_the_transport_of_records) {
  TestRequest get = {.target = "Kinesis_20131202.GetRecords"};
  get.body = R"({"ShardIterator":"x"})";
  (void)ask(get);
  EXPECT_TRUE(audit_.lines.empty());
}

}  // namespace
}  // namespace levada::aws
