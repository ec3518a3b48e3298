#pragma once
// Writes one stored segment from front to back: for each partition, in order, its frames (or whole
// blocks of another segment) and its row. What it holds in memory are the rows and a piece of
// output.

#include <memory>
#include <string>
#include <vector>

#include "io/disk.h"
#include "log/local/segment_format.h"

namespace levada::log::local {

class SegmentWriter {
 public:
  static Task<std::unique_ptr<SegmentWriter>> create(io::Disk& disk, std::string path,
                                                     std::uint64_t id);

  // Of the partition whose row comes next. `bytes` is the frame as it lies in the journal.
  Task<Unit> add_frame(Frame frame, ByteView bytes);
  Task<Unit> add_block(StoredBlockHeader header, UnixMillis arrival, ByteView block);
  // Ends the partition: bounds, arrival and seal are the caller's, the rest is filled in.
  Task<Unit> end_partition(PartitionRow row);
  // Writes index, rows and trailer; durable when it resolves (the name when the directory is
  // synced).
  Task<StoredSummary> finish();

 private:
  SegmentWriter(std::unique_ptr<io::File> file, std::uint64_t id);
  Task<Unit> flush_block();
  Task<Unit> put(ByteView bytes);
  Task<Unit> flush_output();
  template <class Row>
  Task<Unit> put_table(const std::vector<Row>& rows, std::size_t row_size);
  Task<Unit> align_output();

  std::unique_ptr<io::File> file_;
  StoredSummary summary_;
  std::uint64_t offset_ = 0;  // of the next byte
  io::AlignedBuffer output_;  // the piece before it, not yet written
  std::size_t output_used_ = 0;

  Buffer block_;  // frames of the block that is being filled, behind room for its header
  StoredBlockHeader header_{};
  UnixMillis block_arrival_;
  PartitionRow row_{};
  std::vector<IndexRow> index_;
  std::vector<PartitionRow> rows_;
};

}  // namespace levada::log::local
