#pragma once
// Planes for tests: they remember what they were asked, in words, and answer something that depends
// on nothing else.

#include <string>

#include "base/uint128.h"
#include "kinesis/control_plane.h"
#include "kinesis/data_plane.h"
#include "kinesis/refusal.h"
#include "wire/md5.h"

namespace levada::aws::kinesis_api {

// A stream of two shards that has seen a split, as goldens show it.
inline catalog::StreamSnapshot example_stream() {
  auto stream = std::make_shared<catalog::Stream>();
  stream->key = {"123456789012", "us-east-1", "example"};
  stream->created = UnixMillis(1'700'000'000'123);
  const Uint128 half = Uint128{1} << 127;
  catalog::Shard parent{
      catalog::ShardIndex(0), {}, UnixMillis(1'700'000'000'000), {}, {0, ~Uint128{0}}, {}, {}};
  parent.closed = UnixMillis(1'700'000'060'000);
  const UnixMillis later(1'700'000'061'000);
  stream->shards = {
      parent,
      {catalog::ShardIndex(1), {}, later, {}, {0, half - 1}, catalog::ShardIndex(0), {}},
      {catalog::ShardIndex(2), {}, later, {}, {half, ~Uint128{0}}, catalog::ShardIndex(0), {}}};
  return stream;
}

class FakeData final : public kinesis::DataPlane {
 public:
  std::string asked;
  catalog::StreamSnapshot stream = example_stream();
  std::vector<std::shared_ptr<const void>> kept;

  std::string stream_of_iterator(ByteView) override { return {}; }
  Task<kinesis::PutRecordAnswer> put_record(kinesis::Caller caller,
                                            kinesis::PutRecord command) override {
    say(caller, command.stream);
    say(command.record, wire::as_number(wire::md5(command.record.partition_key)));
    asked += " after " + std::string(command.sequence_number_for_ordering);
    if (command.dry_run) asked += " dry";
    co_return kinesis::PutRecordAnswer{number(1), catalog::ShardIndex(1), stream};
  }

  Task<kinesis::PutRecordsAnswer> put_records(kinesis::Caller caller,
                                              kinesis::PutRecords command) override {
    say(caller, command.stream);
    if (command.dry_run) asked += " dry";
    kinesis::PutRecordsAnswer answer;
    answer.stream = stream;
    for (std::size_t i = 0; i < command.records.size(); ++i) {
      const kinesis::PutEntry& record = command.records[i];
      say(record, command.hashes.empty() ? wire::as_number(wire::md5(record.partition_key))
                                         : command.hashes[i]);
      kinesis::PutOutcome outcome{number(i + 1), catalog::ShardIndex(static_cast<unsigned>(i % 3)),
                                  kinesis::PutFailure::none};
      if (record.partition_key == "too fast") {
        outcome.failure = kinesis::PutFailure::throttled;
        ++answer.failed;
      }
      answer.outcomes.push_back(outcome);
    }
    co_return answer;
  }

  Task<kinesis::GetShardIteratorAnswer> get_shard_iterator(
      kinesis::Caller caller, kinesis::GetShardIterator command) override {
    say(caller, command.stream);
    asked += " " + std::string(command.shard_id);
    co_return kinesis::GetShardIteratorAnswer{Buffer(3, std::byte{1})};
  }

  Task<kinesis::GetRecordsAnswer> get_records(kinesis::Caller,
                                              kinesis::GetRecords command) override {
    asked +=
        "read " + std::to_string(command.iterator.size()) + " " + std::to_string(command.limit);
    kinesis::GetRecordsAnswer answer;
    answer.records.push_back(
        {number(1), UnixMillis(1'700'000'000'500), as_bytes("hello"), "k\"ey", false, {}});
    answer.next_iterator = Buffer(3, std::byte{2});
    answer.behind_latest = Millis(7);
    co_return answer;
  }

  Task<std::unique_ptr<kinesis::Subscription>> subscribe_to_shard(
      kinesis::Caller, kinesis::SubscribeToShard) override {
    co_return std::unique_ptr<kinesis::Subscription>(new OneEvent);
  }

 private:
  class OneEvent final : public kinesis::Subscription {
   public:
    Task<kinesis::Push> next() override {
      if (sent_) co_return kinesis::refuse(kinesis::Refusal::resource_in_use, "taken over");
      sent_ = true;
      kinesis::SubscriptionEvent event;
      event.continuation = number(9);
      co_return kinesis::Push{std::make_shared<const kinesis::SubscriptionEvent>(std::move(event))};
    }
    void cancel() noexcept override {}

   private:
    bool sent_ = false;
  };

  // The numbers of spec kinesis 7.1: created 1700000000, five seconds later.
  static Uint192 number(std::uint64_t index) {
    return Uint192(2)
        .followed_by(1'700'000'000, 9)
        .followed_by(0, 1)
        .followed_by(index, 16)
        .followed_by(0, 2)
        .followed_by(1'700'000'005, 9)
        .followed_by(0, 8)
        .followed_by(2, 1);
  }
  void say(kinesis::Caller caller, kinesis::StreamRef ref) {
    asked += std::string(caller.account) + "/" + std::string(caller.region) + "/" +
             std::string(ref.name) + "/" + std::string(ref.arn);
  }
  void say(const kinesis::PutEntry& record, Uint128 hash) {
    asked += " [" + std::string(as_text(record.data)) + "|" + std::string(record.partition_key) +
             "|" + std::string(record.explicit_hash_key) + "|" + decimal_string(hash) +
             (record.keyless ? "|keyless]" : "]");
  }
};

class FakeControl final : public kinesis::ControlPlane {
 public:
  std::string stream_of_page(ByteView) override { return {}; }
  template <class T = Unit>
  Task<T> nobody() {
    co_return kinesis::refuse(kinesis::Refusal::resource_not_found, "nobody is here");
  }
  template <class T>
  Result<T> nothing() {
    return kinesis::refuse(kinesis::Refusal::resource_not_found, "nobody is here");
  }
  using C = kinesis::Caller;
  catalog::StreamSnapshot stream = example_stream();

  Task<Unit> create_stream(C, kinesis::CreateStream) override { return done(); }
  Task<Unit> delete_stream(C, kinesis::DeleteStream) override { return nobody(); }
  Task<Unit> increase_retention(C, kinesis::ChangeRetention) override { return nobody(); }
  Task<Unit> decrease_retention(C, kinesis::ChangeRetention) override { return nobody(); }
  Task<Unit> update_max_record_size(C, kinesis::UpdateMaxRecordSize) override { return nobody(); }
  Task<Unit> split_shard(C, kinesis::SplitShard) override { return nobody(); }
  Task<Unit> merge_shards(C, kinesis::MergeShards) override { return nobody(); }
  Task<kinesis::UpdateShardCountAnswer> update_shard_count(C,
                                                           kinesis::UpdateShardCount c) override {
    co_return kinesis::UpdateShardCountAnswer{stream, 2, c.target};
  }
  Task<Unit> add_tags(C, kinesis::AddTags) override { return nobody(); }
  Task<Unit> remove_tags(C, kinesis::RemoveTags) override { return nobody(); }
  Task<kinesis::ChangeMonitoringAnswer> change_monitoring(C, kinesis::ChangeMonitoring c) override {
    co_return kinesis::ChangeMonitoringAnswer{stream, 1, c.metrics};
  }
  Task<Unit> change_encryption(C, kinesis::ChangeEncryption) override { return nobody(); }
  Task<Unit> put_policy(C, kinesis::PutPolicy) override { return nobody(); }
  Task<Unit> delete_policy(C, std::string_view) override { return nobody(); }
  Task<Unit> update_mode(C, kinesis::UpdateStreamMode) override { return nobody(); }
  Task<catalog::StreamSnapshot> update_warm_throughput(C, kinesis::UpdateWarmThroughput) override {
    return nobody<catalog::StreamSnapshot>();
  }
  Task<Unit> update_distribution(C, kinesis::UpdateDistribution) override { return nobody(); }
  Task<kinesis::ConsumerAnswer> register_consumer(C, kinesis::RegisterConsumer c) override {
    catalog::Consumer consumer;
    consumer.name = c.name;
    consumer.created = UnixMillis(1'700'000'100'456);
    co_return kinesis::ConsumerAnswer{stream, consumer};
  }
  Task<Unit> deregister_consumer(C, kinesis::ConsumerRef) override { return nobody(); }
  Task<catalog::AccountSettings> update_account(C, bool) override {
    return nobody<catalog::AccountSettings>();
  }
  Result<kinesis::DescribeStreamAnswer> describe_stream(C, kinesis::DescribeStream) override {
    return kinesis::DescribeStreamAnswer{
        stream, {&stream->shards[0], &stream->shards[1], &stream->shards[2]}, false};
  }
  Result<kinesis::DescribeStreamSummaryAnswer> describe_stream_summary(
      C, kinesis::DescribeStreamSummary) override {
    return kinesis::DescribeStreamSummaryAnswer{stream, 2};
  }
  Result<kinesis::ListStreamsAnswer> list_streams(C, kinesis::ListStreams) override {
    return kinesis::ListStreamsAnswer{{stream}, true, Buffer(3, std::byte{3})};
  }
  Result<kinesis::ListShardsAnswer> list_shards(C, kinesis::ListShards) override {
    return kinesis::ListShardsAnswer{stream, {&stream->shards[0]}, std::nullopt};
  }
  Result<kinesis::DescribeLimitsAnswer> describe_limits(C) override {
    return kinesis::DescribeLimitsAnswer{500, 2, 0, 50, 0, 20};
  }
  Result<kinesis::ListTagsAnswer> list_tags(C, kinesis::ListTags) override {
    return kinesis::ListTagsAnswer{{{"a", "b"}}, false};
  }
  Result<std::string> get_policy(C, std::string_view) override { return std::string(); }
  bool any_policy() const override { return false; }
  Result<kinesis::ConsumerAnswer> describe_consumer(C, kinesis::ConsumerRef) override {
    return nothing<kinesis::ConsumerAnswer>();
  }
  Result<kinesis::ListConsumersAnswer> list_consumers(C, kinesis::ListConsumers) override {
    return nothing<kinesis::ListConsumersAnswer>();
  }
  Result<catalog::AccountSettings> describe_account(C) override {
    return catalog::AccountSettings{};
  }

 private:
  static Task<Unit> done() { co_return Unit{}; }
};

}  // namespace levada::aws::kinesis_api
