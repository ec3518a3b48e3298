#pragma once
// Segment: an immutable file of blocks, by series and time: what the magnetic store is made of. A
// file is whole and durable before the manifest names it.

#include <memory>
#include <string>

#include "io/disk.h"
#include "timestream/segment_index.h"

namespace levada::timestream {

class Segment {
 public:
  // Reads the index. Errors: corrupt, unsupported, io.
  static Task<std::shared_ptr<Segment>> open(io::Disk& disk, std::string path,
                                             std::uint64_t number);

  const SegmentIndex& index() const { return index_; }
  std::uint64_t number() const { return number_; }  // of the table; never used again
  std::uint64_t size() const { return size_; }
  const std::string& path() const { return file_->path(); }

  // Bytes that passed their checksum. The block is one of index().blocks.
  Task<Buffer> read(BlockEntry block) const;

 private:
  Segment() = default;
  std::unique_ptr<io::File> file_;
  SegmentIndex index_;
  std::uint64_t number_ = 0, size_ = 0;
};

// Writes one: blocks by series and time, then finish().
class SegmentWriter {
 public:
  static Task<std::unique_ptr<SegmentWriter>> create(io::Disk& disk, std::string path);
  // Rows [begin, end) of the series, which come after all that was added before.
  Task<Unit> add(std::uint32_t id, const Series& series, const Texts& texts,
                 std::span<const MeasureType> types, std::size_t begin, std::size_t end);
  Task<Unit> finish();  // durable when it resolves, but for the file's name

 private:
  SegmentWriter() = default;
  Task<Unit> write_out();

  std::unique_ptr<io::File> file_;
  SegmentIndex index_;
  Buffer waiting_;
  std::uint64_t written_ = 0;
};

}  // namespace levada::timestream
