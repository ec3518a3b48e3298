#include "load/bare_server.h"

#include <gtest/gtest.h>

#include "io/sim/sim_world.h"
#include "wire/http1_parser.h"

namespace levada::load {
namespace {

struct BareServerTest : testing::Test {
  io::SimWorld world{1};
  SigningKeys keys;
  BareServer server{world.reactor(), world.disk(), keys};

  BareServerTest() { EXPECT_TRUE(world.run(server.open(""))); }
  ~BareServerTest() override { EXPECT_TRUE(world.run(server.close())); }

  std::string request(SigningKeys by, std::uint32_t data_size = 100) {
    const PutShape shape{.records = 0, .data_size = data_size};
    const std::string body = put_body(shape, world.random());
    return SignedRequests({"127.0.0.1", 80}, std::move(by))
        .make("PutRecord", body, world.reactor().clock().now());
  }

  Result<Unit> answered(const std::string& text) {
    wire::RequestHead head;
    const auto parsed = wire::Http1RequestParser().parse(as_bytes(text), head);
    EXPECT_TRUE(parsed.ready());
    const ByteView body = as_bytes(text).subspan(parsed.consumed);
    return world.run(server.answer(head, body));
  }
};

TEST_F(BareServerTest, stores_what_its_key_signed_before_it_answers) {
  const MonotonicNanos begin = world.reactor().clock().monotonic();
  ASSERT_TRUE(answered(request(keys)));
  EXPECT_GT(world.reactor().clock().monotonic() - begin, Nanos(10'000)) << "a disk takes its time";
  const auto file = world.run(world.disk().open("/bare-server.blocks", {.direct = true}));
  ASSERT_TRUE(file);
  io::AlignedBuffer block(4_KiB);
  ASSERT_TRUE(world.run((*file)->read(0, block.bytes())));
  EXPECT_NE(block.data()[0], std::byte{0}) << "a frame begins with its CRC";
}

TEST_F(BareServerTest, takes_more_than_one_block) {
  for (int n = 0; n < 40; ++n) ASSERT_TRUE(answered(request(keys, 20'000)));
}

TEST_F(BareServerTest, refuses_what_another_key_signed_or_nobody) {
  SigningKeys other = keys;
  other.secret_key += "!";
  EXPECT_FALSE(answered(request(other)));
  std::string changed = request(keys);
  changed[changed.size() - 3] ^= 1;
  EXPECT_FALSE(answered(changed));
  EXPECT_FALSE(answered(request(keys, 70'000))) << "more than a block";
}

}  // namespace
}  // namespace levada::load
