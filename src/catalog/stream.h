#pragma once
// A Kinesis stream as the catalog knows it: one immutable value for each version. Whoever holds a
// snapshot sees one consistent set of shards that tiles the key space, whatever happens meanwhile.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/bytes.h"
#include "base/id.h"
#include "base/prefetch.h"
#include "base/time.h"
#include "base/uint128.h"
#include "log/position.h"

namespace levada::catalog {

using StreamId = Id<struct StreamIdTag, std::uint64_t>;      // one incarnation; never reused
using ShardIndex = Id<struct ShardIndexTag, std::uint32_t>;  // counts within the incarnation

struct StreamKey {
  std::string account, region, name;
  friend auto operator<=>(const StreamKey&, const StreamKey&) = default;
};

struct HashRange {
  Uint128 first = 0, last = 0;  // both inside
  friend bool operator==(const HashRange&, const HashRange&) = default;
};

// In the order of use: to route a record and to append it takes the first cache line.
struct alignas(cache_line_size) Shard {
  ShardIndex index;
  log::PartitionId partition;
  UnixMillis created;
  std::optional<UnixMillis> closed;
  HashRange range;
  std::optional<ShardIndex> parent, adjacent_parent;  // the second after a merge
  bool open() const { return !closed; }
  friend bool operator==(const Shard&, const Shard&) = default;
};

enum class StreamStatus : std::uint8_t { creating, active, updating, deleting };
enum class StreamMode : std::uint8_t { provisioned, on_demand };
enum class Encryption : std::uint8_t { none, kms };
enum class Distribution : std::uint8_t { user_partition_key, automatic };
enum class ConsumerStatus : std::uint8_t { creating, active, deleting };

// One bit for each shard-level metric, in the order of AWS's model.
using ShardMetrics = std::uint8_t;
inline constexpr ShardMetrics all_shard_metrics = 0x7f;

// Where an open shard's range begins and its place in `Stream::shards`: small, because each record
// of a request looks for another one.
struct OpenShard {
  Uint128 begin = 0;
  std::uint32_t place = 0;
  friend bool operator==(const OpenShard&, const OpenShard&) = default;
};

// A key that records are encrypted with, sealed by a master key. What was written names it by
// number.
struct DataKey {
  std::uint32_t number = 0;  // counts from 1 within the incarnation
  UnixMillis made{};
  std::string master_key;  // its id
  std::uint32_t master_version = 0;
  Buffer envelope;
  friend bool operator==(const DataKey&, const DataKey&) = default;
};

using Tags = std::map<std::string, std::string>;  // by code point, as AWS lists them

struct Consumer {
  std::string name;
  UnixMillis created;
  ConsumerStatus status = ConsumerStatus::active;
  UnixMillis due;  // when creating or deleting ends
  Tags tags;
  std::string policy;
  friend bool operator==(const Consumer&, const Consumer&) = default;
};

struct Stream {
  StreamId id;
  StreamKey key;
  UnixMillis created;
  StreamStatus status = StreamStatus::active;
  UnixMillis due;  // when creating, updating or deleting ends
  StreamMode mode = StreamMode::provisioned;
  std::uint32_t retention_hours = 24;
  UnixMillis trim_mark;  // what arrived before it is gone, however long retention becomes
  std::uint32_t record_kib_max = 1024;
  std::uint32_t warm_mib_per_second = 0;
  Encryption encryption = Encryption::none;
  std::string key_id;              // as StartStreamEncryption named it
  std::vector<DataKey> data_keys;  // by number; while encrypted, the last one seals
  Distribution distribution = Distribution::user_partition_key;
  ShardMetrics metrics = 0;
  Tags tags;
  std::string policy;
  ShardIndex next_shard;
  // The moments of UpdateShardCount (and the like) in the last 24 hours, for the rolling limits.
  std::vector<UnixMillis> reshardings, mode_changes, encryption_changes;

  std::map<std::string, Consumer, std::less<>> consumers;
  std::vector<Shard> shards;  // by index; closed ones leave when their last record is too old

  // Derived from `shards` by index_shards(): the open ones by hash range.
  std::vector<OpenShard> open_shards;

  const DataKey* data_key(std::uint32_t number) const;  // nullptr: never was, or left
  const Shard* find(ShardIndex index) const;            // nullptr: never existed, or left
  bool has_policy() const;                              // itself, or one of its consumers
  bool accepts_records() const {
    return status == StreamStatus::active || status == StreamStatus::updating;
  }
  void index_shards();
};

using StreamSnapshot = std::shared_ptr<const Stream>;

}  // namespace levada::catalog
