#pragma once
// SinkLanes: which records go into the next call, and what an outcome means for the rest (streaming
// spec 2.2). Pure: no clock, no network; whoever sends asks for a batch and says what became of it.
//
// A lane is a shard with at most one call under way. An entry leaves only when every earlier one of
// its key has arrived, so a key occurs at most once in all calls under way, and what failed is sent
// again before anything newer of its key. With `replace`, a newer entry takes the place of one that
// still waits.

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connect/kinesis_port.h"
#include "connect/sink_format.h"

namespace levada::connect {

class SinkLanes {
 public:
  struct Rules {
    bool key_order = true;
    bool replace = false;  // UPSERT: only the newest of a key matters
  };
  explicit SinkLanes(Rules rules) : rules_(rules) {}

  // The open shards, before anything is taken; later whenever no call is under way. Every entry
  // that waits finds its lane anew. Errors: invalid (the ranges leave a gap).
  Result<Unit> set_shards(const std::vector<ShardInfo>& shards);
  std::size_t lanes() const { return lanes_.size(); }
  const std::string& shard(std::size_t lane) const { return lanes_[lane].shard; }

  // Epochs come in their order. The records are taken away; others' memory stays in their place.
  void add(std::uint64_t epoch, std::span<SinkRecord> records);

  // What the lane may send now, at most `entries_max`: under way from here on; empty: nothing, or a
  // call is under way. The entries look into this object, until they are settled.
  std::vector<PutEntry> take(std::size_t lane, std::size_t entries_max = put_entries_max);
  bool busy(std::size_t lane) const { return !lanes_[lane].sent.empty(); }
  bool any_busy() const;
  bool any_empty() const;  // a lane that nothing waits for or is under way of
  bool waiting(std::size_t lane) const { return !lanes_[lane].queue.empty(); }

  struct Settled {
    std::size_t taken = 0;
    std::uint64_t taken_bytes = 0;
    std::size_t failed = 0;
    bool moved = false;  // a record went to another shard than was thought
  };
  // What became of the call of the lane. Those that failed wait again, in their place.
  Settled settle(std::size_t lane, const std::vector<PutOutcome>& outcomes);
  // The call as a whole did not succeed: all wait again.
  void put_back(std::size_t lane);
  // Everything that waits, in its order of arrival; no call is under way.
  std::vector<EpochRecord> take_all();
  // The only entry of the call can never be sent: it is given up.
  void drop(std::size_t lane);

  std::size_t pending() const { return pending_; }
  std::uint64_t pending_bytes() const { return pending_bytes_; }
  // The oldest epoch that something is missing of; nothing: all has arrived.
  std::optional<std::uint64_t> oldest() const;

 private:
  struct Entry {
    std::uint64_t epoch = 0;
    std::uint64_t number = 0;  // order of arrival
    SinkRecord record;
    Uint128 hash_key = 0;
    bool sent = false;
    // With key_order:
    bool follows = false;          // an earlier one of its key is here
    Entry* next_of_key = nullptr;  // the one that follows it
    std::uint64_t key_hash = 0;
    Entry* next_in_bucket = nullptr;  // while it is its key's newest
  };
  using Entries = std::list<Entry>;
  struct Lane {
    std::string shard;
    Uint128 first, last;
    Entries queue;  // waiting and under way, in order
    std::vector<Entries::iterator> sent;
  };
  std::size_t lane_of(Uint128 hash_key) const;
  void add(std::uint64_t epoch, SinkRecord& record, Uint128 hash_key);
  void forget(Lane& lane, Entries::iterator entry);
  void count_out(std::uint64_t epoch);
  // Where the newest entry of the key hangs, or where it would.
  Entry** newest_of(std::uint64_t hash, std::string_view key);
  void widen();

  Rules rules_;
  std::vector<Lane> lanes_;                      // by range
  Entries spare_;                                // that were forgotten
  std::vector<Entry*> buckets_;                  // the newest entry of each key
  std::map<std::uint64_t, std::size_t> epochs_;  // with what is pending of each
  std::uint64_t next_number_ = 0;
  std::size_t pending_ = 0;
  std::uint64_t pending_bytes_ = 0;
};

}  // namespace levada::connect
