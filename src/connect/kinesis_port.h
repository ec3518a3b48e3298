#pragma once
// A Kinesis stream as sinks and sources use it, this server's own or anyone's, apart from how it
// is reached: what they decide is tested against a port that is a test's own.
//
// Errors of every call, by kind: throttled, unavailable (certainly not done, may be tried again),
// unknown (sent, outcome not known), expired (an iterator), not_found, denied, invalid (of the call
// or the credentials; the same call will fail again). The message is the service's own.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/task.h"
#include "base/time.h"
#include "base/uint128.h"

namespace levada::connect {

// Limits of one PutRecords: AWS's documented ones, which every endpoint takes.
inline constexpr std::size_t put_entries_max = 500;
inline constexpr Bytes put_bytes_max = 5_MiB;  // data and partition keys together

struct PutEntry {
  std::string_view partition_key;
  ByteView data;
  ByteView data_end = {};  // what follows behind `data`: many entries may end alike
};

struct PutOutcome {
  bool taken = false;
  std::string_view shard;            // of a taken one
  std::string_view sequence_number;  // of a taken one
  std::string_view error_code;       // of one that was not
  std::string_view error_message;
};

struct PutOutcomes {
  std::vector<PutOutcome> each;
  std::shared_ptr<const void> texts;  // what they look into
};

struct ShardInfo {
  std::string id;
  Uint128 first_hash_key = 0;
  Uint128 last_hash_key = 0;
  std::string parent;           // empty: none
  std::string adjacent_parent;  // empty: none
  bool open = true;
};

struct IteratorStart {
  enum class Kind : std::uint8_t { trim_horizon, latest, at_timestamp, after_sequence_number };
  Kind kind = Kind::trim_horizon;
  UnixMillis timestamp{};
  std::string sequence_number = {};
};

struct ReadRecord {
  std::string partition_key;
  std::string sequence_number;
  UnixMillis arrived{};
  Buffer data;
};

struct ReadPage {
  std::vector<ReadRecord> records;
  std::string next_iterator;  // empty: the shard is closed and read to its end
  Millis behind{};
};

// One stream at one endpoint. Used by one reactor; several calls may be under way.
class KinesisPort {
 public:
  virtual ~KinesisPort() = default;
  virtual Task<std::vector<ShardInfo>> list_shards() = 0;  // open and closed ones
  // As many outcomes as entries, in their order.
  virtual Task<PutOutcomes> put_records(std::span<const PutEntry> entries) = 0;
  virtual Task<std::string> shard_iterator(std::string shard, IteratorStart start) = 0;
  virtual Task<ReadPage> get_records(std::string iterator, std::uint32_t limit) = 0;
  // Ends the calls that are under way; later ones fail with closed.
  virtual void shutdown() noexcept = 0;
};

// What WITH (…) says of the way to a stream (streaming spec 1.1).
struct KinesisOptions {
  std::string stream;
  std::string region;
  std::string endpoint;    // a URL; empty: AWS's own of the region
  std::string access_key;  // empty: the server's own surroundings are asked
  std::string secret_key;
  std::string session_token;
  std::string role_arn;  // empty: none is assumed
  std::string external_id;
  Millis connect_timeout{10'000};
  Millis read_timeout{10'000};
  Millis operation_timeout{10'000};

  friend bool operator==(const KinesisOptions&, const KinesisOptions&) = default;
};

class KinesisPorts {
 public:
  virtual ~KinesisPorts() = default;
  // Nothing is connected yet. Errors: invalid (an endpoint that is no URL).
  virtual Result<std::unique_ptr<KinesisPort>> open(const KinesisOptions& options) = 0;
};

}  // namespace levada::connect
