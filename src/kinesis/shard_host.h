#pragma once
// ShardHost: the owner's side. Everything that happens to the shards whose partitions live on this
// reactor: what may pass (limits), what is appended, what is read. Called through io::call from the
// planes of all reactors.

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/lookaside.h"
#include "base/prefetch.h"
#include "catalog/stream_table.h"
#include "io/reactor.h"
#include "kinesis/put.h"
#include "kinesis/read.h"
#include "kinesis/record_cipher.h"
#include "kinesis/shard_load.h"
#include "kinesis/shard_metrics.h"
#include "kinesis/stream_meters.h"
#include "kinesis/throttle.h"
#include "log/journals.h"

namespace levada::kinesis {

inline constexpr Bytes read_bytes_max = 10_MiB;  // API_GetRecords: data of one call

// The records of one request that go to one shard, in request order.
struct ShardBatch {
  catalog::ShardIndex shard;
  std::span<std::uint32_t> records;  // places in the request; append reorders the refused behind
  std::uint32_t accepted = 0;        // of them: the others were refused
  bool stale = false;                // the shard does not take records (any more): route again
};

// What one journal gets of one request.
struct AppendGroup {
  catalog::StreamId stream;
  std::size_t journal;
  std::span<const PutEntry> records;  // of the request
  std::span<PutOutcome> outcomes;     // of the request; only those of this group are touched
  std::vector<ShardBatch> batches;
};

struct ReadAsk {
  catalog::StreamId stream;
  catalog::ShardIndex shard;
  log::Position position;
  std::uint32_t records_max = 10'000;
  Bytes bytes_max = read_bytes_max;
  bool polling = true;  // spends the shard's own read limits; subscribers have theirs
};

struct ReadResult {
  bool throttled = false;
  std::vector<ReadRecord> records;
  std::vector<std::shared_ptr<const void>> keepers;
  log::Position next;       // where to read on
  bool at_tip = false;      // nothing behind `next` now
  UnixMillis last_arrival;  // of the last record returned
  std::size_t bytes = 0;
};

// The answer to one who wants to subscribe.
struct Admitted {
  std::uint64_t number = 0;  // 0: the one before is less than five seconds old
  bool too_often = false;    // refused less than a second ago
};

class ShardHost {
 public:
  ShardHost(io::Reactor& reactor, const log::Journals& journals, const catalog::StreamTable& table,
            RecordCipher& cipher, const ShardLimits& limits, MetricsRegistry& metrics);
  ~ShardHost();

  // One append for the whole group. Errors of the log become outcomes, so that one journal's
  // trouble is not another's.
  Task<Unit> append(AppendGroup& group);

  // Errors: not_found when the stream or the shard left meanwhile; those of the log.
  Task<ReadResult> read(ReadAsk ask);
  Task<log::Position> seek(log::PartitionId partition, UnixMillis at_or_after);
  Task<log::Bounds> bounds(log::PartitionId partition);
  // When the record there arrived; nothing: there is none.
  Task<std::optional<UnixMillis>> arrival_at(log::PartitionId partition, log::Position position);
  Task<bool> spend_iterator(log::PartitionId partition);  // false: throttled
  // Ends when something is beyond the position, or the shard ends, or at the deadline.
  Task<log::Bounds> wait(log::PartitionId partition, log::Position beyond, Deadline deadline);

  // One subscription for a consumer and shard: the newest admission is the one that counts.
  Task<Admitted> admit(log::PartitionId partition, std::string consumer);
  Task<std::uint64_t> admission(log::PartitionId partition, const std::string& consumer);

  // Refuses records of the partitions from now on and resolves when all that were taken before are
  // durable. The shard's closing is published after this.
  Task<Unit> close(std::vector<log::PartitionId> partitions);
  Task<Unit> drop(log::PartitionId partition);

  // What has been asked of the open shards of on-demand streams that live in this journal.
  Task<std::vector<LoadOfShard>> on_demand_loads(std::size_t journal);

  // Shows the shards of this reactor whose streams have enhanced monitoring.
  Task<Unit> show(ShardMetrics& metrics);

  // Removes what is older than each stream's retention from the partitions of this reactor.
  Task<Unit> trim_expired();

 private:
  struct Admission {
    std::uint64_t number = 0;
    MonotonicNanos since;
    std::optional<MonotonicNanos> refused;
  };
  struct alignas(cache_line_size) ShardState {
    explicit ShardState(const ShardLimits& limits) : throttle(limits) {}
    bool closing = false;
    std::string limits_text;  // of the stream, which the throttle goes by
    ShardLoad load;
    ShardThrottle throttle;
    std::map<std::string, Admission> admissions;                       // by consumer ARN
    static constexpr std::size_t size_for_puts = 2 * cache_line_size;  // if there are no limits
  };

  ShardState& state_of(log::PartitionId partition);
  // By the limits that the stream has now: its limits_text.
  ShardThrottle& throttle_of(ShardState& state, const catalog::Stream& stream,
                             const std::string& limits);

  // shard_host_append.cc
  struct Putting;
  struct Lane;
  struct Scratch;
  void find_lanes(const Putting& putting);
  std::size_t accept(const Lane& lane);
  std::span<const log::Entry> entries_of(Putting& putting);

  io::Reactor& reactor_;
  const log::Journals& journals_;
  const catalog::StreamTable& table_;
  RecordCipher& cipher_;
  ShardLimits limits_;
  StreamMeters meters_;
  std::uint64_t last_admission_ = 0;
  std::unordered_map<log::PartitionId, ShardState> shards_;
  Lookaside<log::PartitionId, ShardState> known_;
  std::unique_ptr<Scratch> scratch_;  // of the append that has not waited yet
};

}  // namespace levada::kinesis
