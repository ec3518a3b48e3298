#include <gmock/gmock.h>

#include "kinesis/stream_lookup.h"
#include "kinesis/test_service.h"

namespace levada::kinesis {
namespace {

using testing::ElementsAre;

std::string created_twice(TestService& k) {
  CreateStream command{.name = "s"};
  return message_of(k.world.run(k.control().create_stream(k.caller, command)));
}

std::vector<std::uint32_t> listed(TestService& k, ShardFilter filter) {
  ListShards command{.stream = {"s", {}}};
  command.filter = filter;
  const auto answer = k.control().list_shards(k.caller, command);
  EXPECT_TRUE(answer) << message_of(answer);
  std::vector<std::uint32_t> indexes;
  if (answer)
    for (const catalog::Shard* shard : answer->shards) indexes.push_back(shard->index.value());
  return indexes;
}

void split(TestService& k, const char* shard, const char* key, const char* expected = "no error") {
  SplitShard command{{"s", {}}, shard, key};
  EXPECT_EQ(message_of(k.world.run(k.control().split_shard(k.caller, command))), expected);
}

constexpr const char* half = "170141183460469231731687303715884105728";

TEST(ControlPlane, three_shards_tile_the_key_space_as_aws_does) {
  TestService k;
  k.create("s", 3);
  const auto s = k.stream("s");
  ASSERT_EQ(s->shards.size(), 3u);
  EXPECT_EQ(decimal_string(s->shards[0].range.last), "113427455640312821154458202477256070484");
  EXPECT_EQ(decimal_string(s->shards[1].range.first), "113427455640312821154458202477256070485");
  EXPECT_EQ(decimal_string(s->shards[1].range.last), "226854911280625642308916404954512140969");
  EXPECT_EQ(decimal_string(s->shards[2].range.last), "340282366920938463463374607431768211455");
  k.create("two", 2);
  EXPECT_EQ(decimal_string(k.stream("two")->shards[1].range.first), half);
}

TEST(ControlPlane, what_was_answered_is_seen_from_every_reactor) {
  TestService k(TestService::quiet(), 4);
  k.create("s");
  for (std::uint32_t n = 0; n < 4; ++n) EXPECT_NE(k.stream("s", n), nullptr);
}

TEST(ControlPlane, every_reactor_knows_whether_there_is_any_policy) {
  TestService k(TestService::quiet(), 2);
  const auto any = [&] {
    EXPECT_EQ(k.control(0).any_policy(), k.control(1).any_policy());
    return k.control(1).any_policy();
  };
  k.create("s");
  k.create("without");
  EXPECT_FALSE(any());
  const std::string arn = stream_arn(view(k.stream("s")->key));
  for (int time = 0; time < 2; ++time) {
    PutPolicy command{arn, "{}"};
    ASSERT_EQ(message_of(k.world.run(k.control().put_policy(k.caller, command))), "no error");
    EXPECT_TRUE(any());
  }
  ASSERT_EQ(message_of(k.world.run(k.control().delete_policy(k.caller, arn))), "no error");
  EXPECT_FALSE(any());
  ASSERT_TRUE(k.world.run(k.control().put_policy(k.caller, {arn, "{}"})));
  ASSERT_TRUE(k.world.run(k.control().delete_stream(k.caller, {{"s", {}}})));
  EXPECT_FALSE(any());  // it went with its stream
}

TEST(ControlPlane, names_are_taken_once_and_streams_delete) {
  TestService k;
  k.create("s");
  EXPECT_EQ(created_twice(k), "Stream s under account 000000000000 already exists.");
  ASSERT_TRUE(k.world.run(k.control(1).delete_stream(k.caller, {{"s", {}}})));
  EXPECT_EQ(message_of(k.control().describe_stream(k.caller, {{"s", {}}})),
            "Stream s under account 000000000000 not found.");
  EXPECT_EQ(created_twice(k), "no error");
}

TEST(ControlPlane, transitions_take_their_time_and_finish) {
  ServiceOptions options = TestService::quiet();
  options.control.transition_delay = Millis(500);
  TestService k(options);
  k.create("s");
  EXPECT_EQ(k.stream("s")->status, catalog::StreamStatus::creating);
  EXPECT_TRUE(k.control().describe_stream(k.caller, {{"s", {}}})->shards.empty());
  EXPECT_EQ(message_of(k.put("s", "a", "x")), "Stream s under account 000000000000 not found.");
  split(k, "0", half, "Stream s under account 000000000000 not ACTIVE, instead in state CREATING");
  k.world.run_for(std::chrono::seconds(1));
  EXPECT_EQ(k.stream("s", 1)->status, catalog::StreamStatus::active);
  split(k, "0", half);
  EXPECT_EQ(k.stream("s")->status, catalog::StreamStatus::updating);
  EXPECT_TRUE(k.put("s", "a", "x"));
  k.world.run_for(std::chrono::seconds(1));
  ASSERT_TRUE(k.world.run(k.control().delete_stream(k.caller, {{"s", {}}})));
  EXPECT_EQ(k.stream("s")->status, catalog::StreamStatus::deleting);
  k.world.run_for(std::chrono::seconds(1));
  EXPECT_FALSE(k.control().describe_stream(k.caller, {{"s", {}}}));
}

TEST(ControlPlane, the_shard_limit_counts_open_shards) {
  ServiceOptions options = TestService::quiet();
  options.control.shard_limit = 5;
  TestService k(options);
  k.create("s", 4);
  CreateStream more{.name = "t", .shard_count = 2};
  EXPECT_EQ(message_of(k.world.run(k.control().create_stream(k.caller, more))),
            "This request would exceed the shard limit for the account 000000000000 in us-east-1. "
            "Current shard count for the account: 4. Limit: 5. Number of additional shards that "
            "would have resulted from this request: 2. Refer to the AWS Service Limits page "
            "(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current "
            "limits and how to request higher limits.");
  EXPECT_EQ(k.control().describe_limits(k.caller)->open_shards, 4u);
}

TEST(ControlPlane, retention_says_what_is_wrong_with_it) {
  TestService k;
  k.create("s");
  const auto increase = [&](std::int64_t hours) {
    ChangeRetention command{{"s", {}}, hours};
    return message_of(k.world.run(k.control().increase_retention(k.caller, command)));
  };
  const auto decrease = [&](std::int64_t hours) {
    ChangeRetention command{{"s", {}}, hours};
    return message_of(k.world.run(k.control().decrease_retention(k.caller, command)));
  };
  EXPECT_EQ(increase(23),
            "Minimum allowed retention period is 24 hours. Requested retention "
            "period (23 hours) is too short.");
  EXPECT_EQ(increase(9999),
            "Maximum allowed retention period is 8760 hours. Requested retention "
            "period (9999 hours) is too long.");
  EXPECT_EQ(increase(24), "no error");
  EXPECT_EQ(increase(25), "no error");
  EXPECT_EQ(increase(24),
            "Requested retention period (24 hours) for stream s can not be shorter "
            "than existing retention period (25 hours). Use "
            "DecreaseRetentionPeriod API.");
  EXPECT_EQ(decrease(26),
            "Requested retention period (26 hours) for stream s can not be longer "
            "than existing retention period (25 hours). Use "
            "IncreaseRetentionPeriod API.");
  EXPECT_EQ(decrease(25), "no error");
}

TEST(ControlPlane, a_split_closes_the_parent_and_leads_readers_to_the_children) {
  TestService k;
  k.create("s");
  ASSERT_TRUE(k.put("s", "a", "parent"));
  split(k, "shardId-0", half);
  const auto s = k.stream("s", 1);
  ASSERT_EQ(s->shards.size(), 3u);
  EXPECT_FALSE(s->shards[0].open());
  EXPECT_LT(ending_sequence_number(s->shards[0]), starting_sequence_number(s->shards[1]));
  const auto child = k.put("s", "a", "child");
  EXPECT_EQ(child->shard, catalog::ShardIndex(1));  // MD5("a") is in the lower half
  EXPECT_LT(starting_sequence_number(s->shards[1]), child->sequence);
  const auto end = k.get(*k.iterator("s", "0"));
  EXPECT_EQ(end->records.size(), 1u);
  EXPECT_FALSE(end->next_iterator);
  ASSERT_EQ(end->children.size(), 2u);
  EXPECT_EQ(end->children[0].parents, std::vector{catalog::ShardIndex(0)});
  split(k, "0", half,
        "Shard shardId-000000000000 in stream s under account 000000000000 has already been "
        "merged or split, and thus is not eligible for merging or splitting.");
  split(k, "1", "1",
        "NewStartingHashKey 1 used in SplitShard() on shard shardId-000000000001 in stream s "
        "under account 000000000000 is not both greater than one plus the shard's "
        "StartingHashKey 0 and less than the shard's EndingHashKey "
        "170141183460469231731687303715884105727.");
  split(k, "9", "1",
        "Could not find shard shardId-000000000009 in stream s under account 000000000000.");
}

TEST(ControlPlane, a_merge_needs_neighbours_in_order) {
  TestService k;
  k.create("s", 3);
  const auto merge = [&](const char* a, const char* b) {
    MergeShards command{{"s", {}}, a, b};
    return message_of(k.world.run(k.control().merge_shards(k.caller, command)));
  };
  EXPECT_EQ(merge("1", "0"),
            "Shards shardId-000000000001 and shardId-000000000000 in stream s under account "
            "000000000000 are not an adjacent pair of shards eligible for merging");
  EXPECT_EQ(merge("0", "1"), "no error");
  const auto end = k.get(*k.iterator("s", "1"));
  ASSERT_EQ(end->children.size(), 1u);
  EXPECT_EQ(end->children[0].parents,
            (std::vector{catalog::ShardIndex(0), catalog::ShardIndex(1)}));
}

// Totals of open and closed shards as seen at AWS (spec kinesis 13).
TEST(ControlPlane, shard_counts_scale_by_the_services_own_steps) {
  struct Case {
    std::uint32_t from, to, total;
  };
  for (const Case c : {Case{2, 4, 6}, Case{4, 5, 15}, Case{10, 13, 37}, Case{4, 2, 6},
                       Case{5, 3, 7}, Case{10, 5, 15}, Case{3, 3, 3}}) {
    TestService k;
    k.create("s", c.from);
    UpdateShardCount command{{"s", {}}, c.to};
    const auto answer = k.world.run(k.control().update_shard_count(k.caller, command));
    ASSERT_TRUE(answer) << message_of(answer);
    EXPECT_EQ(answer->current, c.from);
    EXPECT_EQ(k.stream("s")->open_shards.size(), c.to);
    EXPECT_EQ(k.stream("s")->shards.size(), c.total) << c.from << " to " << c.to;
  }
}

TEST(ControlPlane, filters_tile_the_key_space_at_every_moment) {
  TestService k;
  k.create("s", 2);
  const UnixMillis before = k.world.clock().now();
  k.world.run_for(std::chrono::seconds(10));
  split(k, "1", "255211775190703847597530955573826158592");
  k.world.run_for(std::chrono::seconds(10));
  EXPECT_THAT(listed(k, {ShardFilterType::at_latest, {}, {}}), ElementsAre(0, 2, 3));
  EXPECT_THAT(listed(k, {ShardFilterType::at_trim_horizon, {}, {}}), ElementsAre(0, 1));
  EXPECT_THAT(listed(k, {ShardFilterType::from_trim_horizon, {}, {}}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(listed(k, {ShardFilterType::at_timestamp, {}, before}), ElementsAre(0, 1));
  EXPECT_THAT(listed(k, {ShardFilterType::at_timestamp, {}, k.world.clock().now()}),
              ElementsAre(0, 2, 3));
  EXPECT_THAT(listed(k, {ShardFilterType::from_timestamp, {}, k.world.clock().now()}),
              ElementsAre(0, 2, 3));
  EXPECT_THAT(listed(k, {ShardFilterType::after_shard_id, "shardId-1", {}}), ElementsAre(2, 3));
  k.world.run_for(std::chrono::hours(25));
  EXPECT_THAT(listed(k, {ShardFilterType::from_trim_horizon, {}, {}}), ElementsAre(0, 2, 3));
  EXPECT_THAT(listed(k, {ShardFilterType::at_trim_horizon, {}, {}}), ElementsAre(0, 2, 3));
}

TEST(ControlPlane, shards_are_listed_in_pages_that_expire) {
  TestService k;
  k.create("s", 5);
  ListShards command{.stream = {"s", {}}, .max_results = 2};
  const auto first = k.control().list_shards(k.caller, command);
  ASSERT_TRUE(first && first->next_token);
  ListShards next{.next_token = *first->next_token, .max_results = 10};
  const auto second = k.control(1).list_shards(k.caller, next);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->shards.size(), 3u);
  EXPECT_FALSE(second->next_token);
  next.stream = {"s", {}};
  EXPECT_EQ(message_of(k.control().list_shards(k.caller, next)),
            "NextToken and StreamName cannot be provided together.");
  EXPECT_EQ(message_of(k.control().list_shards(k.caller, {})),
            "Either NextToken or StreamName should be provided.");
  k.world.run_for(std::chrono::seconds(301));
  next.stream = {};
  EXPECT_EQ(refusal_in(k.control().list_shards(k.caller, next)), Refusal::expired_next_token);
}

TEST(ControlPlane, streams_are_listed_by_name_within_their_account) {
  TestService k;
  for (const char* name : {"b", "a", "c"}) k.create(name);
  const auto first = k.control().list_streams(k.caller, {.limit = 2});
  ASSERT_EQ(first->streams.size(), 2u);
  EXPECT_EQ(first->streams[0]->key.name, "a");
  EXPECT_TRUE(first->has_more);
  const auto second = k.control().list_streams(k.caller, {.next_token = *first->next_token});
  ASSERT_EQ(second->streams.size(), 1u);
  EXPECT_EQ(second->streams[0]->key.name, "c");
  EXPECT_FALSE(second->has_more);
  EXPECT_TRUE(k.control().list_streams({"1", "us-east-1"}, {})->streams.empty());
}

TEST(ControlPlane, tags_keep_their_rules) {
  TestService k;
  k.create("s");
  const auto add = [&](TagList tags) {
    AddTags command{.stream = {"s", {}}, .tags = std::move(tags)};
    return message_of(k.world.run(k.control().add_tags(k.caller, command)));
  };
  EXPECT_EQ(add({{"b", "2"}, {"a", "1"}}), "no error");
  EXPECT_EQ(add({{"a!", "1"}}),
            "Some tags contain invalid characters. Valid characters: Unicode letters, digits, "
            "white space, _ . / = + - % @.");
  EXPECT_THAT(add({{"a%", "1"}}), testing::StartsWith("Failed to add tags to stream s under"));
  const auto tags = k.control().list_tags(k.caller, {.stream = {"s", {}}, .limit = 1});
  ASSERT_EQ(tags->tags.size(), 1u);
  EXPECT_EQ(tags->tags[0].first, "a");
  EXPECT_TRUE(tags->has_more);
}

TEST(ControlPlane, a_subscription_pushes_beats_and_is_taken_over) {
  TestService k;
  k.create("s");
  const std::string stream = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
  RegisterConsumer reg{.stream_arn = stream, .name = "c"};
  const auto consumer = k.world.run(k.control().register_consumer(k.caller, reg));
  ASSERT_TRUE(consumer) << message_of(consumer);
  EXPECT_EQ(refusal_in(k.world.run(k.control().register_consumer(k.caller, reg))),
            Refusal::resource_in_use);
  const std::string arn =
      stream + "/consumer/c:" + std::to_string(consumer->consumer.created.count() / 1000);
  SubscribeToShard command{.consumer_arn = arn, .shard_id = "0"};
  command.type = StartType::trim_horizon;
  auto first = k.world.run(k.data().subscribe_to_shard(k.caller, command));
  ASSERT_TRUE(first) << message_of(first);
  ASSERT_TRUE(k.put("s", "a", "x"));
  const auto event = k.world.run((*first)->next());
  ASSERT_EQ(event->event->records.size(), 1u);
  const auto beat = k.world.run((*first)->next());
  EXPECT_TRUE(beat->event->records.empty());
  EXPECT_LT(*event->event->continuation, *beat->event->continuation);
  EXPECT_EQ(refusal_in(k.world.run(k.data().subscribe_to_shard(k.caller, command))),
            Refusal::none);  // five seconds have passed: it takes over
  EXPECT_EQ(refusal_in(k.world.run((*first)->next())), Refusal::resource_in_use);
  EXPECT_EQ(refusal_in(k.world.run(k.data().subscribe_to_shard(k.caller, command))),
            Refusal::resource_in_use);
}

TEST(ControlPlane, a_subscription_ends_with_the_children) {
  TestService k;
  k.create("s");
  const std::string stream = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
  RegisterConsumer reg{.stream_arn = stream, .name = "c"};
  const auto consumer = k.world.run(k.control().register_consumer(k.caller, reg));
  const std::string arn =
      stream + "/consumer/c:" + std::to_string(consumer->consumer.created.count() / 1000);
  SubscribeToShard command{.consumer_arn = arn, .shard_id = "0"};
  auto subscription = k.world.run(k.data(1).subscribe_to_shard(k.caller, command));
  ASSERT_TRUE(subscription) << message_of(subscription);
  split(k, "0", half);
  const auto event = k.world.run((*subscription)->next());
  ASSERT_TRUE(event);
  EXPECT_TRUE(event->last);
  EXPECT_FALSE(event->event->continuation);
  EXPECT_EQ(event->event->children.size(), 2u);
}

}  // namespace
}  // namespace levada::kinesis
