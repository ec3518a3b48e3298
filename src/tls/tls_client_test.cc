#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "io/sim/sim_world.h"
#include "tls/test_client.h"
#include "tls/tls_connection.h"

namespace levada::tls {
namespace {

const io::Address service{"localhost", 443};

Task<Unit> greet_once(io::Reactor& reactor, io::Network& network, io::Listener& listener,
                      const TlsContext& context) {
  io::Accepted taken = co_await listener.accept();
  TlsConnection connection(reactor, network.adopt(std::move(taken)), context, {});
  if (co_await outcome(connection.accept(no_deadline))) {
    const std::array<ByteView, 1> parts = {as_bytes("welcome")};
    (void)co_await outcome(connection.write_all(parts, no_deadline));
    (void)co_await outcome(connection.finish(no_deadline));
  }
  connection.shutdown();
  co_return Unit{};
}

Task<std::string> visit(io::Reactor& reactor, io::Network& network, const TlsClientContext& context,
                        std::string host) {
  auto plain = co_await network.connect(service, no_deadline);
  TlsConnection connection(reactor, std::move(plain), context, host);
  const Result<Unit> met = co_await outcome(connection.connect(no_deadline));
  if (!met) {
    connection.shutdown();
    co_return unexpected<Error>(met.error());
  }
  std::array<std::byte, 100> room;
  const std::size_t got = co_await connection.read_some(room, no_deadline);
  connection.shutdown();
  co_return std::string(as_text(ByteView(room).first(got)));
}

class TlsClientTest : public testing::Test {
 protected:
  Result<std::string> visit_as(const TlsClientContext::Options& options, const std::string& host) {
    io::SimWorld world(1);
    auto& listener = world.own(std::move(*world.run(world.network().listen(service))));
    world.spawn(greet_once(world.reactor(), world.network(), listener, *context_));
    const auto client = TlsClientContext::make(options);
    CHECK(client.has_value());
    return world.run(visit(world.reactor(), world.network(), **client, host));
  }

  TlsFiles files_ = make_certificate("localhost");
  std::unique_ptr<TlsContext> context_ = std::move(*TlsContext::load(files_));
};

TEST_F(TlsClientTest, believes_a_certificate_that_its_authorities_signed_for_that_name) {
  EXPECT_EQ(visit_as({.authorities = files_.certificate}, "localhost").value(), "welcome");
}

TEST_F(TlsClientTest, refuses_another_name_and_an_unknown_authority) {
  const auto other_name = visit_as({.authorities = files_.certificate}, "example.org");
  ASSERT_FALSE(other_name);
  EXPECT_NE(other_name.error().message.find("ostname mismatch"), std::string::npos)
      << other_name.error().message;
  const auto unknown =
      visit_as({.authorities = make_certificate("stranger").certificate}, "localhost");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::invalid);
}

TEST_F(TlsClientTest, believes_anyone_when_told_to) {
  EXPECT_EQ(visit_as({.authorities = {}, .verify = false}, "127.0.0.1").value(), "welcome");
}

TEST_F(TlsClientTest, names_the_file_of_authorities_that_it_cannot_read) {
  const auto made = TlsClientContext::make({.authorities = "/nowhere/ca.pem"});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("/nowhere/ca.pem"), std::string::npos);
}

}  // namespace
}  // namespace levada::tls
