#include "console/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace levada::console {
namespace {

using testing::HasSubstr;

struct FakeServer final : ServerView {
  Health health() const override { return current; }
  Overview overview() const override {
    return {.version = "1.2.3",
            .started = UnixMillis(7),
            .region = "us-east-1",
            .data_dir = "a\"b",
            .durability = "fsync",
            .reactors = 2,
            .listeners = {{"aws", "127.0.0.1:4567"}}};
  }
  Health current{.ready = true, .reason = {}};
};

class ConsoleTest : public testing::Test {
 protected:
  std::string ask(std::string_view method, std::string_view path, std::string_view body = "") {
    wire::RequestHead head;
    head.method = method;
    head.path = path;
    head.authority = host_;
    const io::Address peer{"127.0.0.1", 1};
    response_.clear();
    Console console(metrics_, server_, signatures_);
    console.pass_requests_to(aws_);
    bool ended = false;
    start(console.handle({head, as_bytes(body), peer}, response_),
          [&](Result<Unit> r) { ended = r.has_value(); });
    EXPECT_TRUE(ended);
    return std::string(as_text(response_.body));
  }

  MetricsRegistry metrics_;
  FakeServer server_;
  http::Handler* aws_ = nullptr;
  std::string_view host_ = "127.0.0.1:4580";
  Signatures signatures_ = Signatures::taken;
  http::Response response_;
};

TEST_F(ConsoleTest, metrics_are_prometheus_text) {
  metrics_.counter("levada_x_total", "X.").add(3);
  EXPECT_THAT(ask("GET", "/metrics"), HasSubstr("\nlevada_x_total 3\n"));
  EXPECT_THAT(response_.headers.fields()[0].value, HasSubstr("version=0.0.4"));
}

TEST_F(ConsoleTest, alive_and_ready_are_two_things) {
  EXPECT_EQ(ask("GET", "/readyz"), "ready\n");
  server_.current = {.ready = false, .reason = "recovering"};
  EXPECT_EQ(ask("GET", "/readyz"), "recovering\n");
  EXPECT_EQ(response_.status, 503);
  EXPECT_EQ(ask("GET", "/healthz"), "ok\n");
  EXPECT_EQ(response_.status, 200);
}

TEST_F(ConsoleTest, the_overview_is_json) {
  EXPECT_EQ(ask("GET", "/api/overview"),
            R"({"version":"1.2.3","started_at":7,"ready":true,"reason":"","region":"us-east-1",)"
            R"("data_dir":"a\"b","durability":"fsync","reactors":2,)"
            R"("listeners":{"aws":"127.0.0.1:4567"}})");
}

TEST_F(ConsoleTest, pages_load_nothing_from_elsewhere) {
  EXPECT_THAT(ask("GET", "/"), HasSubstr("<title>Levada</title>"));
  bool told = false;
  for (const wire::HeaderField& field : response_.headers.fields())
    told |=
        field.name == "Content-Security-Policy" && field.value.starts_with("default-src 'self'");
  EXPECT_TRUE(told);
  EXPECT_THAT(ask("GET", "/aws.js"), HasSubstr("AWS4-HMAC-SHA256"));
}

// Answers as the AWS listener would.
struct FakeAws final : http::Handler {
  Task<Unit> handle(const http::Request& request, http::Response& response) override {
    response.status = 418;
    response.body.assign(request.body.begin(), request.body.end());
    if (endless) response.source = std::make_unique<Endless>();
    co_return Unit{};
  }
  struct Endless final : http::BodySource {
    Task<http::BodyPiece> next() override { co_return http::BodyPiece(); }
  };
  bool endless = false;
};

TEST_F(ConsoleTest, aws_requests_are_passed_on_once_there_is_somebody) {
  ask("POST", "/");
  EXPECT_EQ(response_.status, 503);
  FakeAws aws;
  aws_ = &aws;
  EXPECT_EQ(ask("POST", "/", "{}"), "{}");
  EXPECT_EQ(response_.status, 418);
  ask("POST", "/elsewhere", "{}");
  EXPECT_EQ(response_.status, 405);
  aws.endless = true;
  ask("POST", "/", "{}");
  EXPECT_EQ(response_.status, 400);
  EXPECT_EQ(response_.source, nullptr);
}

TEST_F(ConsoleTest, a_page_of_somebody_else_is_no_client_where_any_signature_is_taken) {
  FakeAws aws;
  aws_ = &aws;
  for (const std::string_view local : {"localhost:4580", "[::1]:4580", "levada", "a.localhost:1"}) {
    host_ = local;
    ask("POST", "/", "{}");
    EXPECT_EQ(response_.status, 418) << local;
  }
  host_ = "rebound.example:4580";
  ask("POST", "/", "{}");
  EXPECT_EQ(response_.status, 403);
  signatures_ = Signatures::verified;
  ask("POST", "/", "{}");
  EXPECT_EQ(response_.status, 418);
}

TEST_F(ConsoleTest, other_pages_and_other_methods_are_refused) {
  ask("GET", "/etc/passwd");
  EXPECT_EQ(response_.status, 404);
  ask("POST", "/metrics");
  EXPECT_EQ(response_.status, 405);
}

}  // namespace
}  // namespace levada::console
