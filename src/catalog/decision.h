#pragma once
// Decision: the changes that happen together or not at all, and their bytes in the catalog's log
// (docs/formats/catalog.md). A change says what the new value is, so applying it twice is the same
// as once; of a stream it names only what differs, so that a split in a stream of 10,000 shards is
// a few hundred bytes.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "catalog/account.h"
#include "catalog/stream.h"
#include "state/fields.h"

namespace levada::catalog {

struct PutAttributes {  // of a stream: everything but its shards and consumers, which stay empty
  Stream stream;
};
struct RemoveStream {
  StreamId stream;
};
struct PutShards {
  StreamId stream;
  std::vector<Shard> shards;
};
struct RemoveShards {
  StreamId stream;
  std::vector<ShardIndex> shards;
};
struct PutConsumer {
  StreamId stream;
  Consumer consumer;
};
struct RemoveConsumer {
  StreamId stream;
  std::string name;
};
struct PutAccount {
  AccountKey key;
  AccountSettings settings;
};
struct PutCounters {  // what was given out and is never given out again
  std::uint64_t next_stream, next_partition;
};

using Change = std::variant<PutAttributes, RemoveStream, PutShards, RemoveShards, PutConsumer,
                            RemoveConsumer, PutAccount, PutCounters>;

class Decision {
 public:
  // The difference between two versions of one stream; before is null for a new one.
  void put(const Stream* before, const Stream& after);
  void remove(StreamId stream);
  void put(AccountKey key, AccountSettings settings);
  void put(PutCounters counters);

  const std::vector<Change>& changes() const { return changes_; }
  Buffer encode() const;

 private:
  std::vector<Change> changes_;
};

// Errors: corrupt; unsupported when a newer Levada decided something this one does not know.
Result<std::vector<Change>> decode_changes(ByteView bytes);

}  // namespace levada::catalog
