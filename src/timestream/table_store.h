#pragma once
// TableStore: one table on the disk. Points are durable in the table's log; now and then the
// memtable becomes segments, a manifest names them and the log is trimmed; small segments become
// large ones behind. After a crash the manifest's segments and the rest of the log are the table.

#include <string>

#include "log/journals.h"
#include "state/turn.h"
#include "timestream/series_cursor.h"

namespace levada::timestream {

// A memtable that has grown to this goes to segments, whatever the others do.
inline constexpr Bytes memtable_max = 64_MiB;
inline constexpr std::size_t segments_a_flush = 16;  // of many days several share one
inline constexpr std::int64_t day_nanos = 86'400'000'000'000;

// Segments hold the points of one day (UTC), where they are not too many.
inline std::int64_t day_of(std::int64_t time) { return time / day_nanos; }

class TableStore {
 public:
  // All outlive the store. Its files are `prefix` and something behind it.
  TableStore(const log::Journal& journal, io::Disk& disk, BlockCache& cache, TableId table,
             std::string prefix);

  // The directory is there. Errors: corrupt, unsupported, io.
  Task<Unit> open();

  // A request that waits for others, so that one flush of the disk serves them all. Whoever gets
  // the turn next decides for all that wait.
  struct Waiting {
    ReadRecords read;
    std::optional<Result<WriteAnswer>> answer = {};
  };
  void wait(Waiting& request) { waiting_.push_back(&request); }
  // Under the turn: some of those that wait, the oldest ones, are answered.
  Task<Unit> write_waiting(Table definition, UnixMillis now);
  void refuse_waiting(const Error& error);
  state::Turn& turn() { return turn_; }

  // The memtable goes to segments. After a failure it is tried again by the next call.
  Task<Unit> flush();
  // Some segments become one; no: there is nothing worth it.
  Task<bool> compact();
  // Points before that time are gone, files too where nothing else is in them.
  Task<Unit> expire(std::int64_t before);
  // What expired stays so, whatever the retention becomes.
  Task<Unit> settle(std::int64_t before);
  // All its files. Nothing happens after it.
  Task<Unit> remove();

  const TableData& data() const { return data_; }
  std::size_t memory() const;
  MonotonicNanos flushed() const { return flushed_; }

 private:
  Task<Unit> flush_frozen();
  Task<StoredSegments> write_segments(std::shared_ptr<const Memtable> store);
  Task<Unit> replay();
  Task<Unit> load_manifest();
  Task<Unit> remove_strangers();
  // Durable when it resolves. The segments are those of now without `gone` and with `fresh`.
  Task<Unit> write_manifest(std::vector<std::uint64_t> gone, StoredSegments fresh,
                            log::Position covers);
  Task<Unit> write_manifest_again();  // with what expired
  Task<Unit> remove_file(StoredSegment stored);
  Task<Unit> remove_since(std::uint64_t number);
  Task<StoredSegment> merge(StoredSegments inputs);
  struct Group;
  Task<Unit> locate(Group& group);
  Task<Unit> look_up(std::vector<TableData::Located>& located, std::span<const ReadRecord> records,
                     std::vector<std::shared_ptr<const Block>>& kept);
  std::string segment_path(std::uint64_t number) const;
  std::string directory() const { return prefix_.substr(0, prefix_.rfind('/')); }
  std::string manifest_path() const { return prefix_ + "manifest"; }

  log::Journal journal_;
  io::Disk& disk_;
  BlockCache& cache_;
  const log::PartitionId partition_;
  const std::string prefix_;
  TableData data_;
  state::Turn turn_, maintenance_;
  std::vector<Waiting*> waiting_;  // their coroutines own them
  log::Position next_;             // after the newest point that is applied
  log::Position covers_;           // the manifest's segments hold all points before
  log::Position frozen_covers_;    // and the frozen memtable those before
  std::uint64_t next_segment_ = 1;
  MonotonicNanos flushed_{};
  std::shared_ptr<const StoredSegments> compacted_;  // nothing in these is worth it
  bool removed_ = false;
};

}  // namespace levada::timestream
