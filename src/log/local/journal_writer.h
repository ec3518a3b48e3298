#pragma once
// Group commit: gathers frames in blocks, writes the blocks to prepared segments with a few flushes
// in flight, and acknowledges them in order. Knows no partition.
//
// An idle journal flushes at the end of the turn in which something came. While a flush is in
// flight what comes gathers in the next block. When that flush carried many entries, their senders
// are about to come again: the next flush waits for three quarters as many, no longer than a flush
// takes. (For all of them, two halves of senders that take turns would grow together, and nothing
// would be done while the disk writes.) A segment that is full is retired to the listener, who
// gives the file back when its content is stored elsewhere.

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "io/event_log.h"
#include "io/gate.h"
#include "io/reactor.h"
#include "log/local/block.h"
#include "log/local/journal_metrics.h"
#include "log/local/options.h"

namespace levada::log::local {

// A journal file and what was committed to it.
struct JournalSegment {
  std::shared_ptr<JournalFile> file;
  std::uint64_t written = 0;  // bytes given to blocks
  std::vector<std::shared_ptr<Block>> blocks;
};

class JournalListener {
 public:
  virtual ~JournalListener() = default;
  virtual void committed(const std::shared_ptr<Block>& block) = 0;  // in order
  virtual void abandoned(const Block& block) = 0;                   // never became durable
  virtual void retired(std::unique_ptr<JournalSegment> segment) = 0;
  virtual void journal_failed() = 0;
  // Before the first block of this epoch: makes the epoch durable. Idempotent.
  virtual Task<Unit> claim() = 0;
};

struct JournalStart {
  std::uint32_t journal = 0;
  std::uint32_t epoch = 0;
  std::uint64_t next_block = 1;
  std::uint32_t next_slot = 0;          // no file has this number or a higher one
  std::vector<std::string> free_files;  // of options.segment_size, ready to be written
  std::string directory;
};

class JournalWriter {
 public:
  JournalWriter(io::Reactor& reactor, io::Disk& disk, io::EventLog& events,
                const LocalLogOptions& options, JournalMetrics& metrics, JournalListener& listener,
                JournalStart start);
  ~JournalWriter();

  // Makes the first segment ready. On a full disk it opens all the same, and appends are refused
  // until there is room.
  Task<Unit> open();
  // Writes everything that waits, retires the open segment and ends. Nothing is added any more.
  Task<Unit> close();

  // The block that takes `size` more bytes of frames; add to it now, then call `added`.
  const std::shared_ptr<Block>& room_for(std::size_t size);
  void added();
  std::uint64_t waiting() const { return waiting_; }  // bytes not yet durable
  bool healthy() const { return healthy_; }
  std::uint64_t next_block() const { return next_block_; }

  // The content of this segment is stored: its file may be written again.
  void recycle(const JournalFile& file);
  void fail_now(const Error& why);
  // Gives back what is kept for the next blocks.
  void drop_idle_memory() { memories_.drop_idle(); }

 private:
  struct Turn : io::Posted {
    JournalWriter* writer = nullptr;
    bool posted = false;
  };
  struct Due : io::Timer {
    JournalWriter* writer = nullptr;
  };

  void pump();
  std::shared_ptr<Block> next_to_write();
  bool more_to_come();
  bool place(Block& block);
  void enqueue_open();
  Task<Unit> write(std::shared_ptr<Block> block);
  void settle_written();
  void settle(const std::shared_ptr<Block>& block, std::optional<Error> error);
  void refuse_waiting(const Error& error);
  void rest_when_quiet();
  void confirm_when_quiet();
  void write_confirmation();
  // Of Acknowledge::page_cache: brings to stable storage what was written before it began.
  void remember_unsynced(const std::shared_ptr<JournalFile>& file);
  void sync_soon();
  Task<Unit> sync();
  void prepare_next();
  Task<Unit> prepare();
  void tell_of_no_room(const Error& error);
  Task<std::unique_ptr<JournalSegment>> make_segment(Bytes size_if_new);

  io::Reactor& reactor_;
  io::Disk& disk_;
  io::EventLog& events_;
  const LocalLogOptions& options_;
  JournalMetrics& metrics_;
  JournalListener& listener_;
  JournalStart start_;

  bool healthy_ = true;
  std::uint64_t waiting_ = 0;
  std::uint64_t next_block_;
  std::uint64_t acknowledged_;  // every block up to this one
  std::uint64_t durable_;       // every block up to this one is on stable storage
  std::uint64_t confirmed_;     // the newest `acknowledged` that a written header carries
  std::size_t size_hint_ = 0;   // what the last blocks needed
  std::size_t frames_hint_ = 0;
  std::size_t last_frames_ = 0;  // that the last flush carried
  Nanos last_flush_{0};          // took so long
  bool held_ = false;            // the open block has waited, or waits, for more to come
  BlockMemories memories_;
  std::shared_ptr<Block> open_;
  std::deque<std::shared_ptr<Block>> queue_;      // full, not yet written
  std::deque<std::shared_ptr<Block>> in_flight_;  // in order

  std::vector<std::shared_ptr<JournalFile>> unsynced_;  // written to since they were last synced
  bool syncing_ = false;

  std::unique_ptr<JournalSegment> active_;  // null: there was no room for the first
  std::unique_ptr<JournalSegment> ready_;
  std::uint32_t next_segment_ = 1;
  bool preparing_ = false;
  std::optional<Error> prepare_error_;  // of the last attempt
  MonotonicNanos prepare_not_before_;

  Turn turn_;
  Due confirm_;
  Due sync_due_;
  Due hold_;
  io::Signal quiet_;  // nothing waits and nothing is in flight
  io::Gate gate_;
};

}  // namespace levada::log::local
