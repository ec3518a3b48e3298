#include "tls/tls_connection.h"

#include <gtest/gtest.h>

#include <optional>

#include "io/sim/sim_world.h"
#include "tls/test_client.h"

namespace levada::tls {
namespace {

using namespace std::chrono_literals;

const io::Address tls_service{"localhost", 4567};

// What the server's side of one connection came to.
struct Served {
  std::optional<Result<Unit>> accepted;
  std::string protocol;
  std::size_t read = 0;
  bool ended = false;
};

// Accepts one connection, sends `size` bytes back that it read, says goodbye.
Task<Unit> echo_once(io::Reactor& reactor, io::Network& network, io::Listener& listener,
                     const TlsContext& context, std::size_t size, Served& served) {
  io::Accepted taken = co_await listener.accept();
  TlsConnection connection(reactor, network.adopt(std::move(taken)), context, {});
  const Deadline deadline = reactor.clock().monotonic() + 10s;
  served.accepted = co_await outcome(connection.accept(deadline));
  if (*served.accepted) {
    served.protocol = connection.application_protocol();
    Buffer all(size + 1);
    while (served.read < size) {
      const MutableByteView room = MutableByteView(all).subspan(served.read);
      const auto got = co_await outcome(connection.read_some(room, no_deadline));
      if (!got || *got == 0) break;
      served.read += *got;
    }
    const ByteView back = ByteView(all).first(served.read);
    const std::array<ByteView, 2> parts = {back.first(back.size() / 3),
                                           back.subspan(back.size() / 3)};
    (void)co_await outcome(connection.write_all(parts, no_deadline));
    (void)co_await outcome(connection.finish(no_deadline));
  }
  connection.shutdown();
  served.ended = true;
  co_return Unit{};
}

struct Heard {
  std::string text;
  std::string protocol;
  std::string version;
  std::string cipher;
  std::string certificate;
  bool goodbye = false;
  bool resumed = false;
  std::shared_ptr<SSL_SESSION> session;
};

Task<Heard> ask(io::Network& network, TestClientOptions options, std::string text) {
  auto connection = co_await network.connect(tls_service, no_deadline);
  TestClient client(*connection, options);
  co_await client.handshake();
  if (!text.empty()) co_await client.say(text);
  Heard heard;
  heard.text = co_await client.hear();
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(client.ssl(), &name, &size);
  heard.protocol.assign(reinterpret_cast<const char*>(name), size);
  heard.version = SSL_get_version(client.ssl());
  heard.cipher = SSL_get_cipher_name(client.ssl());
  X509* peer = SSL_get1_peer_certificate(client.ssl());
  char subject[100];
  X509_NAME_oneline(X509_get_subject_name(peer), subject, sizeof subject);
  X509_free(peer);
  heard.certificate = subject;
  heard.goodbye = client.heard_goodbye();
  heard.resumed = SSL_session_reused(client.ssl()) == 1;
  heard.session.reset(SSL_get1_session(client.ssl()), &SSL_SESSION_free);
  SSL_shutdown(client.ssl());  // OpenSSL forgets the session of a client without manners
  connection->shutdown();
  co_return heard;
}

Task<Unit> send_only(io::Network& network, std::string bytes, bool leave) {
  auto connection = co_await network.connect(tls_service, no_deadline);
  const std::array<ByteView, 1> parts = {levada::as_bytes(bytes)};
  co_await connection->write_all(parts, no_deadline);
  if (leave) connection->shutdown();
  std::array<std::byte, 1000> room;
  for (;;) {
    const std::size_t got = co_await connection->read_some(room, no_deadline);
    if (got == 0) co_return Unit{};
  }
}

class TlsConnectionTest : public testing::Test {
 protected:
  TlsConnectionTest() : context_(std::move(*TlsContext::load(files_))) {}

  io::SimWorld& world(std::uint64_t seed = 1) {
    world_.emplace(seed);
    listener_ = &world_->own(std::move(*world_->run(world_->network().listen(tls_service))));
    return *world_;
  }
  void expect_one(std::size_t size) {
    served_ = {};
    world_->spawn(
        echo_once(world_->reactor(), world_->network(), *listener_, *context_, size, served_));
  }
  Heard ask_for(TestClientOptions options, std::string text) {
    expect_one(text.size());
    Result<Heard> heard = world_->run(ask(world_->network(), options, std::move(text)));
    EXPECT_TRUE(heard) << heard.error().message;
    world_->run_until([&] { return served_.ended; });
    return heard ? *heard : Heard{};
  }

  TlsFiles files_ = make_certificate("localhost");
  std::unique_ptr<TlsContext> context_;
  Served served_;
  std::optional<io::SimWorld> world_;
  io::Listener* listener_ = nullptr;
};

TEST_F(TlsConnectionTest, speaks_tls_1_2_and_1_3_and_says_goodbye) {
  world();
  const Heard old = ask_for({.version = TLS1_2_VERSION}, "hello");
  EXPECT_EQ(old.text, "hello");
  EXPECT_EQ(old.version, "TLSv1.2");
  EXPECT_TRUE(old.goodbye);
  const Heard now = ask_for({.version = TLS1_3_VERSION}, "hello");
  EXPECT_EQ(now.text, "hello");
  EXPECT_EQ(now.version, "TLSv1.3");
  EXPECT_TRUE(now.goodbye);
  EXPECT_EQ(now.protocol, "");
}

TEST_F(TlsConnectionTest, prefers_the_fastest_of_the_strong_ciphers) {
  world();
  EXPECT_EQ(ask_for({.version = TLS1_2_VERSION}, "x").cipher, "ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_EQ(ask_for({.version = TLS1_3_VERSION}, "x").cipher, "TLS_AES_128_GCM_SHA256");
}

TEST_F(TlsConnectionTest, refuses_what_is_older) {
  world();
  expect_one(5);
  EXPECT_FALSE(world_->run(ask(world_->network(), {.version = TLS1_1_VERSION}, "hello")));
  world_->run_until([&] { return served_.ended; });
  EXPECT_FALSE(*served_.accepted);
}

TEST_F(TlsConnectionTest, prefers_http2_of_what_the_client_offers) {
  world();
  EXPECT_EQ(ask_for({.protocols = "\x08http/1.1\x02h2"}, "x").protocol, "h2");
  EXPECT_EQ(served_.protocol, "h2");
  EXPECT_EQ(ask_for({.protocols = "\x08http/1.1"}, "x").protocol, "http/1.1");
  EXPECT_EQ(served_.protocol, "http/1.1");
  expect_one(1);
  EXPECT_FALSE(world_->run(ask(world_->network(), {.protocols = "\x04imap"}, "x")));
}

TEST_F(TlsConnectionTest, carries_a_mebibyte_both_ways_through_short_reads) {
  std::string text;
  while (text.size() < 1 << 20) text += std::to_string(text.size());
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    world(seed);
    const int version = seed % 2 == 0 ? TLS1_3_VERSION : TLS1_2_VERSION;
    EXPECT_TRUE(ask_for({.version = version}, text).text == text) << "seed " << seed;
  }
}

TEST_F(TlsConnectionTest, resumes_a_session_by_its_ticket) {
  world();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const Heard first = ask_for({.version = version}, "hello");
    EXPECT_FALSE(first.resumed);
    const Heard second = ask_for({.version = version, .session = first.session.get()}, "hello");
    EXPECT_TRUE(second.resumed);
    EXPECT_EQ(second.text, "hello");
  }
}

TEST_F(TlsConnectionTest, shows_the_new_certificate_after_a_reload) {
  world();
  EXPECT_EQ(ask_for({}, "x").certificate, "/CN=localhost");
  const TlsFiles next = make_certificate("renewed");
  for (const auto& [from, to] :
       {std::pair{next.certificate, files_.certificate}, std::pair{next.key, files_.key}})
    std::ofstream(to, std::ios::trunc) << std::ifstream(from).rdbuf();
  ASSERT_TRUE(context_->reload());
  EXPECT_EQ(ask_for({}, "x").certificate, "/CN=renewed");
}

TEST_F(TlsConnectionTest, fails_on_garbage_that_begins_like_a_handshake) {
  world();
  expect_one(1);
  const std::string garbage = std::string("\x16\x03\x01\x00\x20", 5) + std::string(100, 'g');
  (void)world_->run(send_only(world_->network(), garbage, false));
  world_->run_until([&] { return served_.ended; });
  ASSERT_TRUE(served_.accepted);
  ASSERT_FALSE(*served_.accepted);
  EXPECT_EQ(served_.accepted->error().kind, ErrorKind::invalid);
  EXPECT_EQ(served_.accepted->error().message.find("TLS handshake: "), 0u)
      << served_.accepted->error().message;
}

TEST_F(TlsConnectionTest, fails_when_the_client_leaves_in_the_middle_of_the_handshake) {
  world();
  expect_one(1);
  (void)world_->run(send_only(world_->network(), std::string("\x16\x03\x01\x02\x00\x01", 6), true));
  world_->run_until([&] { return served_.ended; });
  ASSERT_TRUE(served_.accepted);
  EXPECT_FALSE(*served_.accepted);
}

TEST_F(TlsConnectionTest, gives_a_slow_handshake_up_at_its_deadline) {
  world();
  expect_one(1);
  const MonotonicNanos begin = world_->clock().monotonic();
  (void)world_->run(send_only(world_->network(), std::string("\x16\x03\x01\x02\x00", 5), false));
  world_->run_until([&] { return served_.ended; });
  ASSERT_TRUE(served_.accepted);
  ASSERT_FALSE(*served_.accepted);
  EXPECT_EQ(served_.accepted->error().kind, ErrorKind::timeout);
  EXPECT_LT(world_->clock().monotonic() - begin, 11s);
}

}  // namespace
}  // namespace levada::tls
