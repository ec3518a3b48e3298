#include "io/sim/sim_network.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "io/gate.h"
#include "io/sim/sim_world.h"

namespace levada::io {
namespace {

const Address service{"localhost", 4567};

Task<Unit> send_halves(Connection& connection, std::string text) {
  std::array<ByteView, 2> parts = {as_bytes(text).first(text.size() / 2),
                                   as_bytes(text).subspan(text.size() / 2)};
  co_await connection.write_all(parts, no_deadline);
  co_return Unit{};
}

Task<std::string> receive_all(Connection& connection) {
  std::string all;
  std::array<std::byte, 1000> buffer;
  for (;;) {
    std::size_t got = co_await connection.read_some(buffer, no_deadline);
    if (got == 0) co_return all;
    all += as_text(ByteView(buffer).first(got));
  }
}

Task<Unit> echo_everything(Network& network, Listener& listener) {
  Accepted accepted = co_await listener.accept();
  std::unique_ptr<Connection> connection = network.adopt(std::move(accepted));
  std::array<std::byte, 500> buffer;
  for (;;) {
    std::size_t got = co_await connection->read_some(buffer, no_deadline);
    if (got == 0) co_return Unit{};
    std::array<ByteView, 1> parts = {ByteView(buffer).first(got)};
    co_await connection->write_all(parts, no_deadline);
  }
}

Task<std::string> ask(Network& network, std::string text, std::size_t size) {
  std::unique_ptr<Connection> connection = co_await network.connect(service, no_deadline);
  Gate gate;
  gate.spawn(send_halves(*connection, text));
  std::string back;
  std::array<std::byte, 777> buffer;
  while (back.size() < size) {
    Result<std::size_t> got = co_await outcome(connection->read_some(buffer, no_deadline));
    if (!got || *got == 0) break;
    back += as_text(ByteView(buffer).first(*got));
  }
  connection->shutdown();
  co_await gate.close();
  co_return back;
}

Listener& listener_on(SimWorld& world, ReactorIndex index) {
  Network& network = world.network(index);
  return world.own(std::move(*world.run(network.listen(service))));
}

TEST(SimNetwork, carries_bytes_in_order_through_short_reads_and_delays) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SimOptions options{.reactors = 2};
    SimWorld world(seed, options);
    Listener& listener = listener_on(world, ReactorIndex(1));
    world.spawn(echo_everything(world.network(ReactorIndex(1)), listener));
    std::string text;
    for (int i = 0; i < 30'000; ++i) text += std::to_string(i);
    Result<std::string> back = world.run(ask(world.network(), text, text.size()));
    EXPECT_TRUE(*back == text) << "seed " << seed;
  }
}

TEST(SimNetwork, breaks_connections_by_chance) {
  SimWorld world(1);
  world.options().network.reset_chance = 1;
  Listener& listener = listener_on(world, ReactorIndex(0));
  world.spawn(echo_everything(world.network(), listener));
  EXPECT_EQ(world.run(ask(world.network(), "text", 4)), "");
}

Task<std::unique_ptr<Connection>> connect_to(Network& network, Address address, Deadline deadline) {
  co_return co_await outcome(network.connect(address, deadline));
}

TEST(SimNetwork, refuses_where_nobody_listens) {
  SimWorld world(1);
  auto refused = world.run(connect_to(world.network(), service, no_deadline));
  EXPECT_EQ(refused.error().message, "connect localhost:4567: Connection refused");
}

Task<ErrorKind> kind_of_read(Network& network, Listener& listener, Deadline deadline) {
  std::unique_ptr<Connection> client = co_await network.connect(service, no_deadline);
  Accepted accepted = co_await listener.accept();
  std::unique_ptr<Connection> server = network.adopt(std::move(accepted));
  std::array<std::byte, 8> buffer;
  Result<std::size_t> got = co_await outcome(server->read_some(buffer, deadline));
  co_return got ? ErrorKind::invalid : got.error().kind;
}

TEST(SimNetwork, gives_up_at_the_deadline) {
  SimWorld world(1);
  Listener& listener = listener_on(world, ReactorIndex(0));
  Deadline deadline = world.clock().monotonic() + Millis(100);
  EXPECT_EQ(world.run(kind_of_read(world.network(), listener, deadline)), ErrorKind::timeout);
  EXPECT_GE(world.clock().monotonic(), deadline);
}

Task<std::string> drop_after_accept(Network& network, Listener& listener) {
  std::unique_ptr<Connection> client = co_await network.connect(service, no_deadline);
  { Accepted dropped = co_await listener.accept(); }
  Result<std::string> got = co_await outcome(receive_all(*client));
  co_return got ? "value" : std::string(name(got.error().kind));
}

TEST(SimNetwork, breaks_what_was_accepted_and_not_adopted) {
  SimWorld world(1);
  Listener& listener = listener_on(world, ReactorIndex(0));
  EXPECT_EQ(world.run(drop_after_accept(world.network(), listener)), "closed");
}

TEST(SimNetwork, takes_a_port_again_after_a_crash) {
  SimWorld world(1);
  Listener& listener = listener_on(world, ReactorIndex(0));
  world.spawn(echo_everything(world.network(), listener));
  world.crash();
  listener_on(world, ReactorIndex(0));
}

}  // namespace
}  // namespace levada::io
