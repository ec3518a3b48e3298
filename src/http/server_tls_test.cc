// TLS, plain HTTP/1.1 and plain HTTP/2 on one port.

#include <gtest/gtest.h>

#include <optional>

#include "http/acceptor.h"
#include "io/sim/sim_world.h"
#include "tls/test_client.h"
#include "wire/http2_client_session.h"

namespace levada::http {
namespace {

class BodyEcho final : public Handler {
 public:
  Task<Unit> handle(const Request& request, Response& response) override {
    response.body.assign(request.body.begin(), request.body.end());
    co_return Unit{};
  }
};

std::string http1_request(std::string_view body) {
  return "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

Task<std::string> ask_plain(io::Network& network, io::Address address, std::string text) {
  auto connection = co_await network.connect(address, no_deadline);
  const std::array<ByteView, 1> parts = {as_bytes(text)};
  co_await connection->write_all(parts, no_deadline);
  std::string heard;
  std::array<std::byte, 4096> room;
  for (;;) {
    const auto got = co_await outcome(connection->read_some(room, no_deadline));
    if (!got || *got == 0) co_return heard;
    heard += as_text(ByteView(room).first(*got));
  }
}

Task<std::string> ask_http1(io::Network& network, io::Address address, std::string protocols,
                            std::string text) {
  auto connection = co_await network.connect(address, no_deadline);
  tls::TestClient client(*connection, {.protocols = std::move(protocols)});
  co_await client.handshake();
  co_await client.say(std::move(text));
  std::string heard = co_await client.hear();
  if (!client.heard_goodbye()) heard += " without goodbye";
  co_return heard;
}

// The body of the answer to one request over HTTP/2.
Task<std::string> ask_http2(io::Network& network, io::Address address, std::string protocols,
                            std::string body) {
  auto connection = co_await network.connect(address, no_deadline);
  tls::TestClient client(*connection, {.protocols = std::move(protocols)});
  co_await client.handshake();
  wire::Http2ClientSession session;
  const ByteView bytes = as_bytes(body);
  (void)session.submit_request({"POST", "https", "x", "/"}, {}, Buffer(bytes.begin(), bytes.end()));
  std::string heard;
  for (bool ended = false; !ended;) {
    Buffer output;
    session.take_output(output);
    if (!output.empty()) {
      std::string text(as_text(output));
      co_await client.say(std::move(text));
      continue;
    }
    const std::string piece = co_await client.hear(1);
    if (piece.empty()) co_return fail(ErrorKind::closed, "the server closed");
    if (!session.feed(as_bytes(piece))) co_return fail(ErrorKind::invalid, "no HTTP/2");
    while (auto event = session.next_event()) {
      if (event->kind == wire::Http2ClientEvent::Kind::data) heard += as_text(event->data);
      ended = ended || event->kind == wire::Http2ClientEvent::Kind::end;
    }
  }
  co_return heard;
}

class HttpServerTls : public testing::Test {
 protected:
  HttpServerTls() : context_(std::move(*tls::TlsContext::load(tls::make_certificate("http")))) {
    begin(context_.get());
  }

  void begin(const tls::TlsContext* context) {
    world_.emplace(7);
    Server& server = world_->own(
        std::make_unique<Server>(world_->reactor(), echo_, Limits{}, metrics_, "test", context));
    server_ = &server;
    std::vector<Acceptor::Target> targets;
    targets.push_back({world_->reactor(), world_->network(), server});
    Acceptor& acceptor = world_->own(
        std::make_unique<Acceptor>(world_->reactor(), world_->network(), std::move(targets)));
    const Result<io::Address> bound = world_->run(acceptor.listen({"localhost", 0}));
    ASSERT_TRUE(bound) << bound.error().message;
    address_ = *bound;
    acceptor.start();
  }

  template <class T>
  std::string text_of(Task<T> task) {
    const Result<T> result = world_->run(std::move(task));
    return result ? *result : "error: " + result.error().message;
  }
  bool counted(std::string_view line) { return metrics_.render().find(line) != std::string::npos; }

  BodyEcho echo_;
  MetricsRegistry metrics_;
  std::unique_ptr<tls::TlsContext> context_;
  std::optional<io::SimWorld> world_;
  io::Address address_;
  Server* server_ = nullptr;  // the world's
};

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\n";

TEST_F(HttpServerTls, serves_http1_to_clients_that_ask_for_it_or_for_nothing) {
  for (const std::string protocols : {"\x08http/1.1", ""}) {
    const std::string heard =
        text_of(ask_http1(world_->network(), address_, protocols, http1_request("body")));
    EXPECT_EQ(heard.find(ok), 0u) << heard;
    EXPECT_TRUE(heard.ends_with("\r\n\r\nbody")) << heard;
  }
  EXPECT_TRUE(counted("levada_tls_handshakes_total{listener=\"test\"} 2")) << metrics_.render();
}

TEST_F(HttpServerTls, serves_http2_by_alpn_and_by_its_preface_alone) {
  const std::string body(1 << 20, 'b');
  for (const std::string protocols : {"\x02h2\x08http/1.1", ""})
    EXPECT_TRUE(text_of(ask_http2(world_->network(), address_, protocols, body)) == body);
}

TEST_F(HttpServerTls, still_serves_plain_http_on_the_same_port) {
  const std::string heard = text_of(ask_plain(world_->network(), address_, http1_request("plain")));
  EXPECT_EQ(heard.find(ok), 0u) << heard;
}

TEST_F(HttpServerTls, carries_large_bodies_both_ways) {
  const std::string body(1 << 20, 'x');
  const std::string heard =
      text_of(ask_http1(world_->network(), address_, "\x08http/1.1", http1_request(body)));
  EXPECT_EQ(heard.find(ok), 0u);
  EXPECT_TRUE(heard.ends_with("\r\n\r\n" + body));
}

TEST_F(HttpServerTls, counts_handshakes_that_fail_and_closes) {
  const std::string garbage = std::string("\x16\x03\x01\x00\x20", 5) + std::string(64, 'g');
  EXPECT_EQ(text_of(ask_plain(world_->network(), address_, garbage)).substr(0, 1), "\x15");
  // Its alert was heard. One that never ends is given up.
  EXPECT_EQ(text_of(ask_plain(world_->network(), address_, garbage.substr(0, 9))), "");
  EXPECT_TRUE(counted("levada_tls_handshakes_failed_total{listener=\"test\"} 2"))
      << metrics_.render();
}

// What an idle client hears while the server stops.
Task<std::string> idle_at_a_stop(io::Reactor& reactor, io::Network& network, io::Address address,
                                 Server& server) {
  auto connection = co_await network.connect(address, no_deadline);
  tls::TestClient client(*connection, {.protocols = "\x08http/1.1"});
  co_await client.handshake();
  co_await client.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
  std::string heard;
  while (!heard.ends_with("\r\n\r\nbody")) heard += co_await client.hear(1);
  co_await io::sleep_for(reactor, 100ms);  // it waits for the next request
  io::Gate gate;
  gate.spawn(server.stop());
  (void)co_await client.hear(1);
  co_await gate.close();
  co_return std::string(client.heard_goodbye() ? "goodbye" : "nothing");
}

TEST_F(HttpServerTls, says_goodbye_at_a_stop_to_who_is_idle) {
  EXPECT_EQ(text_of(idle_at_a_stop(world_->reactor(), world_->network(), address_, *server_)),
            "goodbye");
}

TEST_F(HttpServerTls, closes_on_tls_when_it_has_no_certificate) {
  begin(nullptr);
  EXPECT_EQ(text_of(ask_http1(world_->network(), address_, "", http1_request("x"))),
            "error: the server closed");
}

}  // namespace
}  // namespace levada::http
