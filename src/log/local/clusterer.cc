#include "log/local/clusterer.h"

#include <algorithm>
#include <unordered_map>

#include "log/local/recovery.h"

namespace levada::log::local {
namespace {

// A data frame of the segment: which block, which frame of it.
struct FramePlace {
  std::uint32_t block;
  std::uint32_t frame;
};
using FramesOfPartition = std::unordered_map<PartitionId, std::vector<FramePlace>>;

void apply(const Frame& frame, StoredStates& states) {
  if (frame.kind == FrameKind::trim && frame.first == Position::end()) {
    states.erase(frame.partition);
    return;
  }
  StoredState& state = states[frame.partition];
  switch (frame.kind) {
    case FrameKind::data:
      state.end = frame.first.plus(frame.count);
      state.last_arrival = frame.arrival;
      break;
    case FrameKind::seal:
      state.sealed = true;
      break;
    case FrameKind::trim:
      state.begin = std::max(state.begin, frame.first);
      break;
  }
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
    for (std::uint32_t f = 0; f < block->frames.size(); ++f) {
      const Frame& frame = block->frames[f];
      apply(frame, states);
      if (frame.kind == FrameKind::data) loaded.frames[frame.partition].push_back({b, f});
    }
    if (block->memory) {
      loaded.memory.push_back(block->memory);
    } else {
      BlockMemory read = co_await read_journal_block(block, journal);
      loaded.memory.push_back(std::move(read));
    }
    if (b % 4 == 3) co_await io::yield(reactor);  // a block may have 7,000 frames
  }
  co_return loaded;
}

// Adds the frames to the writer, partition by partition.
Task<Unit> sort_into(SegmentWriter& writer, io::Reactor& reactor, const JournalSegment& segment,
                     const Loaded& loaded, const StoredStates& states, Bytes step,
                     io::Signal& stepped) {
  std::size_t since_yield = 0;
  for (const auto& [partition, state] : states) {  // a dropped one is not among them
    auto frames = loaded.frames.find(partition);
    std::size_t amount = frames == loaded.frames.end() ? 0 : frames->second.size();
    for (std::size_t i = 0; i < amount; ++i) {
      FramePlace place = frames->second[i];
      const Frame& frame = segment.blocks[place.block]->frames[place.frame];
      if (frame.first.plus(frame.count) <= state.begin) continue;
      const std::byte* begin = loaded.memory[place.block].get() + frame.offset - frame_header_size;
      ByteView bytes(begin, padded_frame_size(frame.size));
      co_await writer.add_frame(frame, bytes);
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
      co_await outcome(sort_into(*writer, reactor, segment, loaded, states, step, stepped));
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
