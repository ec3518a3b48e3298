#include "log/local/stored_segments.h"

#include <algorithm>

#include "base/check.h"

namespace levada::log::local {
namespace {

constexpr std::size_t open_files_max = 64;
constexpr std::uint64_t read_size_min = 256 << 10;  // sequential reads are worth making large

}  // namespace

void StoredSegments::replace(std::vector<Segment> segments) {
  list_ = std::make_shared<const std::vector<Segment>>(std::move(segments));
}

std::string StoredSegments::path(std::uint64_t id) const {
  std::string name = std::to_string(id);
  return directory_ + "/segment-" + std::string(12 - std::min<std::size_t>(12, name.size()), '0') +
         name;
}

unexpected<Error> StoredSegments::corrupt(const StoredSegment& segment, std::uint64_t offset,
                                          const std::string& what) const {
  return fail(ErrorKind::corrupt,
              path(segment.summary.id) + " at offset " + std::to_string(offset) + ": " + what);
}

Task<std::shared_ptr<io::File>> StoredSegments::open(Segment segment) {
  if (segment->file) co_return segment->file;
  io::OpenOptions options{.write = false};
  std::shared_ptr<io::File> file = co_await disk_.open(path(segment->summary.id), options);
  if (segment->file) co_return segment->file;  // another reader was quicker
  segment->file = file;
  open_.push_front(segment);
  if (open_.size() > open_files_max) {
    if (Segment oldest = open_.back().lock()) oldest->file.reset();  // readers hold their own
    open_.pop_back();
  }
  co_return file;
}

Task<Unit> StoredSegments::read_exactly(Segment segment, std::uint64_t offset,
                                        MutableByteView into) {
  std::shared_ptr<io::File> file = co_await open(segment);
  while (!into.empty()) {
    std::size_t got = co_await file->read(offset, into);
    if (got == 0) co_return corrupt(*segment, offset, "the file is cut short");
    offset += got;
    into = into.subspan(got);
  }
  co_return Unit{};
}

Task<PageCache::Page> StoredSegments::page(Segment segment, std::uint64_t number) {
  if (PageCache::Page page = pages_.find(segment->summary.id, number)) co_return page;
  auto buffer = std::make_shared<Buffer>(stored_page_size);
  std::uint64_t offset = number * stored_page_size;
  co_await read_exactly(segment, offset, *buffer);
  if (!page_is_whole(*buffer, number))
    co_return corrupt(*segment, offset, "a page does not match its checksum");
  pages_.add(segment->summary.id, number, buffer);
  PageCache::Page page = std::move(buffer);
  co_return page;
}

Task<IndexRow> StoredSegments::index_row(Segment segment, std::uint64_t index) {
  constexpr std::uint64_t fitting = rows_in_page(index_row_size);
  CHECK(index < segment->summary.index_rows);
  std::uint64_t number = segment->summary.index_offset / stored_page_size + index / fitting;
  PageCache::Page rows = co_await page(segment, number);
  co_return decode_index_row(rows->data() + index % fitting * index_row_size);
}

Task<PartitionRow> StoredSegments::partition_row(Segment segment, std::uint64_t index) {
  constexpr std::uint64_t fitting = rows_in_page(partition_row_size);
  CHECK(index < segment->summary.partition_rows);
  std::uint64_t number = segment->summary.partition_offset / stored_page_size + index / fitting;
  PageCache::Page rows = co_await page(segment, number);
  co_return decode_partition_row(rows->data() + index % fitting * partition_row_size);
}

Task<std::optional<PartitionRow>> StoredSegments::find_row(Segment segment, PartitionId partition) {
  std::uint64_t low = 0;
  std::uint64_t high = segment->summary.partition_rows;
  while (low < high) {
    std::uint64_t middle = low + (high - low) / 2;
    PartitionRow row = co_await partition_row(segment, middle);
    if (row.partition == partition) {
      std::optional<PartitionRow> found = row;
      co_return found;
    }
    if (row.partition < partition)
      low = middle + 1;
    else
      high = middle;
  }
  std::optional<PartitionRow> none;
  co_return none;
}

// The first segment whose row satisfies `beyond`, which once true stays true.
template <class Beyond>
Task<std::optional<StoredSegments::Found>> StoredSegments::find(List list, PartitionId partition,
                                                                Beyond beyond) {
  std::optional<Found> found;
  std::size_t low = 0;
  std::size_t high = list->size();
  while (low < high) {
    std::size_t middle = low + (high - low) / 2;
    std::optional<PartitionRow> row = co_await find_row((*list)[middle], partition);
    if (row && beyond(*row)) {
      found = Found{(*list)[middle], *row};
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  co_return found;
}

Task<std::optional<Batches>> StoredSegments::read(List list, PartitionId partition, Position from,
                                                  Bytes limit) {
  std::optional<Batches> result;
  auto beyond = [from](const PartitionRow& row) { return row.end > from; };
  std::optional<Found> found = co_await find(list, partition, beyond);
  if (!found) co_return result;
  Segment segment = found->segment;
  PartitionRow row = found->row;
  if (row.index_rows == 0)
    co_return corrupt(*segment, 0, "a partition has no data where it should");

  // The last block that begins at or before `from`, or the first one.
  std::uint64_t low = row.first_index;
  std::uint64_t high = row.first_index + row.index_rows;
  while (high - low > 1) {
    std::uint64_t middle = low + (high - low) / 2;
    IndexRow index = co_await index_row(segment, middle);
    if (index.first <= from)
      low = middle;
    else
      high = middle;
  }
  IndexRow first = co_await index_row(segment, low);
  IndexRow last = co_await index_row(segment, row.first_index + row.index_rows - 1);
  std::uint64_t end = last.offset + last.length;
  std::uint64_t wanted = std::max({read_size_min, count(limit), std::uint64_t{first.length}});
  std::size_t size = std::min(wanted, end - first.offset);

  const BlockMemory memory = memories_.take(size).memory;
  MutableByteView bytes(memory.get(), size);
  co_await read_exactly(segment, first.offset, bytes);

  result.emplace();
  result->next = from;
  std::uint64_t taken = 0;
  std::size_t offset = 0;
  bool enough = false;
  while (offset < size && !enough) {
    ByteView rest = ByteView(bytes).subspan(offset);
    if (offset > 0 && rest.size() < stored_block_header_size) break;
    Result<StoredBlockHeader> header = decode_stored_block_header(rest);
    if (!header) co_return corrupt(*segment, first.offset + offset, header.error().message);
    if (header->partition != partition)
      co_return corrupt(*segment, first.offset + offset, "a block is of another partition");
    if (header->length > rest.size() && offset > 0) break;
    Result<std::vector<Frame>> frames = decode_stored_block(*header, rest);
    if (!frames) co_return corrupt(*segment, first.offset + offset, frames.error().message);
    for (const Frame& frame : *frames) {
      if (frame.first.plus(frame.count) <= from) continue;
      if (!result->batches.empty() && taken + frame.size > count(limit)) {
        enough = true;
        break;
      }
      taken += frame.size;
      ByteView payload = rest.subspan(frame.offset, frame.size);
      result->batches.push_back({frame.first, frame.count, frame.arrival, payload, memory});
      result->next = frame.first.plus(frame.count);
    }
    offset += header->length;
  }
  // A gap between two blocks: nothing of the first block was wanted.
  if (result->batches.empty()) {
    if (low + 1 >= row.first_index + row.index_rows)
      co_return corrupt(*segment, first.offset, "a partition ends before its row says");
    IndexRow after = co_await index_row(segment, low + 1);
    co_return co_await outcome(read(std::move(list), partition, after.first, limit));
  }
  co_return result;
}

Task<std::optional<Position>> StoredSegments::seek(List list, PartitionId partition,
                                                   UnixMillis at_or_after) {
  std::optional<Position> result;
  auto beyond = [at_or_after](const PartitionRow& row) { return row.last_arrival >= at_or_after; };
  std::optional<Found> found = co_await find(list, partition, beyond);
  if (!found) co_return result;
  Segment segment = found->segment;
  PartitionRow row = found->row;
  if (row.index_rows == 0) {  // what was there is trimmed
    result = row.end;
    co_return result;
  }
  // The last block that begins before the time may hold the first record that is not older.
  std::uint64_t low = row.first_index;
  std::uint64_t high = row.first_index + row.index_rows;
  while (high - low > 1) {
    std::uint64_t middle = low + (high - low) / 2;
    IndexRow index = co_await index_row(segment, middle);
    if (index.arrival < at_or_after)
      low = middle;
    else
      high = middle;
  }
  IndexRow block = co_await index_row(segment, low);
  Buffer bytes(block.length);
  co_await read_exactly(segment, block.offset, bytes);
  Result<StoredBlockHeader> header = decode_stored_block_header(bytes);
  if (!header) co_return corrupt(*segment, block.offset, header.error().message);
  if (header->partition != partition || header->length != block.length)
    co_return corrupt(*segment, block.offset, "a block is not the one that the index names");
  Result<std::vector<Frame>> frames = decode_stored_block(*header, bytes);
  if (!frames) co_return corrupt(*segment, block.offset, frames.error().message);
  result = frames->back().first.plus(frames->back().count);
  for (const Frame& frame : *frames) {
    if (frame.arrival < at_or_after) continue;
    result = frame.first;
    break;
  }
  co_return result;
}

}  // namespace levada::log::local
