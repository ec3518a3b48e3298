#include "catalog/decision.h"

#include <gtest/gtest.h>

#include "catalog/catalog_state.h"

namespace levada::catalog {
namespace {

Stream sample(StreamStatus status) {
  Stream s;
  s.id = StreamId(7);
  s.key = {"000000000000", "eu-west-1", "orders"};
  s.created = UnixMillis(1'700'000'000'123);
  s.status = status;
  s.due = UnixMillis(1'700'000'000'999);
  s.mode = StreamMode::on_demand;
  s.retention_hours = 48;
  s.trim_mark = UnixMillis(5);
  s.record_kib_max = 2048;
  s.warm_mib_per_second = 12;
  s.encryption = Encryption::kms;
  s.key_id = "alias/aws/kinesis";
  s.distribution = Distribution::automatic;
  s.metrics = 0x15;
  s.tags = {{"a", "1"}, {"b", ""}};
  s.policy = "{\"x\":1}";
  s.next_shard = ShardIndex(3);
  s.reshardings = {UnixMillis(1), UnixMillis(2)};
  s.consumers["c"] = {"c", UnixMillis(9), ConsumerStatus::creating, UnixMillis(10), {{"t", "v"}},
                      "p"};
  const Uint128 half = Uint128{1} << 127, all = ~Uint128{0};
  s.shards = {
      {ShardIndex(0), log::PartitionId(11), UnixMillis(1), UnixMillis(2), {0, all}, {}, {}},
      {ShardIndex(1), log::PartitionId(12), UnixMillis(3), {}, {0, half - 1}, ShardIndex(0), {}},
      {ShardIndex(2), log::PartitionId(13), UnixMillis(3), {}, {half, all}, ShardIndex(0), {}}};
  s.index_shards();
  return s;
}

void expect_same(const Stream& a, const Stream& b) {
  Decision difference;
  difference.put(&a, b);
  EXPECT_TRUE(difference.changes().empty());
  EXPECT_EQ(a.shards, b.shards);
  EXPECT_EQ(a.consumers, b.consumers);
  EXPECT_EQ(a.open_shards, b.open_shards);
}

TEST(Decision, a_stream_survives_its_bytes_in_every_state) {
  for (const auto status : {StreamStatus::creating, StreamStatus::active, StreamStatus::updating,
                            StreamStatus::deleting}) {
    const Stream s = sample(status);
    Decision decision;
    decision.put(nullptr, s);
    CatalogState state;
    ASSERT_TRUE(state.apply(decision.encode()));
    const StreamSnapshot folded = state.find(s.key);
    ASSERT_NE(folded, nullptr);
    EXPECT_EQ(folded->status, status);
    expect_same(*folded, s);
  }
}

TEST(Decision, names_only_what_differs) {
  const Stream before = sample(StreamStatus::active);
  Stream after = before;
  after.consumers.clear();
  Decision decision;
  decision.put(&before, after);
  ASSERT_EQ(decision.changes().size(), 1u);
  EXPECT_TRUE(std::holds_alternative<RemoveConsumer>(decision.changes()[0]));
}

TEST(Decision, applying_twice_is_applying_once) {
  Decision decision;
  decision.put(PutCounters{8, 14});
  decision.put(nullptr, sample(StreamStatus::active));
  CatalogState state;
  ASSERT_TRUE(state.apply(decision.encode()));
  const Buffer once = state.checkpoint();
  ASSERT_TRUE(state.apply(decision.encode()));
  EXPECT_EQ(state.checkpoint(), once);
  EXPECT_EQ(state.totals({"000000000000", "eu-west-1"}).open_shards, 2u);
}

TEST(Decision, a_checkpoint_restores_everything) {
  Decision decision;
  decision.put(PutCounters{8, 14});
  decision.put(AccountKey{"1", "r"}, {Commitment::enabled, UnixMillis(1), {}, UnixMillis(2)});
  decision.put(nullptr, sample(StreamStatus::creating));
  CatalogState state, again;
  ASSERT_TRUE(state.apply(decision.encode()));
  ASSERT_TRUE(again.restore(state.checkpoint()));
  EXPECT_EQ(again.checkpoint(), state.checkpoint());
  EXPECT_EQ(again.next_partition(), 14u);
  EXPECT_EQ(again.account({"1", "r"}).commitment, Commitment::enabled);
}

TEST(Decision, broken_bytes_are_an_error_and_nothing_worse) {
  Decision decision;
  decision.put(nullptr, sample(StreamStatus::active));
  const Buffer whole = decision.encode();
  for (std::size_t size = 1; size < whole.size(); ++size)
    (void)decode_changes(ByteView(whole).first(size));
  Buffer unknown;
  state::FieldWriter(unknown).nested(99, [](auto&) {});
  EXPECT_EQ(decode_changes(unknown).error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace levada::catalog
