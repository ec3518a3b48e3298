#include "log/local/segment_writer.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/crc32c.h"
#include "log/local/block.h"
#include "log/local/options.h"

namespace levada::log::local {
namespace {

// What one write carries: 0.4 ms, which a flush that comes meanwhile has to wait. Each costs a
// switch to a worker of the kernel's and back, because the file grows.
constexpr Bytes piece_size = 1_MiB;

}  // namespace

Task<std::unique_ptr<SegmentWriter>> SegmentWriter::create(io::Reactor& reactor, io::Disk& disk,
                                                           std::string path, std::uint64_t id) {
  io::OpenOptions options{.create = true, .direct = true};
  std::unique_ptr<io::File> file = co_await disk.open(std::move(path), options);
  co_await file->truncate(0_B);
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter(reactor, std::move(file), id));
  co_return writer;
}

SegmentWriter::SegmentWriter(io::Reactor& reactor, std::unique_ptr<io::File> file, std::uint64_t id)
    : file_(std::move(file)), free_(reactor) {
  summary_.id = id;
  // A block goes beyond a piece when it began before its end; most are little larger than this.
  const Bytes size = piece_size + stored_block_size + stored_block_size;
  filling_ = io::AlignedBuffer(size);
  written_ = io::AlignedBuffer(size);
}

bool SegmentWriter::add_frame(const Frame& frame, ByteView bytes) {
  if (header_.frames == 0) {
    header_.partition = frame.partition;
    header_.first = frame.first;
    block_arrival_ = frame.arrival;
    block_begin_ = used_;
    reserve(stored_block_header_size);
    used_ += stored_block_header_size;
  }
  CHECK(frame.partition == header_.partition);
  put(bytes);
  ++header_.frames;
  return used_ - block_begin_ >= count(stored_block_size);
}

Task<Unit> SegmentWriter::end_block() {
  if (header_.frames == 0) co_return Unit{};
  std::byte* const block = filling_.data() + block_begin_;
  header_.length = static_cast<std::uint32_t>(used_ - block_begin_);
  header_.body_crc = crc32c(ByteView(block, header_.length).subspan(stored_block_header_size));
  encode_stored_block_header(header_, block);
  note_block(header_, block_arrival_, filling_begin_ + block_begin_);
  header_.frames = 0;
  co_return co_await outcome(hand_over_when_full());
}

Task<Unit> SegmentWriter::add_block(StoredBlockHeader header, UnixMillis arrival, ByteView block) {
  note_block(header, arrival, offset());
  put(block.first(header.length));
  co_return co_await outcome(hand_over_when_full());
}

void SegmentWriter::note_block(StoredBlockHeader header, UnixMillis arrival, std::uint64_t offset) {
  if (row_.index_rows == 0) row_.first_index = index_.size();
  ++row_.index_rows;
  row_.data_size += header.length;
  index_.push_back({header.first, arrival, offset, header.length});
}

Task<Unit> SegmentWriter::end_partition(PartitionRow row) {
  co_await end_block();
  CHECK(rows_.empty() || rows_.back().partition < row.partition);
  row.data_size = row_.data_size;
  row.first_index = row_.first_index;
  row.index_rows = row_.index_rows;
  rows_.push_back(row);
  row_ = {};
  co_return Unit{};
}

Task<StoredSummary> SegmentWriter::finish(Result<Unit> filled) {
  if (filled) filled = co_await outcome(put_tables());
  co_await gate_.close();
  if (filled && error_) filled = fail(error_->kind, error_->message);
  if (!filled) co_return fail(filled.error().kind, filled.error().message);
  co_await file_->sync();
  co_return summary_;
}

Task<Unit> SegmentWriter::put_tables() {
  summary_.data_size = offset();
  align_output();
  summary_.index_offset = offset();
  summary_.index_rows = index_.size();
  co_await put_table(index_, index_row_size);
  summary_.partition_offset = offset();
  summary_.partition_rows = rows_.size();
  co_await put_table(rows_, partition_row_size);
  summary_.size = offset() + stored_page_size;
  Buffer trailer(stored_page_size);
  encode_trailer(summary_, trailer);
  put(trailer);
  co_return co_await outcome(hand_over());
}

template <class Row>
Task<Unit> SegmentWriter::put_table(const std::vector<Row>& rows, std::size_t row_size) {
  Buffer page(stored_page_size);
  std::uint64_t fitting = rows_in_page(row_size);
  for (std::size_t i = 0; i < rows.size(); i += fitting) {
    std::memset(page.data(), 0, page.size());
    std::size_t end = std::min<std::size_t>(rows.size(), i + fitting);
    for (std::size_t r = i; r < end; ++r) encode_row(rows[r], page.data() + (r - i) * row_size);
    finish_page(page, offset() / stored_page_size);
    put(page);
    co_await hand_over_when_full();
  }
  co_return Unit{};
}

void SegmentWriter::align_output() {
  const std::size_t zeros = align_up(used_) - used_;
  reserve(zeros);
  std::memset(filling_.data() + used_, 0, zeros);
  used_ += zeros;
}

// Makes room behind what is used. Grows for blocks of large records only.
void SegmentWriter::reserve(std::size_t more) {
  if (used_ + more <= filling_.size()) return;
  io::AlignedBuffer larger(Bytes{std::max(used_ + more, 2 * filling_.size())});
  std::memcpy(larger.data(), filling_.data(), used_);
  filling_ = std::move(larger);
}

void SegmentWriter::put(ByteView bytes) {
  reserve(bytes.size());
  std::memcpy(filling_.data() + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
}

Task<Unit> SegmentWriter::hand_over_when_full() {
  if (used_ < count(piece_size)) co_return Unit{};
  co_return co_await outcome(hand_over());
}

// Whole pages begin their way to the file; the rest is where the next piece begins.
Task<Unit> SegmentWriter::hand_over() {
  while (writing_) co_await free_.wait();
  if (error_) co_return fail(error_->kind, error_->message);
  const std::size_t whole = used_ / stored_page_size * stored_page_size;
  std::swap(filling_, written_);
  std::memcpy(filling_.data(), written_.data() + whole, used_ - whole);
  gate_.spawn(write(filling_begin_, whole));
  filling_begin_ += whole;
  used_ -= whole;
  co_return Unit{};
}

Task<Unit> SegmentWriter::write(std::uint64_t offset, std::size_t size) {
  writing_ = true;
  ByteView piece = ByteView(written_.bytes()).first(size);
  Result<Unit> done = co_await outcome(file_->write(offset, piece, io::Durable::later));
  if (!done) error_ = done.error();
  writing_ = false;
  free_.notify_all();
  co_return Unit{};
}

}  // namespace levada::log::local
