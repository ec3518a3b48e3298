#pragma once
// For tests: a stream in memory behind the port, that fails, throttles and reshards as it is told.

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "connect/kinesis_port.h"
#include "io/reactor.h"
#include "wire/md5.h"

namespace levada::connect {

struct FakeStream {
  struct Shard {
    ShardInfo info;
    std::vector<ReadRecord> records;
  };
  std::vector<Shard> shards;
  std::uint64_t next_number = 1;
  // Asked for each entry, and for each call; an empty answer lets it pass.
  std::function<std::string()> entry_fault = [] { return std::string(); };
  std::function<std::optional<Error>()> call_fault = [] { return std::nullopt; };
  std::uint64_t calls = 0;
  std::deque<std::string> texts;  // of outcomes

  void add_shard(std::string id, Uint128 first, Uint128 last, std::string parent = {},
                 std::string adjacent = {}) {
    shards.push_back({{.id = std::move(id),
                       .first_hash_key = first,
                       .last_hash_key = last,
                       .parent = std::move(parent),
                       .adjacent_parent = std::move(adjacent)},
                      {}});
  }
  Shard* find(std::string_view id) {
    for (Shard& shard : shards)
      if (shard.info.id == id) return &shard;
    return nullptr;
  }
  PutOutcome put(const PutEntry& entry, UnixMillis now) {
    const Uint128 hash_key = wire::as_number(wire::md5(entry.partition_key));
    for (Shard& shard : shards) {
      if (!shard.info.open || hash_key < shard.info.first_hash_key ||
          hash_key > shard.info.last_hash_key)
        continue;
      const std::string number = std::to_string(next_number++);
      shard.records.push_back({std::string(entry.partition_key), number, now, joined(entry)});
      return {true, kept(shard.info.id), kept(number), {}, {}};
    }
    return {false, {}, {}, "InternalFailure", "no shard"};
  }
  std::string_view kept(std::string text) { return texts.emplace_back(std::move(text)); }
  static Buffer joined(const PutEntry& entry) {
    Buffer data(entry.data.begin(), entry.data.end());
    data.insert(data.end(), entry.data_end.begin(), entry.data_end.end());
    return data;
  }
};

class FakePort final : public KinesisPort {
 public:
  FakePort(io::Reactor& reactor, FakeStream& stream) : reactor_(reactor), stream_(stream) {}

  Task<std::vector<ShardInfo>> list_shards() override {
    co_await io::sleep_for(reactor_, std::chrono::milliseconds(1));
    if (const auto fault = stream_.call_fault()) co_return unexpected<Error>(*fault);
    std::vector<ShardInfo> all;
    for (const auto& shard : stream_.shards) all.push_back(shard.info);
    co_return all;
  }
  Task<PutOutcomes> put_records(std::span<const PutEntry> entries) override {
    ++stream_.calls;
    co_await io::sleep_for(reactor_, std::chrono::milliseconds(2));
    if (shut_) co_return fail(ErrorKind::closed, "shut");
    if (const auto fault = stream_.call_fault()) {
      // An unknown outcome may well have happened.
      if (fault->kind == ErrorKind::unknown)
        for (const PutEntry& entry : entries) (void)stream_.put(entry, reactor_.clock().now());
      co_return unexpected<Error>(*fault);
    }
    PutOutcomes outcomes;
    for (const PutEntry& entry : entries) {
      const std::string fault = stream_.entry_fault();
      outcomes.each.push_back(
          fault.empty() ? stream_.put(entry, reactor_.clock().now())
                        : PutOutcome{false, {}, {}, stream_.kept(fault), "as the test says"});
    }
    co_return outcomes;
  }
  // "shard:index"
  Task<std::string> shard_iterator(std::string shard, IteratorStart start) override {
    co_await io::sleep_for(reactor_, std::chrono::milliseconds(1));
    FakeStream::Shard* found = stream_.find(shard);
    if (found == nullptr) co_return fail(ErrorKind::not_found, "no shard " + shard);
    std::size_t index = 0;
    const auto& records = found->records;
    if (start.kind == IteratorStart::Kind::latest) index = records.size();
    if (start.kind == IteratorStart::Kind::at_timestamp)
      while (index < records.size() && records[index].arrived < start.timestamp) ++index;
    if (start.kind == IteratorStart::Kind::after_sequence_number)
      while (index < records.size() &&
             std::stoull(records[index].sequence_number) <= std::stoull(start.sequence_number))
        ++index;
    co_return shard + ":" + std::to_string(index);
  }
  Task<ReadPage> get_records(std::string iterator, std::uint32_t limit) override {
    co_await io::sleep_for(reactor_, std::chrono::milliseconds(1));
    if (shut_) co_return fail(ErrorKind::closed, "shut");
    if (const auto fault = stream_.call_fault()) co_return unexpected<Error>(*fault);
    const std::size_t colon = iterator.find(':');
    FakeStream::Shard* found = stream_.find(iterator.substr(0, colon));
    if (found == nullptr) co_return fail(ErrorKind::not_found, "no such shard");
    std::size_t index = std::stoull(iterator.substr(colon + 1));
    ReadPage page;
    for (; index < found->records.size() && page.records.size() < limit; ++index)
      page.records.push_back(found->records[index]);
    if (found->info.open || index < found->records.size())
      page.next_iterator = found->info.id + ":" + std::to_string(index);
    co_return page;
  }
  void shutdown() noexcept override { shut_ = true; }

 private:
  io::Reactor& reactor_;
  FakeStream& stream_;
  bool shut_ = false;
};

class FakePorts final : public KinesisPorts {
 public:
  FakePorts(io::Reactor& reactor, FakeStream& stream) : reactor_(reactor), stream_(stream) {}
  Result<std::unique_ptr<KinesisPort>> open(const KinesisOptions&) override {
    return std::make_unique<FakePort>(reactor_, stream_);
  }

 private:
  io::Reactor& reactor_;
  FakeStream& stream_;
};

}  // namespace levada::connect
