#include <gmock/gmock.h>

#include "kinesis/test_service.h"

namespace levada::kinesis {
namespace {

using testing::ElementsAre;

TEST(DataPlane, what_was_put_is_read_in_order) {
  TestService k;
  k.create("s");
  for (const char* text : {"one", "two", "", "four"}) ASSERT_TRUE(k.put("s", "key", text));
  EXPECT_THAT(k.read_all("s", "shardId-000000000000"), ElementsAre("one", "two", "", "four"));
}

TEST(DataPlane, sequence_numbers_grow_and_are_read_back) {
  TestService k;
  k.create("s");
  const auto first = k.put("s", "a", "1"), second = k.put("s", "a", "2", 1);
  ASSERT_TRUE(first && second);
  EXPECT_LT(first->sequence, second->sequence);
  EXPECT_LT(starting_sequence_number(first->stream->shards[0]), first->sequence);
  const auto read = k.get(*k.iterator("s", "0"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->records[0].sequence, first->sequence);
  EXPECT_EQ(read->records[1].sequence, second->sequence);
  EXPECT_EQ(read->records[0].partition_key, "a");
}

// MD5("a") lies in the first sixteenth of the key space (spec kinesis 10).
TEST(DataPlane, keys_are_routed_by_md5_and_explicit_keys_by_themselves) {
  TestService k;
  k.create("s", 3);
  EXPECT_EQ(k.put("s", "a", "x")->shard, catalog::ShardIndex(0));
  PutRecord command{
      .stream = {"s", {}},
      .record = {as_bytes("x"), "a", "340282366920938463463374607431768211455", false},
      .sequence_number_for_ordering = {}};
  EXPECT_EQ(k.world.run(k.data().put_record(k.caller, command))->shard, catalog::ShardIndex(2));
  command.record.explicit_hash_key = "113427455640312821154458202477256070485";
  EXPECT_EQ(k.world.run(k.data().put_record(k.caller, command))->shard, catalog::ShardIndex(1));
  command.record.explicit_hash_key = "340282366920938463463374607431768211456";
  EXPECT_EQ(message_of(k.world.run(k.data().put_record(k.caller, command))),
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
            "Specified value was 340282366920938463463374607431768211456");
}

TEST(DataPlane, an_explicit_hash_key_does_not_replace_the_partition_key) {
  TestService k;
  k.create("s", 3);
  PutRecord command;
  command.stream.name = "s";
  command.record.keyless = true;
  command.record.explicit_hash_key = "1";
  EXPECT_EQ(k.world.run(k.data().put_record(k.caller, command)).error().message,
            "1 validation error detected: Value null at 'partitionKey' failed to satisfy "
            "constraint: Member must not be null");
}

TEST(DataPlane, put_records_answers_in_the_order_of_the_request) {
  TestService k;
  k.create("s", 7);
  std::vector<std::string> keys;
  for (int n = 0; n < 500; ++n) keys.push_back("key" + std::to_string(n));
  std::vector<PutEntry> entries;
  for (const std::string& key : keys) entries.push_back({as_bytes(key), key, {}, false});
  PutRecords command{.stream = {"s", {}}, .records = entries, .hashes = {}};
  const auto answer = k.world.run(k.data(1).put_records(k.caller, command));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->failed, 0u);
  std::map<catalog::ShardIndex, Uint192> last;
  std::map<catalog::ShardIndex, std::vector<std::string>> by_shard;
  for (std::size_t n = 0; n < keys.size(); ++n) {
    const PutOutcome& outcome = answer->outcomes[n];
    EXPECT_LT(last[outcome.shard], outcome.sequence);
    last[outcome.shard] = outcome.sequence;
    by_shard[outcome.shard].push_back(keys[n]);
  }
  EXPECT_EQ(by_shard.size(), 7u);
  for (const auto& [shard, texts] : by_shard) EXPECT_EQ(k.read_all("s", shard_id(shard)), texts);
}

TEST(DataPlane, unknown_streams_are_named_in_the_services_words) {
  TestService k;
  EXPECT_EQ(message_of(k.put("s", "a", "x")), "Stream s under account 000000000000 not found.");
  EXPECT_EQ(message_of(k.iterator("s", "shardId-0")),
            "Shard shardId-000000000000 in stream s under account 000000000000 does not exist");
  EXPECT_EQ(message_of(k.iterator("s", "shardId-x")),
            "Could not find shard shardId-x in stream s under account 000000000000.");
  PutRecord by_arn{.stream = {{}, "arn:aws:kinesis:us-east-1:000000000000:stream/s"},
                   .record = {as_bytes("x"), "a", {}, false},
                   .sequence_number_for_ordering = {}};
  EXPECT_EQ(message_of(k.world.run(k.data().put_record(k.caller, by_arn))),
            "Stream arn:aws:kinesis:us-east-1:000000000000:stream/s under account 000000000000 "
            "not found.");
}

TEST(DataPlane, one_account_never_sees_anothers_stream) {
  TestService k;
  k.create("s");
  ASSERT_TRUE(k.put("s", "a", "secret"));
  const Caller other{"111111111111", "us-east-1"};
  PutRecord put{.stream = {"s", {}},
                .record = {as_bytes("x"), "a", {}, false},
                .sequence_number_for_ordering = {}};
  EXPECT_EQ(refusal_in(k.world.run(k.data().put_record(other, put))), Refusal::resource_not_found);
  GetRecords get;
  const Token iterator = *k.iterator("s", "0");
  get.iterator = iterator;
  EXPECT_EQ(refusal_in(k.world.run(k.data().get_records(other, get))), Refusal::resource_not_found);
}

TEST(DataPlane, a_record_over_the_streams_limit_is_refused_with_its_bound) {
  TestService k;
  k.create("s");
  const std::string fits(1024 * 1024 - 1, 'x'), over(1024 * 1024, 'x');
  EXPECT_TRUE(k.put("s", "k", fits));
  EXPECT_EQ(message_of(k.put("s", "k", over)),
            "1 validation error detected: Value at 'data' failed to satisfy constraint: Member "
            "must have length less than or equal to 1048576");
}

TEST(DataPlane, ordering_numbers_from_the_future_are_refused) {
  TestService k;
  k.create("s");
  const auto first = k.put("s", "a", "1");
  const std::string number = decimal_string(first->sequence);
  PutRecord command{.stream = {"s", {}},
                    .record = {as_bytes("2"), "a", {}, false},
                    .sequence_number_for_ordering = number};
  const auto second = k.world.run(k.data().put_record(k.caller, command));
  ASSERT_TRUE(second);
  EXPECT_LT(first->sequence, second->sequence);
  command.sequence_number_for_ordering = "nonsense";
  EXPECT_EQ(message_of(k.world.run(k.data().put_record(k.caller, command))),
            "ExclusiveMinimumSequenceNumber nonsense used in PutRecord on stream s under account "
            "000000000000 is invalid.");
}

TEST(DataPlane, a_shard_over_its_limits_throttles_record_by_record) {
  ServiceOptions options = TestService::quiet();
  options.limits = ShardLimits::aws();
  TestService k(options);
  k.create("s");
  std::vector<PutEntry> entries(500, PutEntry{as_bytes("x"), "key", {}, false});
  PutRecords command{.stream = {"s", {}}, .records = entries, .hashes = {}};
  for (const std::uint32_t failed : {0u, 0u}) {
    const auto answer = k.world.run(k.data().put_records(k.caller, command));
    EXPECT_EQ(answer->failed, failed);
  }
  const auto answer = k.world.run(k.data().put_records(k.caller, command));
  EXPECT_GT(answer->failed, 480u);
  EXPECT_EQ(answer->error_code(answer->outcomes[499].failure),
            "ProvisionedThroughputExceededException");
  EXPECT_EQ(answer->error_message(answer->outcomes[499], command),
            "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000.");
  k.world.run_for(std::chrono::seconds(1));
  EXPECT_EQ(k.world.run(k.data().put_records(k.caller, command))->failed, 0u);
}

TEST(DataPlane, a_log_in_trouble_fails_records_not_the_server) {
  TestService k;
  k.create("s");
  for (auto& log : k.logs) log->fail_with(Error{ErrorKind::disk_full, "no room"});
  const auto full = k.put("s", "a", "x");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, ErrorKind::disk_full);
  EXPECT_EQ(full.error().message, "There is no room on the server's disk.");
  for (auto& log : k.logs) log->fail_with(Error{ErrorKind::throttled, "too much is waiting"});
  EXPECT_EQ(refusal_in(k.put("s", "a", "x")), Refusal::throughput_exceeded);
  for (auto& log : k.logs) log->fail_with({});
  EXPECT_TRUE(k.put("s", "a", "x"));
}

TEST(DataPlane, latest_is_fixed_when_the_iterator_is_made) {
  TestService k;
  k.create("s");
  ASSERT_TRUE(k.put("s", "a", "before"));
  const Token latest = *k.iterator("s", "0", StartType::latest);
  ASSERT_TRUE(k.put("s", "a", "after"));
  const auto answer = k.get(latest);
  ASSERT_EQ(answer->records.size(), 1u);
  EXPECT_EQ(as_text(answer->records[0].data), "after");
}

TEST(DataPlane, iterators_change_on_every_call_and_stay_reusable) {
  TestService k;
  k.create("s");
  const Token first = *k.iterator("s", "0");
  const auto a = k.get(first), b = k.get(first);
  ASSERT_TRUE(a && b);
  EXPECT_NE(*a->next_iterator, first);
  EXPECT_NE(*a->next_iterator, *b->next_iterator);
  EXPECT_EQ(first.size(), 152u);  // the service's own size for a short name
}

TEST(DataPlane, iterators_expire_after_five_minutes) {
  TestService k;
  k.create("s");
  const Token iterator = *k.iterator("s", "0");
  k.world.run_for(std::chrono::minutes(5) + std::chrono::seconds(1));
  const auto answer = k.get(iterator);
  EXPECT_EQ(refusal_in(answer), Refusal::expired_iterator);
  EXPECT_THAT(message_of(answer),
              testing::MatchesRegex("Iterator expired. The iterator was created at time ... ... "
                                    ".. ..:..:.. UTC .... while right now it is ... ... .. "
                                    "..:..:.. UTC .... which is further in the future than the "
                                    "tolerated delay of 300000 milliseconds."));
}

TEST(DataPlane, forged_and_foreign_iterators_are_invalid) {
  TestService k;
  k.create("s");
  Token iterator = *k.iterator("s", "0");
  EXPECT_EQ(message_of(k.get({})), "Invalid ShardIterator.");
  for (const std::size_t at : {0u, 7u, 8u, 30u, 151u}) {
    Token forged = iterator;
    forged[at] ^= std::byte{1};
    EXPECT_EQ(message_of(k.get(forged)), "Invalid ShardIterator.") << at;
  }
  iterator.pop_back();
  EXPECT_EQ(message_of(k.get(iterator)), "Invalid ShardIterator.");
}

TEST(DataPlane, an_iterator_never_reads_a_stream_of_the_same_name_made_later) {
  TestService k;
  k.create("s");
  const Token old = *k.iterator("s", "0");
  ASSERT_TRUE(k.world.run(k.control().delete_stream(k.caller, {{"s", {}}})));
  k.create("s");
  EXPECT_EQ(message_of(k.get(old)),
            "Shard shardId-000000000000 in stream s under account 000000000000 does not exist");
}

TEST(DataPlane, sequence_numbers_start_reading_where_they_say) {
  TestService k;
  k.create("s", 2);
  const auto put = [&](const char* text) {
    PutRecord command{.stream = {"s", {}},
                      .record = {as_bytes(text), "a", "0", false},
                      .sequence_number_for_ordering = {}};
    return k.world.run(k.data().put_record(k.caller, command))->sequence;
  };
  put("1");
  const std::string second = decimal_string(put("2"));
  put("3");
  const auto read = [&](StartType type, const std::string& number) {
    GetShardIterator command;
    command.stream = {"s", {}};
    command.shard_id = "0";
    command.type = type;
    command.starting_sequence_number = number;
    const auto at = k.iterator(command);
    if (!at) return message_of(at);
    std::string all;
    const auto answer = k.get(*at);
    for (const ReadRecord& record : answer->records) all += as_text(record.data);
    return all;
  };
  const auto s = k.stream("s");
  EXPECT_EQ(read(StartType::at_sequence_number, second), "23");
  EXPECT_EQ(read(StartType::after_sequence_number, second), "3");
  const std::string start = decimal_string(starting_sequence_number(s->shards[0]));
  // The same index with a later or an earlier time is a number behind or before the record's.
  const auto with_time = [&](const log::Position position, Millis off) {
    return decimal_string(sequence_number(s->shards[0], position, k.world.clock().now() + off));
  };
  const log::Position place(parse_sequence_number(second)->index);
  EXPECT_EQ(read(StartType::at_sequence_number, with_time(place, Millis(5000))), "3");
  EXPECT_EQ(read(StartType::after_sequence_number, with_time(place, Millis(5000))), "3");
  k.world.run_for(std::chrono::seconds(10));
  put("4");
  const log::Position last(place.plus(2));
  EXPECT_EQ(read(StartType::at_sequence_number, with_time(last, Millis(-5000))), "4");
  EXPECT_EQ(read(StartType::after_sequence_number, with_time(last, Millis(-5000))), "4");
  EXPECT_EQ(read(StartType::after_sequence_number, with_time(last, Millis(0))), "");
  EXPECT_EQ(read(StartType::at_sequence_number, with_time(last.plus(1000), Millis(0))), "");
  EXPECT_EQ(read(StartType::after_sequence_number, with_time(last.plus(1000), Millis(0))), "");
  EXPECT_EQ(read(StartType::after_sequence_number, with_time(log::Position::end(), Millis(0))), "");
  EXPECT_EQ(read(StartType::at_sequence_number, start), "1234");
  EXPECT_EQ(read(StartType::after_sequence_number, start), "1234");

  const std::string either =
      "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
      "StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. "
      "Request specified ";
  EXPECT_EQ(read(StartType::latest, second), either + "LATEST and also a StartingSequenceNumber.");
  EXPECT_EQ(read(StartType::at_sequence_number, ""),
            either + "AT_SEQUENCE_NUMBER and no StartingSequenceNumber.");
  const std::string used =
      " used in GetShardIterator on shard shardId-000000000000 in stream s "
      "under account 000000000000 is invalid";
  EXPECT_EQ(read(StartType::at_sequence_number, "77x"), "StartingSequenceNumber 77x" + used + ".");
  const std::string other = decimal_string(starting_sequence_number(s->shards[1]));
  EXPECT_EQ(read(StartType::at_sequence_number, other),
            "Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used "
            "in a call to a shard with shardId-000000000000");
  catalog::Shard foreign = s->shards[0];
  foreign.created = foreign.created - Millis(5000);
  const std::string strange = decimal_string(starting_sequence_number(foreign));
  EXPECT_EQ(
      read(StartType::at_sequence_number, strange),
      "StartingSequenceNumber " + strange + used + " because it did not come from this stream.");
}

TEST(DataPlane, time_finds_the_first_record_not_older) {
  TestService k;
  k.create("s");
  ASSERT_TRUE(k.put("s", "a", "early"));
  k.world.run_for(std::chrono::seconds(10));
  const UnixMillis between = k.world.clock().now();
  k.world.run_for(std::chrono::seconds(10));
  ASSERT_TRUE(k.put("s", "a", "late"));
  GetShardIterator command;
  command.stream = {"s", {}};
  command.shard_id = "0";
  command.type = StartType::at_timestamp;
  EXPECT_EQ(message_of(k.iterator(command)),
            "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current "
            "request has no timestamp parameter.");
  command.timestamp = between;
  const auto answer = k.get(*k.iterator(command));
  ASSERT_EQ(answer->records.size(), 1u);
  EXPECT_EQ(as_text(answer->records[0].data), "late");
  k.world.run_for(std::chrono::seconds(1));
  command.timestamp = k.world.clock().now();
  EXPECT_TRUE(k.get(*k.iterator(command))->records.empty());
  command.timestamp = k.world.clock().now() + Millis(60'000);
  EXPECT_EQ(refusal_in(k.iterator(command)), Refusal::invalid_argument);
}

TEST(DataPlane, limits_stop_a_read_and_the_distance_is_in_time) {
  TestService k;
  k.create("s");
  for (int n = 0; n < 3; ++n) {
    ASSERT_TRUE(k.put("s", "a", std::to_string(n)));
    k.world.run_for(std::chrono::seconds(2));
  }
  const auto first = k.get(*k.iterator("s", "0"), 2);
  ASSERT_EQ(first->records.size(), 2u);
  EXPECT_GE(first->behind_latest, Millis(4000));
  EXPECT_LT(first->behind_latest, Millis(4500));
  const auto second = k.get(*first->next_iterator);
  ASSERT_EQ(second->records.size(), 1u);
  EXPECT_EQ(second->behind_latest, Millis(0));
  EXPECT_TRUE(k.get(*second->next_iterator)->records.empty());
}

TEST(DataPlane, a_read_holds_at_most_ten_mebibytes) {
  TestService k;
  k.create("s");
  const std::string large(1'000'000, 'x');
  for (int n = 0; n < 12; ++n) ASSERT_TRUE(k.put("s", "a", large));
  const auto first = k.get(*k.iterator("s", "0"));
  EXPECT_EQ(first->records.size(), 10u);
  EXPECT_EQ(k.get(*first->next_iterator)->records.size(), 2u);
}

TEST(DataPlane, reads_are_throttled_by_call_and_by_size) {
  ServiceOptions options = TestService::quiet();
  options.limits = ShardLimits::aws();
  TestService k(options);
  k.create("s");
  const Token iterator = *k.iterator("s", "0");
  for (int n = 0; n < 5; ++n) EXPECT_TRUE(k.get(iterator));
  EXPECT_EQ(message_of(k.get(iterator)),
            "Rate exceeded for shard shardId-000000000000 in stream s under account "
            "000000000000.");
  k.world.run_for(std::chrono::seconds(1));
  EXPECT_TRUE(k.get(iterator));
}

TEST(DataPlane, what_is_older_than_retention_is_gone_and_stays_gone) {
  TestService k;
  k.create("s");
  ChangeRetention more{{"s", {}}, 48}, less{{"s", {}}, 24};
  ASSERT_TRUE(k.world.run(k.control().increase_retention(k.caller, more)));
  ASSERT_TRUE(k.put("s", "a", "old"));
  k.world.run_for(std::chrono::hours(30));
  ASSERT_TRUE(k.put("s", "a", "new"));
  EXPECT_THAT(k.read_all("s", "0"), ElementsAre("old", "new"));
  ASSERT_TRUE(k.world.run(k.control().decrease_retention(k.caller, less)));
  EXPECT_THAT(k.read_all("s", "0"), ElementsAre("new"));
  ASSERT_TRUE(k.world.run(k.control().increase_retention(k.caller, more)));
  EXPECT_THAT(k.read_all("s", "0"), ElementsAre("new"));
}

TEST(DataPlane, retention_trims_the_log_without_any_reader) {
  TestService k;
  k.create("s");
  ASSERT_TRUE(k.put("s", "a", "old"));
  const log::PartitionId partition = k.stream("s")->shards[0].partition;
  const log::Journals journals(k.journals);
  const log::Position begin = journals.of(partition).log.bounds(partition).begin;
  k.world.run_for(std::chrono::hours(24) + std::chrono::minutes(2));
  EXPECT_GT(journals.of(partition).log.bounds(partition).begin, begin);
}

TEST(DataPlane, dry_runs_do_nothing_and_say_that_they_would) {
  TestService k;
  k.create("s");
  PutRecord command{.stream = {"s", {}},
                    .record = {as_bytes("x"), "a", {}, false},
                    .sequence_number_for_ordering = {},
                    .dry_run = true};
  EXPECT_EQ(refusal_in(k.world.run(k.data().put_record(k.caller, command))), Refusal::dry_run);
  EXPECT_TRUE(k.read_all("s", "0").empty());
}

}  // namespace
}  // namespace levada::kinesis
