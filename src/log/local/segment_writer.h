#pragma once
// Writes one stored segment from front to back: for each partition, in order, its frames (or whole
// blocks of another segment) and its row. What it holds in memory are the rows and two pieces of
// output: one is filled while the other is being written.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/disk.h"
#include "io/gate.h"
#include "io/signal.h"
#include "log/local/segment_format.h"

namespace levada::log::local {

class SegmentWriter {
 public:
  static Task<std::unique_ptr<SegmentWriter>> create(io::Reactor& reactor, io::Disk& disk,
                                                     std::string path, std::uint64_t id);

  // Of the partition whose row comes next. `bytes` is the frame as it lies in the journal. True:
  // the block is full, `end_block` comes next. No task for each frame: there may be 300,000.
  bool add_frame(const Frame& frame, ByteView bytes);
  Task<Unit> end_block();
  Task<Unit> add_block(StoredBlockHeader header, UnixMillis arrival, ByteView block);
  // Ends the partition: bounds, arrival and seal are the caller's, the rest is filled in.
  Task<Unit> end_partition(PartitionRow row);
  // Writes index, rows and trailer, unless `filled` is an error; durable when it resolves (the name
  // when the directory is synced). Await it before the writer goes away, whatever happened.
  Task<StoredSummary> finish(Result<Unit> filled);

 private:
  SegmentWriter(io::Reactor& reactor, std::unique_ptr<io::File> file, std::uint64_t id);
  std::uint64_t offset() const { return filling_begin_ + used_; }  // of the next byte
  void reserve(std::size_t more);
  void put(ByteView bytes);
  void note_block(StoredBlockHeader header, UnixMillis arrival, std::uint64_t offset);
  Task<Unit> hand_over_when_full();
  Task<Unit> hand_over();
  Task<Unit> write(std::uint64_t offset, std::size_t size);
  template <class Row>
  Task<Unit> put_table(const std::vector<Row>& rows, std::size_t row_size);
  Task<Unit> put_tables();
  void align_output();

  std::unique_ptr<io::File> file_;
  StoredSummary summary_;

  io::AlignedBuffer filling_;        // what is not yet handed over
  std::uint64_t filling_begin_ = 0;  // where it goes in the file
  std::size_t used_ = 0;             // of it
  io::AlignedBuffer written_;        // the piece before it, which may be on its way
  bool writing_ = false;
  std::optional<Error> error_;  // of the first write that failed
  io::Signal free_;             // `written_` is
  io::Gate gate_;

  std::size_t block_begin_ = 0;  // in `filling_`, of the block that frames are added to
  StoredBlockHeader header_{};   // its own
  UnixMillis block_arrival_;
  PartitionRow row_{};
  std::vector<IndexRow> index_;
  std::vector<PartitionRow> rows_;
};

}  // namespace levada::log::local
