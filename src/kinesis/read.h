#pragma once
// GetShardIterator, GetRecords and SubscribeToShard: what is asked and what is answered. Records
// are views into the log's own memory, which the answer keeps alive.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/task.h"
#include "base/time.h"
#include "base/uint192.h"
#include "catalog/stream.h"
#include "kinesis/caller.h"

namespace levada::kinesis {

enum class StartType : std::uint8_t {
  at_sequence_number,
  after_sequence_number,
  trim_horizon,
  latest,
  at_timestamp,
};

struct GetShardIterator {
  StreamRef stream{};
  std::string_view shard_id{};  // as sent
  StartType type = StartType::trim_horizon;
  std::string_view starting_sequence_number{};  // empty: absent
  std::optional<UnixMillis> timestamp{};
  bool dry_run = false;
};

// An iterator or token in raw bytes; the face writes it in base64 and refuses text that is not
// canonical base64 as an empty Token.
using Token = Buffer;

struct GetShardIteratorAnswer {
  Token iterator{};
};

struct GetRecords {
  ByteView iterator{};  // decoded from base64; empty: it was no canonical base64
  std::uint32_t limit = 10'000;
  std::string_view stream_arn{};  // empty: absent
  bool dry_run = false;
};

struct ReadRecord {
  Uint192 sequence{};
  UnixMillis arrival{};
  ByteView data{};
  std::string_view partition_key{};
  bool keyless = false;  // PartitionKey is absent in the answer
  catalog::Encryption encryption = catalog::Encryption::none;
};

struct ChildShard {
  catalog::ShardIndex shard{};
  std::vector<catalog::ShardIndex> parents{};
  catalog::HashRange range{};
};

struct GetRecordsAnswer {
  std::vector<ReadRecord> records{};
  std::optional<Token> next_iterator{};  // absent at the end of a closed shard
  Millis behind_latest{0};
  std::vector<ChildShard> children{};  // not empty exactly when next_iterator is absent
  std::vector<std::shared_ptr<const void>> keepers{};  // what the records look into
};

struct SubscribeToShard {
  std::string_view consumer_arn{};
  std::string_view shard_id{};
  StartType type = StartType::latest;
  std::string_view sequence_number{};
  std::optional<UnixMillis> timestamp{};
  bool dry_run = false;
};

// What is pushed. Subscribers at the same position of a shard share one, so it never changes.
struct SubscriptionEvent {
  std::vector<ReadRecord> records{};
  std::optional<Uint192> continuation{};  // absent at the end of a closed shard
  Millis behind_latest{0};
  std::vector<ChildShard> children{};
  std::vector<std::shared_ptr<const void>> keepers{};

  // What a face made of the event, by the face's own codings: made for the first subscriber and
  // sent to all of them. An event stays on one reactor, hence no lock.
  mutable std::array<std::shared_ptr<const Buffer>, 2> encoded{};
};

struct Push {
  std::shared_ptr<const SubscriptionEvent> event{};  // null: nothing more, `last` is true
  bool last = false;                                 // behind it the response ends cleanly
};

// One open subscription, on the reactor that opened it. Errors of next() are sent in band, then the
// response ends. Destroying it ends it.
class Subscription {
 public:
  virtual ~Subscription() = default;
  // At the latest after five seconds, then perhaps without records. `last` comes after five
  // minutes, or at the end of the shard.
  virtual Task<Push> next() = 0;
  virtual void cancel() noexcept = 0;  // a pending next() ends soon
};

}  // namespace levada::kinesis
