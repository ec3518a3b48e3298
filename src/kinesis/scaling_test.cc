// On-demand streams, under simulated time: what is split, what is merged, and when.

#include <gtest/gtest.h>

#include "kinesis/scaling_plan.h"
#include "kinesis/stream_limits.h"
#include "kinesis/test_service.h"

namespace levada::kinesis {
namespace {

using namespace std::chrono_literals;

ServiceOptions fast_windows() {
  ServiceOptions options = TestService::quiet();
  options.on_demand_window = 1s;
  return options;
}

void create_on_demand(TestService& k, std::optional<std::uint32_t> warm = {}) {
  CreateStream command{.name = "s"};
  command.mode = catalog::StreamMode::on_demand;
  command.warm_mib_per_second = warm;
  auto done = k.world.run(k.control().create_stream(k.caller, command));
  ASSERT_TRUE(done) << message_of(done);
}

// Records with this explicit hash key, for so many seconds.
void write(TestService& k, std::string_view key, int records_a_second, int seconds) {
  for (int second = 0; second < seconds; ++second) {
    std::vector<PutEntry> entries(static_cast<std::size_t>(records_a_second));
    for (PutEntry& entry : entries) entry = {as_bytes("x"), "k", key, false};
    for (std::size_t at = 0; at < entries.size(); at += put_records_max) {
      const std::size_t size = std::min(put_records_max, entries.size() - at);
      const PutRecords command{.stream = {"s", {}},
                               .records = std::span(entries).subspan(at, size)};
      ASSERT_TRUE(k.world.run(k.data().put_records(k.caller, command)));
    }
    ASSERT_TRUE(k.world.run(io::sleep_for(k.world.reactor(), 1s)));
  }
}

TEST(OnDemand, a_hot_shard_is_split_and_its_neighbours_are_not) {
  TestService k(fast_windows());
  create_on_demand(k);
  write(k, "0", 1500, 3);
  const auto stream = k.stream("s");
  EXPECT_GT(stream->open_shards.size(), 4u);
  EXPECT_FALSE(stream->find(catalog::ShardIndex(0))->open());
  for (std::uint32_t other = 1; other < 4; ++other)
    EXPECT_TRUE(stream->find(catalog::ShardIndex(other))->open());
}

TEST(OnDemand, what_was_split_is_merged_when_it_has_been_quiet) {
  TestService k(fast_windows());
  create_on_demand(k);
  write(k, "0", 1500, 3);
  const std::size_t most = k.stream("s")->open_shards.size();
  ASSERT_GT(most, 4u);
  ASSERT_TRUE(k.world.run(io::sleep_for(k.world.reactor(), 12s)));
  EXPECT_GE(k.stream("s")->open_shards.size(), most);  // not so soon
  ASSERT_TRUE(k.world.run(io::sleep_for(k.world.reactor(), 120s)));
  EXPECT_EQ(k.stream("s")->open_shards.size(), 4u);
}

TEST(OnDemand, a_provisioned_stream_is_left_alone) {
  TestService k(fast_windows());
  k.create("s", 1);
  write(k, "0", 1500, 3);
  EXPECT_EQ(k.stream("s")->shards.size(), 1u);
}

TEST(OnDemand, warm_throughput_brings_its_shards_at_once_and_keeps_them) {
  TestService k(fast_windows());
  create_on_demand(k, 9);
  EXPECT_EQ(k.stream("s")->open_shards.size(), 9u);
  ASSERT_TRUE(k.world.run(io::sleep_for(k.world.reactor(), 60s)));
  EXPECT_EQ(k.stream("s")->open_shards.size(), 9u);
}

TEST(OnDemand, the_shard_limit_holds) {
  ServiceOptions options = fast_windows();
  options.control.shard_limit = 5;
  TestService k(options);
  create_on_demand(k);
  write(k, "0", 3000, 6);
  EXPECT_EQ(k.stream("s")->open_shards.size(), 5u);
}

// A half and two quarters: the quarters become one, whatever stands first.
TEST(UpdateShardCount, merges_the_narrowest_neighbours_first) {
  TestService k;
  k.create("s", 2);
  const std::string three_quarters = "255211775190703847597530955573826158592";
  const SplitShard split{
      .stream = {"s", {}}, .shard_id = "1", .new_starting_hash_key = three_quarters};
  ASSERT_TRUE(k.world.run(k.control().split_shard(k.caller, split)));
  const UpdateShardCount command{.stream = {"s", {}}, .target = 2};
  ASSERT_TRUE(k.world.run(k.control().update_shard_count(k.caller, command)));
  const auto stream = k.stream("s");
  ASSERT_EQ(stream->open_shards.size(), 2u);
  EXPECT_TRUE(stream->find(catalog::ShardIndex(0))->open());
}

TEST(RollingLimits, an_eleventh_update_in_a_day_is_refused_and_a_day_later_taken) {
  ServiceOptions options = TestService::quiet();
  options.control.rolling_limits = true;
  TestService k(options);
  k.create("s", 2);
  const auto update = [&](std::uint32_t target) {
    const UpdateShardCount command{.stream = {"s", {}}, .target = target};
    return refusal_in(k.world.run(k.control().update_shard_count(k.caller, command)));
  };
  for (int n = 0; n < 10; ++n) ASSERT_EQ(update(n % 2 == 0 ? 4 : 2), Refusal::none) << n;
  EXPECT_EQ(update(4), Refusal::limit_exceeded);
  ASSERT_TRUE(k.world.run(io::sleep_for(k.world.reactor(), 24h)));
  EXPECT_EQ(update(4), Refusal::none);
}

TEST(StreamLimits, a_tag_sets_what_the_shards_of_one_stream_take) {
  ServiceOptions options = TestService::quiet();
  options.limits = ShardLimits::aws();
  TestService k(options);
  k.create("s");
  k.create("t");
  const auto tag = [&](std::string_view value) {
    AddTags command{.stream = {"s", {}}};
    command.tags.push_back({limits_tag, value});
    return k.world.run(k.control().add_tags(k.caller, command));
  };
  ASSERT_TRUE(tag("5/1000000"));
  const auto taken = [&](std::string_view stream) {
    int good = 0;
    for (int n = 0; n < 100; ++n) good += k.put(stream, "k", "x").has_value();
    return good;
  };
  EXPECT_EQ(taken("s"), 5);
  EXPECT_EQ(taken("t"), 100);
  ASSERT_TRUE(tag("off"));
  EXPECT_EQ(taken("s"), 100);
  EXPECT_EQ(refusal_in(tag("5")), Refusal::invalid_argument);
  EXPECT_EQ(refusal_in(tag("0/1")), Refusal::invalid_argument);
}

}  // namespace
}  // namespace levada::kinesis
