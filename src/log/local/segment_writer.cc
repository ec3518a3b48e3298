#include "log/local/segment_writer.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/crc32c.h"
#include "log/local/options.h"

namespace levada::log::local {
namespace {

constexpr Bytes output_size = 1_MiB;

}  // namespace

Task<std::unique_ptr<SegmentWriter>> SegmentWriter::create(io::Disk& disk, std::string path,
                                                           std::uint64_t id) {
  io::OpenOptions options{.create = true, .direct = true};
  std::unique_ptr<io::File> file = co_await disk.open(std::move(path), options);
  co_await file->truncate(0_B);
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter(std::move(file), id));
  co_return writer;
}

SegmentWriter::SegmentWriter(std::unique_ptr<io::File> file, std::uint64_t id)
    : file_(std::move(file)), output_(output_size) {
  summary_.id = id;
  block_.resize(stored_block_header_size);
}

Task<Unit> SegmentWriter::add_frame(Frame frame, ByteView bytes) {
  if (header_.frames == 0) {
    header_.partition = frame.partition;
    header_.first = frame.first;
    block_arrival_ = frame.arrival;
  }
  CHECK(frame.partition == header_.partition);
  block_.insert(block_.end(), bytes.begin(), bytes.end());
  ++header_.frames;
  if (block_.size() < count(stored_block_size)) co_return Unit{};
  co_return co_await outcome(flush_block());
}

Task<Unit> SegmentWriter::flush_block() {
  if (header_.frames == 0) co_return Unit{};
  header_.length = static_cast<std::uint32_t>(block_.size());
  header_.body_crc = crc32c(ByteView(block_).subspan(stored_block_header_size));
  encode_stored_block_header(header_, block_.data());
  co_await add_block(header_, block_arrival_, block_);
  block_.resize(stored_block_header_size);
  header_.frames = 0;
  co_return Unit{};
}

Task<Unit> SegmentWriter::add_block(StoredBlockHeader header, UnixMillis arrival, ByteView block) {
  if (row_.index_rows == 0) row_.first_index = index_.size();
  ++row_.index_rows;
  row_.data_size += header.length;
  index_.push_back({header.first, arrival, offset_, header.length});
  co_return co_await outcome(put(block.first(header.length)));
}

Task<Unit> SegmentWriter::end_partition(PartitionRow row) {
  co_await flush_block();
  CHECK(rows_.empty() || rows_.back().partition < row.partition);
  row.data_size = row_.data_size;
  row.first_index = row_.first_index;
  row.index_rows = row_.index_rows;
  rows_.push_back(row);
  row_ = {};
  co_return Unit{};
}

Task<StoredSummary> SegmentWriter::finish() {
  summary_.data_size = offset_;
  co_await align_output();
  summary_.index_offset = offset_;
  summary_.index_rows = index_.size();
  co_await put_table(index_, index_row_size);
  summary_.partition_offset = offset_;
  summary_.partition_rows = rows_.size();
  co_await put_table(rows_, partition_row_size);
  summary_.size = offset_ + stored_page_size;
  Buffer trailer(stored_page_size);
  encode_trailer(summary_, trailer);
  co_await put(trailer);
  co_await flush_output();
  co_await file_->sync();
  co_return summary_;
}

template <class Row>
Task<Unit> SegmentWriter::put_table(const std::vector<Row>& rows, std::size_t row_size) {
  Buffer page(stored_page_size);
  std::uint64_t fitting = rows_in_page(row_size);
  for (std::size_t i = 0; i < rows.size(); i += fitting) {
    std::memset(page.data(), 0, page.size());
    std::size_t end = std::min<std::size_t>(rows.size(), i + fitting);
    for (std::size_t r = i; r < end; ++r) encode_row(rows[r], page.data() + (r - i) * row_size);
    finish_page(page, offset_ / stored_page_size);
    co_await put(page);
  }
  co_return Unit{};
}

Task<Unit> SegmentWriter::align_output() {
  static const Buffer zeros(stored_page_size);
  std::size_t over = offset_ % stored_page_size;
  if (over == 0) co_return Unit{};
  co_return co_await outcome(put(ByteView(zeros).first(stored_page_size - over)));
}

Task<Unit> SegmentWriter::put(ByteView bytes) {
  while (!bytes.empty()) {
    std::size_t piece = std::min(bytes.size(), output_.size() - output_used_);
    std::memcpy(output_.data() + output_used_, bytes.data(), piece);
    output_used_ += piece;
    offset_ += piece;
    bytes = bytes.subspan(piece);
    if (output_used_ == output_.size()) co_await flush_output();
  }
  co_return Unit{};
}

// Everything before `offset_` is whole pages when this is called.
Task<Unit> SegmentWriter::flush_output() {
  if (output_used_ == 0) co_return Unit{};
  ByteView piece = output_.bytes().first(output_used_);
  co_await file_->write(offset_ - output_used_, piece, io::Durable::later);
  output_used_ = 0;
  co_return Unit{};
}

}  // namespace levada::log::local
