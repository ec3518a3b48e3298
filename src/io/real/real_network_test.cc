// Both real networks, through the door.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <vector>

#include "io/gate.h"
#include "io/network.h"
#include "io/real/test_reactors.h"

namespace levada::io {
namespace {

class RealNetworkTest : public testing::TestWithParam<IoBackend> {
 protected:
  template <class Make>
  void run(Make make) {
    Result<Unit> result = reactors_->run(ReactorIndex(0), make);
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
  }

  std::unique_ptr<Reactors> reactors_ = start_reactors(GetParam(), 2);
  Reactor& reactor_ = reactors_->at(ReactorIndex(0));
  Network& network_ = reactors_->network(ReactorIndex(0));
};

const Address any_port{"127.0.0.1", 0};

Deadline in(Reactor& reactor, Millis duration) { return reactor.clock().monotonic() + duration; }

struct Pair {
  std::unique_ptr<Connection> client;
  std::unique_ptr<Connection> server;
};

Task<Pair> connect_pair(Network& network) {
  std::unique_ptr<Listener> listener = co_await network.listen(any_port);
  Pair pair;
  pair.client = co_await network.connect(listener->local(), no_deadline);
  Accepted accepted = co_await listener->accept();
  pair.server = network.adopt(std::move(accepted));
  co_return pair;
}

Task<Unit> send_text(Connection& connection, std::string text) {
  std::array<ByteView, 3> parts = {as_bytes(text).first(text.size() / 2), ByteView{},
                                   as_bytes(text).subspan(text.size() / 2)};
  co_await connection.write_all(parts, no_deadline);
  co_return Unit{};
}

Task<std::string> receive(Connection& connection, std::size_t size) {
  std::string text(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    MutableByteView rest = std::as_writable_bytes(std::span(text)).subspan(have);
    std::size_t got = co_await connection.read_some(rest, no_deadline);
    if (got == 0) co_return fail(ErrorKind::closed, "too short");
    have += got;
  }
  co_return text;
}

Task<Unit> expect_echo(Network& network) {
  Pair pair = co_await connect_pair(network);
  for (int i = 0; i < 100; ++i) {
    std::string out = "request " + std::to_string(i);
    co_await send_text(*pair.client, out);
    std::string in = co_await receive(*pair.server, out.size());
    EXPECT_EQ(in, out);
    co_await send_text(*pair.server, in + "!");
    std::string back = co_await receive(*pair.client, in.size() + 1);
    EXPECT_EQ(back, out + "!");
  }
  EXPECT_TRUE(pair.server->peer().loopback());
  pair.client->shutdown();
  std::array<std::byte, 8> buffer;
  std::size_t end = co_await pair.server->read_some(buffer, no_deadline);
  EXPECT_EQ(end, 0u);
  co_return Unit{};
}

TEST_P(RealNetworkTest, carries_bytes_both_ways_and_tells_the_end) {
  run([&] { return expect_echo(network_); });
}

Task<Unit> expect_large_transfer(Network& network) {
  Pair pair = co_await connect_pair(network);
  std::string out(20 << 20, 'x');
  for (std::size_t i = 0; i < out.size(); i += 97) out[i] = static_cast<char>('a' + i % 26);
  Gate gate;
  gate.spawn(send_text(*pair.client, out));
  std::string in = co_await receive(*pair.server, out.size());
  EXPECT_TRUE(in == out);
  co_await gate.close();
  co_return Unit{};
}

TEST_P(RealNetworkTest, writes_more_than_the_socket_takes_at_once) {
  run([&] { return expect_large_transfer(network_); });
}

Task<Unit> expect_many_parts(Network& network) {
  Pair pair = co_await connect_pair(network);
  std::vector<std::string> texts;
  std::string all;
  for (int i = 0; i < 100; ++i) all += texts.emplace_back("part " + std::to_string(i));
  std::vector<ByteView> parts;
  for (const std::string& text : texts) parts.push_back(as_bytes(text));
  co_await pair.client->write_all(parts, no_deadline);
  std::string in = co_await receive(*pair.server, all.size());
  EXPECT_EQ(in, all);
  co_return Unit{};
}

TEST_P(RealNetworkTest, writes_any_number_of_parts) {
  run([&] { return expect_many_parts(network_); });
}

Task<Unit> expect_last_words(Network& network) {
  Pair pair = co_await connect_pair(network);
  Gate gate;
  std::size_t got = 1;
  const auto read = [&]() -> Task<Unit> {
    std::array<std::byte, 8> buffer;
    got = co_await pair.server->read_some(buffer, no_deadline);
    co_return Unit{};
  };
  gate.spawn(read());
  pair.server->end_reading();
  co_await gate.close();
  EXPECT_EQ(got, 0u);
  co_await send_text(*pair.server, "bye");
  const std::string heard = co_await receive(*pair.client, 3);
  EXPECT_EQ(heard, "bye");
  co_return Unit{};
}

TEST_P(RealNetworkTest, ends_reading_and_still_writes) {
  run([&] { return expect_last_words(network_); });
}

Task<Unit> expect_deadlines(Reactor& reactor, Network& network) {
  Pair pair = co_await connect_pair(network);
  std::array<std::byte, 8> buffer;
  Result<std::size_t> late =
      co_await outcome(pair.server->read_some(buffer, in(reactor, Millis(10))));
  EXPECT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::timeout);

  std::string large(64 << 20, 'x');  // more than both sockets' buffers hold
  std::array<ByteView, 1> parts = {as_bytes(large)};
  Result<Unit> stuck = co_await outcome(pair.client->write_all(parts, in(reactor, Millis(30))));
  EXPECT_FALSE(stuck);
  EXPECT_EQ(stuck.error().kind, ErrorKind::timeout);
  co_return Unit{};
}

TEST_P(RealNetworkTest, gives_up_at_the_deadline) {
  run([&] { return expect_deadlines(reactor_, network_); });
}

Task<Unit> read_until_closed(Connection& connection, ErrorKind& kind) {
  std::array<std::byte, 8> buffer;
  Result<std::size_t> got = co_await outcome(connection.read_some(buffer, no_deadline));
  if (!got) kind = got.error().kind;
  co_return Unit{};
}

Task<Unit> write_until_closed(Connection& connection, ErrorKind& kind) {
  std::string large(64 << 20, 'x');
  std::array<ByteView, 1> parts = {as_bytes(large)};
  Result<Unit> sent = co_await outcome(connection.write_all(parts, no_deadline));
  if (!sent) kind = sent.error().kind;
  co_return Unit{};
}

Task<Unit> expect_shutdown(Reactor& reactor, Network& network) {
  Pair pair = co_await connect_pair(network);
  Gate gate;
  ErrorKind read = ErrorKind::invalid;
  ErrorKind write = ErrorKind::invalid;
  gate.spawn(read_until_closed(*pair.server, read));
  gate.spawn(write_until_closed(*pair.server, write));
  co_await sleep_for(reactor, Millis(5));
  EXPECT_EQ(gate.inside(), 2u);
  pair.server->shutdown();
  pair.server->shutdown();
  co_await gate.close();
  EXPECT_EQ(read, ErrorKind::closed);
  EXPECT_EQ(write, ErrorKind::closed);
  std::array<std::byte, 8> buffer;
  Result<std::size_t> after = co_await outcome(pair.server->read_some(buffer, no_deadline));
  EXPECT_EQ(after.error().kind, ErrorKind::closed);
  co_return Unit{};
}

TEST_P(RealNetworkTest, shutdown_ends_pending_reads_and_writes) {
  run([&] { return expect_shutdown(reactor_, network_); });
}

Task<Unit> accept_until_closed(Listener& listener, ErrorKind& kind) {
  Result<Accepted> accepted = co_await outcome(listener.accept());
  if (!accepted) kind = accepted.error().kind;
  co_return Unit{};
}

Task<Unit> expect_listener_close(Reactor& reactor, Network& network) {
  std::unique_ptr<Listener> listener = co_await network.listen(any_port);
  EXPECT_NE(listener->local().port, 0);
  Gate gate;
  ErrorKind kind = ErrorKind::invalid;
  gate.spawn(accept_until_closed(*listener, kind));
  co_await sleep_for(reactor, Millis(5));
  EXPECT_EQ(gate.inside(), 1u);
  listener->close();
  co_await gate.close();
  EXPECT_EQ(kind, ErrorKind::closed);
  Address address = listener->local();
  listener.reset();
  Result<std::unique_ptr<Connection>> refused =
      co_await outcome(network.connect(address, no_deadline));
  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "connect " + address.text() + ": Connection refused");
  co_return Unit{};
}

TEST_P(RealNetworkTest, close_ends_a_pending_accept) {
  run([&] { return expect_listener_close(reactor_, network_); });
}

Task<Unit> echo_once(Network& network, Accepted accepted) {
  std::unique_ptr<Connection> connection = network.adopt(std::move(accepted));
  std::string text = co_await receive(*connection, 5);
  co_await send_text(*connection, text);
  co_return Unit{};
}

Task<Unit> expect_adoption_elsewhere(Reactors& reactors) {
  Reactor& home = reactors.at(ReactorIndex(0));
  Reactor& other = reactors.at(ReactorIndex(1));
  Network& network = reactors.network(ReactorIndex(0));
  Address by_name{"localhost", 0};
  std::unique_ptr<Listener> listener = co_await network.listen(any_port);
  by_name.port = listener->local().port;
  std::unique_ptr<Connection> client = co_await network.connect(by_name, no_deadline);
  Accepted accepted = co_await listener->accept();
  co_await send_text(*client, "hello");
  auto serve = [&] { return echo_once(reactors.network(other.index()), std::move(accepted)); };
  co_await call(home, other, serve);
  std::string back = co_await receive(*client, 5);
  EXPECT_EQ(back, "hello");
  co_return Unit{};
}

TEST_P(RealNetworkTest, another_reactor_adopts_what_was_accepted) {
  run([&] { return expect_adoption_elsewhere(*reactors_); });
}

Task<Unit> serve_all(Network& network, Listener& listener, Gate& gate) {
  for (;;) {
    Accepted accepted = co_await listener.accept();
    gate.spawn(echo_once(network, std::move(accepted)));
  }
}

Task<Unit> ask_once(Network& network, Address address, int& answered) {
  std::unique_ptr<Connection> client = co_await network.connect(address, no_deadline);
  co_await send_text(*client, "hello");
  std::string back = co_await receive(*client, 5);
  if (back == "hello") ++answered;
  co_return Unit{};
}

Task<Unit> expect_many_connections(Network& network) {
  std::unique_ptr<Listener> listener = co_await network.listen(any_port);
  Gate serving;
  Gate asking;
  serving.spawn(serve_all(network, *listener, serving));
  int answered = 0;
  for (int i = 0; i < 400; ++i) asking.spawn(ask_once(network, listener->local(), answered));
  co_await asking.close();
  listener->close();
  co_await serving.close();
  EXPECT_EQ(answered, 400);
  co_return Unit{};
}

TEST_P(RealNetworkTest, serves_many_connections_at_once) {
  run([&] { return expect_many_connections(network_); });
}

Task<Unit> expect_dropped_connection_ends(Network& network) {
  std::unique_ptr<Listener> listener = co_await network.listen(any_port);
  std::unique_ptr<Connection> client = co_await network.connect(listener->local(), no_deadline);
  { Accepted dropped = co_await listener->accept(); }
  std::array<std::byte, 8> buffer;
  std::size_t end = co_await client->read_some(buffer, no_deadline);
  EXPECT_EQ(end, 0u);
  co_return Unit{};
}

TEST_P(RealNetworkTest, closes_what_was_accepted_and_not_adopted) {
  run([&] { return expect_dropped_connection_ends(network_); });
}

Task<Unit> expect_address_in_use(Network& network) {
  std::unique_ptr<Listener> listener = co_await network.listen(any_port);
  Address taken = listener->local();
  Result<std::unique_ptr<Listener>> again = co_await outcome(network.listen(taken));
  EXPECT_FALSE(again);
  EXPECT_EQ(again.error().message, "listen on " + taken.text() + ": Address already in use");
  co_return Unit{};
}

TEST_P(RealNetworkTest, says_that_an_address_is_in_use) {
  run([&] { return expect_address_in_use(network_); });
}

INSTANTIATE_TEST_SUITE_P(Backends, RealNetworkTest, testing::ValuesIn(backends), backend_name);

}  // namespace
}  // namespace levada::io
