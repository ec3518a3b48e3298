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
  std::string ask(std::string_view method, std::string_view path) {
    wire::RequestHead head;
    head.method = method;
    head.path = path;
    const io::Address peer{"127.0.0.1", 1};
    response_.clear();
    Console console(metrics_, server_);
    bool ended = false;
    start(console.handle({head, {}, peer}, response_),
          [&](Result<Unit> r) { ended = r.has_value(); });
    EXPECT_TRUE(ended);
    return std::string(as_text(response_.body));
  }

  MetricsRegistry metrics_;
  FakeServer server_;
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

TEST_F(ConsoleTest, other_pages_and_other_methods_are_refused) {
  ask("GET", "/etc/passwd");
  EXPECT_EQ(response_.status, 404);
  ask("POST", "/metrics");
  EXPECT_EQ(response_.status, 405);
}

}  // namespace
}  // namespace levada::console
