#include "timestream/segment.h"

#include "base/crc32c.h"
#include "base/endian.h"

namespace levada::timestream {
namespace {

constexpr std::uint64_t segment_magic = 0x6765737374564c01;
constexpr std::uint32_t segment_version = 1;
constexpr std::size_t segment_header_size = 16;  // magic, version, zero
constexpr std::size_t footer_size = 32;  // offset and size of the index, its checksum, magic, zero
constexpr std::size_t write_size = 1 << 20;

Task<Unit> read_whole(io::File& file, std::uint64_t offset, MutableByteView into) {
  std::size_t have = 0;
  while (have < into.size()) {
    const MutableByteView rest = into.subspan(have);
    const std::size_t got = co_await file.read(offset + have, rest);
    if (got == 0) co_return fail(ErrorKind::corrupt, file.path() + " ends too early");
    have += got;
  }
  co_return Unit{};
}

}  // namespace

Task<std::shared_ptr<Segment>> Segment::open(io::Disk& disk, std::string path,
                                             std::uint64_t number) {
  std::shared_ptr<Segment> segment(new Segment);
  const io::OpenOptions options{.write = false};
  segment->file_ = co_await disk.open(path, options);
  segment->number_ = number;
  segment->size_ = count(co_await segment->file_->size());
  const std::string what = path + " is no whole segment";
  if (segment->size_ < segment_header_size + footer_size) co_return fail(ErrorKind::corrupt, what);
  Buffer header(segment_header_size), footer(footer_size);
  co_await read_whole(*segment->file_, 0, header);
  co_await read_whole(*segment->file_, segment->size_ - footer_size, footer);
  if (load_le<std::uint64_t>(header.data()) != segment_magic ||
      load_le<std::uint64_t>(footer.data() + 20) != segment_magic)
    co_return fail(ErrorKind::corrupt, what);
  if (load_le<std::uint32_t>(header.data() + 8) > segment_version)
    co_return fail(ErrorKind::unsupported, path + " was written by a newer Levada");
  const auto offset = load_le<std::uint64_t>(footer.data());
  const auto size = load_le<std::uint64_t>(footer.data() + 8);
  if (offset > segment->size_ || size != segment->size_ - footer_size - offset)
    co_return fail(ErrorKind::corrupt, what);
  Buffer index(size);
  co_await read_whole(*segment->file_, offset, index);
  if (crc32c(index) != load_le<std::uint32_t>(footer.data() + 16))
    co_return fail(ErrorKind::corrupt, path + ": the index fails its checksum");
  segment->index_ = co_await decode_index(index, offset);
  co_return segment;
}

Task<Buffer> Segment::read(BlockEntry block) const {
  Buffer bytes(block.size);
  co_await read_whole(*file_, block.offset, bytes);
  if (crc32c(bytes) != block.checksum)
    co_return fail(ErrorKind::corrupt, path() + ": the block at " + std::to_string(block.offset) +
                                           " fails its checksum");
  co_return bytes;
}

Task<std::unique_ptr<SegmentWriter>> SegmentWriter::create(io::Disk& disk, std::string path) {
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter);
  const io::OpenOptions options{.create = true};
  writer->file_ = co_await disk.open(std::move(path), options);
  co_await writer->file_->truncate(0_B);
  writer->waiting_.resize(segment_header_size);
  store_le<std::uint64_t>(writer->waiting_.data(), segment_magic);
  store_le<std::uint32_t>(writer->waiting_.data() + 8, segment_version);
  co_return writer;
}

Task<Unit> SegmentWriter::add(std::uint32_t id, const Series& series, const Texts& texts,
                              std::span<const MeasureType> types, std::size_t begin,
                              std::size_t end) {
  std::vector<Zone> zones;
  while (begin < end) {
    const std::size_t until = std::min(end, begin + block_rows_max);
    BlockEntry block;
    block.series = id;
    block.first = series.times()[begin];
    block.last = series.times()[until - 1];
    block.rows = static_cast<std::uint32_t>(until - begin);
    block.offset = written_ + waiting_.size();
    const std::size_t before = waiting_.size();
    zones.clear();
    encode_block(series, texts, types, begin, until, waiting_, zones);
    const ByteView bytes = ByteView(waiting_).subspan(before);
    block.size = static_cast<std::uint32_t>(bytes.size());
    block.checksum = crc32c(bytes);
    index_.add(block, zones);
    if (waiting_.size() >= write_size) co_await write_out();
    begin = until;
  }
  co_return Unit{};
}

Task<Unit> SegmentWriter::write_out() {
  co_await file_->write(written_, waiting_, io::Durable::later);
  written_ += waiting_.size();
  waiting_.clear();
  co_return Unit{};
}

Task<Unit> SegmentWriter::finish() {
  const std::uint64_t offset = written_ + waiting_.size();
  const Buffer index = encode_index(index_);
  waiting_.insert(waiting_.end(), index.begin(), index.end());
  Buffer footer(footer_size);
  store_le<std::uint64_t>(footer.data(), offset);
  store_le<std::uint64_t>(footer.data() + 8, index.size());
  store_le<std::uint32_t>(footer.data() + 16, crc32c(index));
  store_le<std::uint64_t>(footer.data() + 20, segment_magic);
  waiting_.insert(waiting_.end(), footer.begin(), footer.end());
  co_await write_out();
  co_await file_->sync();
  co_return Unit{};
}

}  // namespace levada::timestream
