#pragma once
// LocalLog: the log on this machine's disk. One journal of a data folder: its writer, its tail in
// memory, its stored segments, and the background work that turns the first into the last. Lives on
// the reactor that owns the journal. The adapter of log.h; the nouns are in files of their own.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/event_log.h"
#include "io/gate.h"
#include "io/reactor.h"
#include "log/local/clusterer.h"
#include "log/local/journal_metrics.h"
#include "log/local/journal_writer.h"
#include "log/local/manifest.h"
#include "log/local/options.h"
#include "log/local/partition_table.h"
#include "log/local/recovery.h"
#include "log/local/stored_segments.h"
#include "log/local/tail_cache.h"
#include "log/log.h"

namespace levada::log::local {

using JournalIndex = Id<struct JournalIndexTag, std::uint32_t>;

// Opens the data folder, or makes it with this number of journals; says how many it has. Once, and
// before the journals. That no other process uses the folder is the caller's care
// (io::DirectoryLock). Errors: corrupt, unsupported, io.
Task<std::uint32_t> open_data_folder(io::Disk& disk, std::string directory,
                                     std::uint32_t journals_if_new);

inline JournalIndex journal_of(PartitionId partition, std::uint32_t journals) {
  return JournalIndex(container_of(partition).value() % journals);
}

struct LocalLogPlace {
  std::string directory;  // of the data folder
  JournalIndex journal;
  MetricsRegistry* metrics = nullptr;  // null: nobody reads them
};

class LocalLog final : public Log, public LogReader, private JournalListener {
 public:
  // Recovers what is there and raises the epoch. On a full disk it opens for reading, and takes
  // appends when there is room. Errors: corrupt (names file and offset), io.
  static Task<std::unique_ptr<LocalLog>> open(io::Reactor& reactor, io::Disk& disk,
                                              io::EventLog& events, LocalLogPlace place,
                                              LocalLogOptions options = {});
  ~LocalLog() override;

  // Refuses what comes, writes what waits, stores it clustered. Await it before the log goes away.
  Task<Unit> close();

  Task<std::vector<Appended>> append(std::span<const Entry> entries) override;
  Task<Unit> seal(PartitionId partition) override;
  Task<Unit> trim(PartitionId partition, Position before) override;
  Bounds bounds(PartitionId partition) const override;
  bool healthy() const override { return writer_ && writer_->healthy(); }

  Task<Batches> read(PartitionId partition, Position from, Bytes limit) override;
  Task<Position> seek(PartitionId partition, UnixMillis at_or_after) override;
  Task<Bounds> wait(PartitionId partition, Position beyond, Deadline deadline) override;

  Epoch epoch() const { return Epoch(manifest_.epoch); }
  std::size_t partitions() const { return partitions_.size(); }
  std::uint64_t tail_footprint() const { return tail_.footprint(); }
  // Stands still when nothing is written or stored.
  std::uint64_t work_done() const { return writer_->next_block() + manifest_.next_id; }
  // When nothing was written or stored for a while.
  void drop_idle_memory() {
    writer_->drop_idle_memory();
    stored_.drop_idle_memory();
    sorting_memory_.drop();
  }
  std::size_t stored_segments() const { return stored_.list()->size(); }
  // For tests: resolves when nothing is left to be clustered or cleaned up.
  Task<Unit> settle();

 private:
  LocalLog(io::Reactor& reactor, io::Disk& disk, io::EventLog& events, LocalLogPlace place,
           LocalLogOptions options);

  // local_log.cc: writing
  Result<Unit> check_writable() const;
  // Fills `states_of_entries_`; a partition's first entry makes its state.
  Result<Unit> check_entries(std::span<const Entry> entries);
  Task<Unit> commit_control(Frame frame);
  // Waits for one step of the store, at most brake_max, in the order of asking. Only what is
  // durable waits here: positions are given out at once, in the order of the calls.
  Task<Unit> brake();
  Task<Unit> await_block(std::shared_ptr<Block> block);
  void committed(const std::shared_ptr<Block>& block) override;
  void abandoned(const Block& block) override;
  void retired(std::unique_ptr<JournalSegment> segment) override;
  void journal_failed() override;
  Task<Unit> claim() override;

  // local_log_start.cc
  Task<Unit> recover();
  Task<Unit> replace_manifest(Manifest next);
  Task<Unit> load_stored_states();

  // local_log_read.cc
  // Null: nothing was appended to it, or it is dropped.
  PartitionState* find_to_read(PartitionId partition);
  Task<std::optional<Batches>> read_tail(PartitionState& state, Position from, Bytes limit);
  void tell_of_damage(const Error& error);

  // local_log_upkeep.cc: in the background, one thing after another
  Task<Unit> keep_up();
  Task<Unit> store_oldest();
  Task<Unit> forget_stored();
  Task<Unit> reclaim(bool look_for_dead);
  Task<std::uint64_t> dead_bytes(StoredSegments::Segment segment);
  Task<Unit> rewrite(std::size_t first, std::size_t count);
  Task<Unit> publish(std::vector<StoredSegments::Segment> segments, Manifest manifest);
  void disk_lied(const Error& error);
  void show_segments();

  io::Reactor& reactor_;
  io::Disk& disk_;
  io::EventLog& events_;
  const LocalLogOptions options_;
  const std::string directory_;            // of this journal
  std::optional<MetricsRegistry> unread_;  // metrics that nobody asked for
  JournalMetrics metrics_;
  Manifest manifest_;
  bool claimed_ = false;        // its epoch is durable
  bool manifest_busy_ = false;  // being written
  io::Signal manifest_free_;
  PartitionTable partitions_;
  std::vector<PartitionState*> states_of_entries_;  // of the append that is under way
  TailCache tail_;
  StoredSegments stored_;
  StoredStates stored_states_;
  SortingMemory sorting_memory_;
  std::unique_ptr<JournalWriter> writer_;
  bool closing_ = false;
  std::string damage_told_;  // the last of its kind

  std::deque<std::unique_ptr<JournalSegment>> retired_;  // to be stored, oldest first
  bool stored_more_ = false;                             // since small segments were last merged
  bool trimmed_ = false;                                 // since dead ones were last looked for
  MonotonicNanos reclaim_not_before_;
  bool busy_ = false;
  bool store_failed_ = false;  // the last try; nobody waits for it then
  io::Signal work_;
  io::Signal idle_;
  io::Signal store_stepped_;
  io::Gate upkeep_;
};

}  // namespace levada::log::local
