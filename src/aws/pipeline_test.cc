#include "aws/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

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
  std::string resource(const Caller&, const Input& input) const override {
    return "arn:aws:kinesis:us-east-1:000000000000:stream/" +
           std::string(input.text("StreamName").value_or(""));
  }
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

class PipelineTest : public testing::Test {
 protected:
  TestAnswer ask(const TestRequest& request) {
    Pipeline pipeline(clock_, random_, metrics_, {&face_}, {.home = {}, .credentials = keys_});
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
                 R"(arn:aws:kinesis:us-east-1:000000000000:stream/a)"));
  one_key_.principal.resources = {"a"};
  EXPECT_EQ(ask(signed_by("secret")).status, 200);
  one_key_.principal.actions = {"kinesis:Put*"};
  EXPECT_EQ(ask(signed_by("secret")).status, 400);
}

}  // namespace
}  // namespace levada::aws
