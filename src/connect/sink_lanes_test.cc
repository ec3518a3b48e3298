#include "connect/sink_lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace levada::connect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Uint128 lanes_half = Uint128{1} << 127;

std::vector<ShardInfo> one_shard() {
  return {{.id = "s0",
           .first_hash_key = 0,
           .last_hash_key = ~Uint128{0},
           .parent = {},
           .adjacent_parent = {}}};
}
std::vector<ShardInfo> two_shards() {
  return {{.id = "s1",
           .first_hash_key = 0,
           .last_hash_key = lanes_half - 1,
           .parent = {},
           .adjacent_parent = {}},
          {.id = "s2",
           .first_hash_key = lanes_half,
           .last_hash_key = ~Uint128{0},
           .parent = {},
           .adjacent_parent = {}}};
}

void add(SinkLanes& lanes, std::uint64_t epoch, std::string key, std::string data) {
  SinkRecord one{std::move(key), {}, std::move(data), {}};
  lanes.add(epoch, std::span(&one, 1));
}

std::vector<std::string> texts(const std::vector<PutEntry>& batch) {
  std::vector<std::string> all;
  for (const PutEntry& entry : batch)
    all.push_back(std::string(entry.partition_key) + "=" + std::string(as_text(entry.data)) +
                  std::string(as_text(entry.data_end)));
  return all;
}

PutOutcome taken(std::string_view shard = "s0") { return {true, shard, "1", {}, {}}; }
PutOutcome failed() {
  return {false, {}, {}, "ProvisionedThroughputExceededException", "slow down"};
}

TEST(SinkLanes, AKeyOccursOnceInACallAndTheNextWaits) {
  SinkLanes lanes({});
  ASSERT_TRUE(lanes.set_shards(one_shard()));
  add(lanes, 1, "a", "1");
  add(lanes, 1, "a", "2");
  add(lanes, 2, "b", "3");
  EXPECT_THAT(texts(lanes.take(0)), ElementsAre("a=1", "b=3"));
  EXPECT_THAT(lanes.take(0), IsEmpty()) << "a call is under way";
  lanes.settle(0, {taken(), taken()});
  EXPECT_EQ(lanes.oldest(), 1u);
  EXPECT_THAT(texts(lanes.take(0)), ElementsAre("a=2"));
  lanes.settle(0, {taken()});
  EXPECT_EQ(lanes.oldest(), std::nullopt);
}

TEST(SinkLanes, OnlyWhatFailedIsSentAgainAndBeforeItsSuccessor) {
  SinkLanes lanes({});
  ASSERT_TRUE(lanes.set_shards(one_shard()));
  for (const char* key : {"a", "b", "c"}) add(lanes, 1, key, "old");
  add(lanes, 2, "b", "new");
  EXPECT_EQ(lanes.take(0).size(), 3u);
  const auto settled = lanes.settle(0, {taken(), failed(), taken()});
  EXPECT_EQ(settled.taken, 2u);
  EXPECT_EQ(settled.failed, 1u);
  EXPECT_THAT(texts(lanes.take(0)), ElementsAre("b=old"));
  lanes.put_back(0);
  EXPECT_THAT(texts(lanes.take(0)), ElementsAre("b=old"));
}

TEST(SinkLanes, AnUpsertReplacesWhatStillWaitsButNotWhatIsUnderWay) {
  SinkLanes lanes({.replace = true});
  ASSERT_TRUE(lanes.set_shards(one_shard()));
  add(lanes, 1, "a", "1");
  add(lanes, 2, "a", "2");
  EXPECT_EQ(lanes.oldest(), 2u);
  EXPECT_THAT(texts(lanes.take(0)), ElementsAre("a=2"));
  add(lanes, 3, "a", "3");
  add(lanes, 4, "a", "4");
  lanes.settle(0, {failed()});
  EXPECT_THAT(texts(lanes.take(0)), ElementsAre("a=2"));
  lanes.settle(0, {taken()});
  EXPECT_THAT(texts(lanes.take(0)), ElementsAre("a=4"));
  EXPECT_EQ(lanes.pending(), 1u);
}

TEST(SinkLanes, WithoutKeyOrderACallTakesAllOfAKey) {
  SinkLanes lanes({.key_order = false});
  ASSERT_TRUE(lanes.set_shards(one_shard()));
  for (int n = 0; n < 600; ++n) add(lanes, 1, "same", std::to_string(n));
  EXPECT_EQ(lanes.take(0).size(), put_entries_max);
}

TEST(SinkLanes, CallsEndAtFiveMebibytesAndALargerRecordGoesAlone) {
  SinkLanes lanes({});
  ASSERT_TRUE(lanes.set_shards(one_shard()));
  const std::string three_mebibytes(3 << 20, 'x');
  add(lanes, 1, "a", three_mebibytes);
  add(lanes, 1, "b", three_mebibytes);
  add(lanes, 1, "c", three_mebibytes + three_mebibytes);
  EXPECT_EQ(lanes.take(0).size(), 1u);
  lanes.settle(0, {taken()});
  EXPECT_EQ(lanes.take(0).size(), 1u);
  lanes.settle(0, {taken()});
  EXPECT_EQ(lanes.take(0).size(), 1u);
  EXPECT_TRUE(lanes.busy(0));
  lanes.drop(0);
  EXPECT_EQ(lanes.pending(), 0u);
  EXPECT_EQ(lanes.pending_bytes(), 0u);
}

TEST(SinkLanes, RefusesShardsThatLeaveAGap) {
  SinkLanes lanes({});
  EXPECT_FALSE(lanes.set_shards({}));
  auto gap = two_shards();
  gap[0].last_hash_key -= 1;
  EXPECT_FALSE(lanes.set_shards(gap));
  gap = two_shards();
  gap[1].open = false;
  EXPECT_FALSE(lanes.set_shards(gap));
}

// Whatever fails, is put back or moves by a reshard: each key's records arrive in their order, none
// is lost, and nothing that arrived is sent again.
TEST(SinkLanes, EveryKeyKeepsItsOrderThroughFailuresAndReshards) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 dice(seed);
    SinkLanes lanes({});
    ASSERT_TRUE(lanes.set_shards(one_shard()));
    std::map<std::string, std::vector<std::string>> sent;
    std::map<std::string, std::vector<std::string>> arrived;
    std::uint64_t epoch = 1;
    for (int round = 0; round < 300 || lanes.pending() > 0; ++round) {
      if (round < 300 && dice() % 2 == 0) {
        const std::string key(1, static_cast<char>('a' + dice() % 6));
        const std::string data = std::to_string(round);
        add(lanes, epoch++, key, data);
        sent[key].push_back(data);
      }
      const std::size_t lane = dice() % lanes.lanes();
      const auto batch = lanes.take(lane, 1 + dice() % 4);
      if (!batch.empty()) {
        std::vector<PutOutcome> outcomes;
        if (dice() % 5 == 0) {
          lanes.put_back(lane);
          continue;
        }
        for (const PutEntry& entry : batch) {
          const bool good = dice() % 3 != 0;
          outcomes.push_back(good ? taken(lanes.shard(lane)) : failed());
          if (good) arrived[std::string(entry.partition_key)].emplace_back(as_text(entry.data));
        }
        EXPECT_FALSE(lanes.settle(lane, outcomes).moved);
      }
      if (dice() % 20 == 0) {
        ASSERT_TRUE(lanes.set_shards(dice() % 2 == 0 ? one_shard() : two_shards()));
      }
    }
    EXPECT_EQ(arrived, sent) << "seed " << seed;
    EXPECT_EQ(lanes.oldest(), std::nullopt);
  }
}

}  // namespace
}  // namespace levada::connect
