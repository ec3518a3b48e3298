#pragma once
// For tests: one request through a pipeline without a connection.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "aws/pipeline.h"

namespace levada::aws {

class StoppedClock final : public io::Clock {
 public:
  UnixMillis now() const override { return UnixMillis(1'700'000'000'000); }
  MonotonicNanos monotonic() const override { return MonotonicNanos(0); }
};

class CountingRandom final : public io::Random {
 public:
  void fill(MutableByteView bytes) override {
    for (std::byte& b : bytes) b = std::byte{7};
  }
  std::uint64_t next() override { return ++count_; }

 private:
  std::uint64_t count_ = 0;
};

struct TestRequest {
  std::string method = "POST";
  std::string type = "application/x-amz-json-1.1";
  std::string target = "Kinesis_20131202.DescribeStream";
  std::string body = R"({"StreamName":"a"})";
  std::string authorization =
      "AWS4-HMAC-SHA256 Credential=123456789012/20231114/eu-west-1/kinesis/aws4_request, "
      "SignedHeaders=host;x-amz-date, Signature=00";
  std::vector<std::pair<std::string, std::string>> more = {{"X-Amz-Date", "20231114T221320Z"}};
};

struct TestAnswer {
  int status;
  std::string type, body, headers;
  std::unique_ptr<http::BodySource> source;
};

inline TestAnswer ask(http::Handler& pipeline, const TestRequest& request) {
  wire::RequestHead head;
  head.method = request.method;
  head.target = head.path = "/";
  head.headers.add({"Host", "localhost"});
  if (!request.type.empty()) head.headers.add({"Content-Type", request.type});
  if (!request.target.empty()) head.headers.add({"X-Amz-Target", request.target});
  if (!request.authorization.empty()) head.headers.add({"Authorization", request.authorization});
  for (const auto& [name, value] : request.more) head.headers.add({name, value});
  const io::Address peer{"127.0.0.1", 1};
  http::Response response;
  bool ended = false;
  const http::Request incoming{head, as_bytes(request.body), peer};
  start(pipeline.handle(incoming, response),
        [&](Result<Unit> result) { ended = result.has_value(); });
  EXPECT_TRUE(ended);
  TestAnswer answer{response.status, "", std::string(as_text(response.body)), "",
                    std::move(response.source)};
  response.headers.for_each([&](std::string_view name, std::string_view value) {
    if (name == "Content-Type") answer.type = value;
    answer.headers += std::string(name) + ": " + std::string(value) + "\n";
  });
  return answer;
}

}  // namespace levada::aws
