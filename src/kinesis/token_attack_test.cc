// What clients carry for the server, in the hands of those who change it, keep it, or take it
// elsewhere.
#include <gtest/gtest.h>

#include "kinesis/test_service.h"

namespace levada::kinesis {
namespace {

constexpr std::string_view attacked_shard = "shardId-000000000000";
constexpr Caller stranger{"999999999999", "us-east-1"};

Result<GetRecordsAnswer> read(TestService& k, const Token& iterator, Caller caller) {
  GetRecords command;
  command.iterator = iterator;
  return k.world.run(k.data().get_records(caller, command));
}

Result<ListShardsAnswer> list(TestService& k, const Token& token,
                              Caller caller = TestService::caller) {
  ListShards command;
  command.next_token = token;
  return k.control().list_shards(caller, command);
}

Token shards_page(TestService& k, std::string_view name) {
  ListShards command;
  command.stream.name = name;
  command.max_results = 1;
  return *k.control().list_shards(k.caller, command)->next_token;
}

TEST(TokenAttack, an_iterator_with_any_bit_changed_reads_nothing) {
  TestService k;
  k.create("s");
  ASSERT_TRUE(k.put("s", "k", "1"));
  const Token good = *k.iterator("s", attacked_shard);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Token forged = good;
    forged[bit / 8] ^= std::byte(1 << bit % 8);
    const auto answer = k.get(forged);
    EXPECT_EQ(refusal_in(answer), Refusal::invalid_argument) << bit;
    EXPECT_EQ(message_of(answer), "Invalid ShardIterator.") << bit;
  }
  EXPECT_TRUE(k.get(good));
}

TEST(TokenAttack, an_iterator_cut_or_lengthened_reads_nothing) {
  TestService k;
  k.create("s");
  const Token good = *k.iterator("s", attacked_shard);
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(refusal_in(k.get(Token(good.begin(), good.begin() + static_cast<long>(size)))),
              Refusal::invalid_argument);
  for (std::size_t more = 1; more <= 64; ++more) {
    Token longer = good;
    longer.resize(good.size() + more);
    EXPECT_EQ(refusal_in(k.get(longer)), Refusal::invalid_argument);
  }
}

TEST(TokenAttack, an_iterator_is_of_no_use_to_another_account) {
  TestService k;
  k.create("s");
  ASSERT_TRUE(k.put("s", "k", "secret"));
  const auto answer = read(k, *k.iterator("s", attacked_shard), stranger);
  EXPECT_EQ(refusal_in(answer), Refusal::resource_not_found);
}

TEST(TokenAttack, an_iterator_is_of_no_use_on_another_server) {
  TestService here(TestService::quiet(), 2, 1), there(TestService::quiet(), 2, 2);
  here.create("s");
  there.create("s");
  ASSERT_EQ(here.stream("s")->id, there.stream("s")->id);  // only the key tells them apart
  EXPECT_EQ(refusal_in(there.get(*here.iterator("s", attacked_shard))), Refusal::invalid_argument);
}

TEST(TokenAttack, an_iterator_does_not_outlive_its_stream) {
  TestService k;
  k.create("s");
  const Token old = *k.iterator("s", attacked_shard);
  DeleteStream gone{.stream = {"s", {}}};
  ASSERT_TRUE(k.world.run(k.control().delete_stream(k.caller, gone)));
  k.world.run_for(std::chrono::seconds(1));
  EXPECT_EQ(refusal_in(k.get(old)), Refusal::resource_not_found);
  k.create("s");
  ASSERT_TRUE(k.put("s", "k", "of the next incarnation"));
  EXPECT_EQ(refusal_in(k.get(old)), Refusal::resource_not_found);
}

TEST(TokenAttack, an_iterator_cannot_be_covered_by_the_name_of_another_stream) {
  TestService k;
  k.create("mine");
  k.create("other");
  GetRecords command;
  const Token iterator = *k.iterator("other", attacked_shard);
  command.iterator = iterator;
  command.stream_arn = "arn:aws:kinesis:us-east-1:000000000000:stream/mine";
  EXPECT_EQ(refusal_in(k.world.run(k.data().get_records(k.caller, command))),
            Refusal::invalid_argument);
  command.stream_arn = "arn:aws:kinesis:us-east-1:000000000000:stream/other";
  EXPECT_TRUE(k.world.run(k.data().get_records(k.caller, command)));
  EXPECT_EQ(k.data().stream_of_iterator(iterator), command.stream_arn);
}

TEST(TokenAttack, a_page_token_with_any_bit_changed_lists_nothing) {
  TestService k;
  k.create("s", 3);
  const Token good = shards_page(k, "s");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Token forged = good;
    forged[bit / 8] ^= std::byte(1 << bit % 8);
    EXPECT_EQ(refusal_in(list(k, forged)), Refusal::invalid_argument) << bit;
  }
  EXPECT_TRUE(list(k, good));
}

TEST(TokenAttack, a_page_token_serves_one_listing_one_account_and_one_incarnation) {
  TestService k;
  k.create("s", 3);
  const Token shards = shards_page(k, "s");
  EXPECT_EQ(refusal_in(list(k, shards, stranger)), Refusal::resource_not_found);
  EXPECT_EQ(k.control().stream_of_page(shards), "arn:aws:kinesis:us-east-1:000000000000:stream/s");
  ListStreams streams;
  streams.next_token = shards;
  EXPECT_EQ(refusal_in(k.control().list_streams(k.caller, streams)), Refusal::invalid_argument);
  GetRecords get;
  get.iterator = shards;
  EXPECT_EQ(refusal_in(k.world.run(k.data().get_records(k.caller, get))),
            Refusal::invalid_argument);
  DeleteStream gone{.stream = {"s", {}}};
  ASSERT_TRUE(k.world.run(k.control().delete_stream(k.caller, gone)));
  k.world.run_for(std::chrono::seconds(1));
  k.create("s", 3);
  EXPECT_EQ(refusal_in(list(k, shards)), Refusal::resource_not_found);
}

TEST(TokenAttack, a_page_of_streams_is_of_no_use_to_another_account_or_region) {
  TestService k;
  for (const char* name : {"a", "b", "c"}) k.create(name);
  ListStreams first;
  first.limit = 1;
  const Token token = *k.control().list_streams(k.caller, first)->next_token;
  ListStreams next;
  next.next_token = token;
  EXPECT_EQ(k.control().list_streams(k.caller, next)->streams[0]->key.name, "b");
  EXPECT_EQ(refusal_in(k.control().list_streams(stranger, next)), Refusal::invalid_argument);
  const Caller elsewhere{k.caller.account, "eu-west-1"};
  EXPECT_EQ(refusal_in(k.control().list_streams(elsewhere, next)), Refusal::invalid_argument);
}

TEST(Tenants, see_neither_names_nor_records_of_each_other) {
  TestService k;
  k.create("s");
  ASSERT_TRUE(k.put("s", "k", "secret"));
  EXPECT_TRUE(k.control().list_streams(stranger, {})->streams.empty());
  const std::string arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";
  for (const StreamRef& ref : {StreamRef{"s", {}}, StreamRef{{}, arn}}) {
    EXPECT_EQ(refusal_in(k.control().describe_stream_summary(stranger, {ref})),
              Refusal::resource_not_found);
    PutRecord put{.stream = ref, .record = {as_bytes("x"), "k", {}, false}};
    EXPECT_EQ(refusal_in(k.world.run(k.data().put_record(stranger, put))),
              Refusal::resource_not_found);
    DeleteStream gone{.stream = ref};
    EXPECT_EQ(refusal_in(k.world.run(k.control().delete_stream(stranger, gone))),
              Refusal::resource_not_found);
  }
  // The same name is another stream there.
  CreateStream theirs{.name = "s", .shard_count = 1};
  ASSERT_TRUE(k.world.run(k.control().create_stream(stranger, theirs)));
  EXPECT_EQ(k.read_all("s", attacked_shard), std::vector<std::string>{"secret"});
}

TEST(Tenants, have_limits_of_their_own) {
  ServiceOptions options = TestService::quiet();
  options.control.stream_limit = 3;
  options.control.on_demand_stream_limit = 1;
  TestService k(options);
  const auto create = [&](const char* name, catalog::StreamMode mode, Caller caller) {
    CreateStream command{.name = name, .shard_count = 1, .mode = mode};
    if (mode == catalog::StreamMode::on_demand) command.shard_count.reset();
    return k.world.run(k.control().create_stream(caller, command));
  };
  using enum catalog::StreamMode;
  EXPECT_TRUE(create("a", on_demand, k.caller));
  const auto second = create("b", on_demand, k.caller);
  EXPECT_EQ(refusal_in(second), Refusal::limit_exceeded);
  EXPECT_EQ(message_of(second),
            "This request would exceed the on-demand stream limit for the account 000000000000 in "
            "us-east-1. Limit: 1.");
  EXPECT_TRUE(create("b", provisioned, k.caller));
  UpdateStreamMode change{.stream = {"b", {}}, .mode = on_demand};
  EXPECT_EQ(refusal_in(k.world.run(k.control().update_mode(k.caller, change))),
            Refusal::limit_exceeded);
  change.stream.name = "a";  // is on-demand already
  EXPECT_TRUE(k.world.run(k.control().update_mode(k.caller, change)));
  EXPECT_TRUE(create("c", provisioned, k.caller));
  const auto fourth = create("d", provisioned, k.caller);
  EXPECT_EQ(message_of(fourth),
            "This request would exceed the stream limit for the account 000000000000 in us-east-1. "
            "Limit: 3.");
  EXPECT_TRUE(create("d", on_demand, stranger));
  DeleteStream gone{.stream = {"c", {}}};
  ASSERT_TRUE(k.world.run(k.control().delete_stream(k.caller, gone)));
  k.world.run_for(std::chrono::seconds(1));
  EXPECT_TRUE(create("d", provisioned, k.caller));
}

}  // namespace
}  // namespace levada::kinesis
