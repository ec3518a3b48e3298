#include "log/local/clusterer.h"

#include <algorithm>
#include <unordered_map>

#include "log/local/recovery.h"

namespace levada::log::local {
namespace {

// A data frame of the segment and its bytes, header included.
struct FramePlace {
  const Frame* frame;
  const std::byte* bytes;
};
// What the segment has of one partition.
struct PartitionFrames {
  StoredState* state = nullptr;  // as the segment leaves it; null: dropped, or not yet looked for
  std::vector<FramePlace> places;
};
using FramesOfPartition = std::unordered_map<PartitionId, PartitionFrames>;

void apply(FramePlace place, StoredStates& states, FramesOfPartition& frames) {
  const Frame& frame = *place.frame;
  PartitionFrames& mine = frames[frame.partition];
  if (frame.kind == FrameKind::trim && frame.first == Position::end()) {
    states.erase(frame.partition);
    mine.state = nullptr;
    return;
  }
  if (mine.state == nullptr) mine.state = &states[frame.partition];
  StoredState& state = *mine.state;
  switch (frame.kind) {
    case FrameKind::data:
      state.end = frame.first.plus(frame.count);
      state.last_arrival = frame.arrival;
      mine.places.push_back(place);
      break;
    case FrameKind::seal:
      state.sealed = true;
      break;
    case FrameKind::trim:
      state.begin = std::max(state.begin, frame.first);
      break;
  }
}

// The frames of a partition lie anywhere in the segment, each a cache miss or two: they are asked
// for a few frames ahead.
void prefetch(const std::vector<FramePlace>& places, std::size_t now) {
  constexpr std::size_t frame_ahead = 32, bytes_ahead = 12;
  constexpr std::size_t cache_line = 64, lines_max = 8;
  if (now + frame_ahead < places.size()) __builtin_prefetch(places[now + frame_ahead].frame);
  if (now + bytes_ahead >= places.size()) return;
  const FramePlace& soon = places[now + bytes_ahead];
  const std::size_t lines = std::min(lines_max, soon.frame->size / cache_line + 1);
  for (std::size_t line = 0; line < lines; ++line)
    __builtin_prefetch(soon.bytes + line * cache_line);
}

PartitionRow row_of(PartitionId partition, const StoredState& state) {
  return {.partition = partition,
          .begin = state.begin,
          .end = state.end,
          .last_arrival = state.last_arrival,
          .sealed = state.sealed};
}

// What is stored, in memory: kept when the tail cache evicts it meanwhile.
struct Loaded {
  std::vector<BlockMemory> memory;  // of each block
  FramesOfPartition frames;
};

Task<Loaded> load(io::Reactor& reactor, const JournalSegment& segment, std::uint32_t journal,
                  StoredStates& states) {
  Loaded loaded;
  for (std::uint32_t b = 0; b < segment.blocks.size(); ++b) {
    const std::shared_ptr<Block>& block = segment.blocks[b];
    if (block->memory) {
      loaded.memory.push_back(block->memory);
    } else {
      BlockMemory read = co_await read_journal_block(block, journal);
      loaded.memory.push_back(std::move(read));
    }
    const std::byte* const bytes = loaded.memory.back().get() - frame_header_size;
    for (const Frame& frame : block->frames)
      apply({&frame, bytes + frame.offset}, states, loaded.frames);
    if (b % 4 == 3) co_await io::yield(reactor);  // a block may have 7,000 frames
  }
  co_return loaded;
}

// Adds the frames to the writer, partition by partition.
Task<Unit> sort_into(SegmentWriter& writer, io::Reactor& reactor, const Loaded& loaded,
                     const StoredStates& states, Bytes step, io::Signal& stepped) {
  std::size_t since_yield = 0;
  for (const auto& [partition, state] : states) {  // a dropped one is not among them
    auto frames = loaded.frames.find(partition);
    const std::size_t amount = frames == loaded.frames.end() ? 0 : frames->second.places.size();
    for (std::size_t i = 0; i < amount; ++i) {
      prefetch(frames->second.places, i);
      const FramePlace& place = frames->second.places[i];
      const Frame& frame = *place.frame;
      if (frame.first.plus(frame.count) <= state.begin) continue;
      ByteView bytes(place.bytes, padded_frame_size(frame.size));
      if (writer.add_frame(frame, bytes)) co_await writer.end_block();
      since_yield += bytes.size();
      if (since_yield > count(step)) {
        since_yield = 0;
        stepped.notify_one();
        co_await io::yield(reactor);
      }
    }
    PartitionRow row = row_of(partition, state);
    co_await writer.end_partition(row);
    since_yield += partition_row_size;
    if (since_yield > count(step)) {
      since_yield = 0;
      co_await io::yield(reactor);
    }
  }
  co_return Unit{};
}

}  // namespace

Task<StoredSummary> store_journal_segment(io::Reactor& reactor, io::Disk& disk, std::string path,
                                          std::uint64_t id, std::uint32_t journal,
                                          const JournalSegment& segment, StoredStates& states,
                                          Bytes step, io::Signal& stepped) {
  const Loaded loaded = co_await load(reactor, segment, journal, states);
  std::unique_ptr<SegmentWriter> writer = co_await SegmentWriter::create(reactor, disk, path, id);
  Result<Unit> filled =
      co_await outcome(sort_into(*writer, reactor, loaded, states, step, stepped));
  co_return co_await outcome(writer->finish(std::move(filled)));
}

namespace {

// Copies the blocks of one row that are not wholly trimmed.
Task<Unit> copy_blocks(StoredSegments& stored, StoredSegments::Segment segment, PartitionRow row,
                       Position begin, SegmentWriter& writer) {
  for (std::uint64_t i = row.first_index; i < row.first_index + row.index_rows; ++i) {
    if (i + 1 < row.first_index + row.index_rows) {
      IndexRow after = co_await stored.index_row(segment, i + 1);
      if (after.first <= begin) continue;
    }
    IndexRow index = co_await stored.index_row(segment, i);
    Buffer bytes(index.length);
    co_await stored.read_exactly(segment, index.offset, bytes);
    Result<StoredBlockHeader> header = decode_stored_block_header(bytes);
    if (!header) co_return stored.corrupt(*segment, index.offset, header.error().message);
    if (header->partition != row.partition || header->length != index.length)
      co_return stored.corrupt(*segment, index.offset, "a block is not the one its index names");
    Result<std::vector<Frame>> frames = decode_stored_block(*header, bytes);
    if (!frames) co_return stored.corrupt(*segment, index.offset, frames.error().message);
    if (frames->back().first.plus(frames->back().count) <= begin) continue;
    co_await writer.add_block(*header, index.arrival, bytes);
  }
  co_return Unit{};
}

Task<Unit> merge_into(SegmentWriter& writer, io::Reactor& reactor, StoredSegments& stored,
                      const std::vector<StoredSegments::Segment>& segments,
                      const PartitionTable& partitions) {
  StoredSegments::Segment newest = segments.back();
  // What the newest does not list was dropped before it was written.
  for (std::uint64_t i = 0; i < newest->summary.partition_rows; ++i) {
    PartitionRow newest_row = co_await stored.partition_row(newest, i);
    const PartitionState* state = partitions.find(newest_row.partition);
    Position begin = state ? std::max(state->durable_begin, newest_row.begin) : Position::end();
    if (newest_row.end <= begin) begin = Position::end();
    for (const StoredSegments::Segment& segment : segments) {
      std::optional<PartitionRow> row;
      if (segment == newest)
        row = newest_row;
      else
        row = co_await stored.find_row(segment, newest_row.partition);
      if (!row || row->end <= begin) continue;
      co_await copy_blocks(stored, segment, *row, begin, writer);
    }
    co_await writer.end_partition(newest_row);
    if (i % 64 == 63) co_await io::yield(reactor);
  }
  co_return Unit{};
}

}  // namespace

Task<StoredSummary> merge_segments(io::Reactor& reactor, io::Disk& disk, std::string path,
                                   std::uint64_t id, StoredSegments& stored,
                                   std::vector<StoredSegments::Segment> segments,
                                   const PartitionTable& partitions) {
  std::unique_ptr<SegmentWriter> writer = co_await SegmentWriter::create(reactor, disk, path, id);
  Result<Unit> filled =
      co_await outcome(merge_into(*writer, reactor, stored, segments, partitions));
  co_return co_await outcome(writer->finish(std::move(filled)));
}

}  // namespace levada::log::local
