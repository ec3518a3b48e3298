#include "log/local/clusterer.h"

#include <algorithm>
#include <utility>

#include "base/lookaside.h"
#include "base/prefetch.h"
#include "log/local/recovery.h"

namespace levada::log::local {
namespace {

// A data frame as it lies in a block, header included.
struct FramePlace {
  const std::byte* bytes;
  std::uint32_t size;
};
// What the segment has of one partition: a range of `Loaded::places`.
struct PartitionFrames {
  std::size_t begin = 0, end = 0;
  const Frame* newest = nullptr;
};

// The frames of a partition lie anywhere in the segment, each a few cache misses.
void prefetch_behind(const std::vector<FramePlace>& places, std::size_t now) {
  constexpr std::size_t ahead = 16, bytes_max = 512;  // the processor follows longer ones itself
  if (now + ahead >= places.size()) return;
  const FramePlace& soon = places[now + ahead];
  prefetch(soon.bytes, std::min<std::size_t>(soon.size, bytes_max));
}

PartitionRow row_of(PartitionId partition, const StoredState& state) {
  return {.partition = partition,
          .begin = state.begin,
          .end = state.end,
          .last_arrival = state.last_arrival,
          .sealed = state.sealed};
}

// What is stored, in memory: kept when the tail cache evicts it meanwhile. Its data frames are
// placed by partition: they are counted, each partition gets its range, and they are put there.
class Loaded {
 public:
  void count(const Frame& frame) {
    if (frame.kind == FrameKind::data) ++of(frame.partition).end;
  }
  void counted() {
    std::size_t total = 0;
    for (auto& [partition, frames] : partitions_) {
      const std::size_t amount = std::exchange(frames.end, total);
      frames.begin = total;
      total += amount;
    }
    places_.resize(total);
  }
  // In the order of the journal. What the frames say goes to `states`; of data it waits for
  // `placed`, because only a partition's newest says more than those before it.
  void place(const Frame& frame, const std::byte* block, StoredStates& states) {
    PartitionFrames& frames = of(frame.partition);
    switch (frame.kind) {
      case FrameKind::data:
        places_[frames.end++] = {block + frame.offset - frame_header_size,
                                 static_cast<std::uint32_t>(padded_frame_size(frame.size))};
        frames.newest = &frame;
        break;
      case FrameKind::seal:
        states[frame.partition].sealed = true;
        break;
      case FrameKind::trim:
        if (frame.first == Position::end()) {
          states.erase(frame.partition);
          frames.begin = frames.end;
          frames.newest = nullptr;
        } else {
          Position& begin = states[frame.partition].begin;
          begin = std::max(begin, frame.first);
        }
        break;
    }
  }
  void placed(StoredStates& states) const {
    for (const auto& [partition, frames] : partitions_) {
      if (frames.newest == nullptr) continue;
      StoredState& state = states[partition];
      state.end = frames.newest->first.plus(frames.newest->count);
      state.last_arrival = frames.newest->arrival;
    }
  }
  void keep(BlockMemory memory) { memory_.push_back(std::move(memory)); }

  PartitionFrames frames_of(PartitionId partition) const {
    const auto found = partitions_.find(partition);
    return found == partitions_.end() ? PartitionFrames{} : found->second;
  }
  const std::vector<FramePlace>& places() const { return places_; }

 private:
  PartitionFrames& of(PartitionId partition) {
    if (PartitionFrames* known = known_.find(partition)) return *known;
    return known_.put(partition, partitions_[partition]);
  }

  std::vector<BlockMemory> memory_;  // of each block
  std::map<PartitionId, PartitionFrames> partitions_;
  Lookaside<PartitionId, PartitionFrames> known_;
  std::vector<FramePlace> places_;  // in the order of the partitions, each one's in its own order
};

constexpr std::size_t blocks_between_yields = 4;  // a block may have 7,000 frames

Task<Loaded> load(io::Reactor& reactor, const JournalSegment& segment, std::uint32_t journal,
                  StoredStates& states) {
  Loaded loaded;
  for (std::size_t b = 0; b < segment.blocks.size(); ++b) {
    for (const Frame& frame : segment.blocks[b]->frames) loaded.count(frame);
    if ((b + 1) % blocks_between_yields == 0) co_await io::yield(reactor);
  }
  loaded.counted();
  for (std::size_t b = 0; b < segment.blocks.size(); ++b) {
    const std::shared_ptr<Block>& block = segment.blocks[b];
    BlockMemory memory = block->memory;
    if (!memory) memory = co_await read_journal_block(block, journal);
    for (const Frame& frame : block->frames) loaded.place(frame, memory.get(), states);
    loaded.keep(std::move(memory));
    if ((b + 1) % blocks_between_yields == 0) co_await io::yield(reactor);
  }
  loaded.placed(states);
  co_return loaded;
}

// Adds the frames to the writer, partition by partition.
Task<Unit> sort_into(SegmentWriter& writer, io::Reactor& reactor, const Loaded& loaded,
                     const StoredStates& states, Bytes step, io::Signal& stepped) {
  std::size_t since_yield = 0;
  for (const auto& [partition, state] : states) {  // a dropped one is not among them
    const PartitionFrames frames = loaded.frames_of(partition);
    for (std::size_t i = frames.begin; i < frames.end; ++i) {
      prefetch_behind(loaded.places(), i);
      const FramePlace& place = loaded.places()[i];
      const Frame frame = decode_frame_header(place.bytes);
      if (frame.first.plus(frame.count) <= state.begin) continue;
      if (writer.add_frame(frame, {place.bytes, place.size})) co_await writer.end_block();
      since_yield += place.size;
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
