#include "log/local/clusterer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/lookaside.h"
#include "base/prefetch.h"
#include "log/local/recovery.h"

namespace levada::log::local {
namespace {

// Smaller frames are copied together before they are written: frames of a partition that lie
// anywhere in a segment cost a few cache misses each, one after another, where blocks that are read
// from front to back cost few. Of larger ones the second copy would cost more than the misses.
constexpr std::size_t small_frame = 2 << 10;

// What the segment has of one partition: a range of places (see Loaded).
struct PartitionFrames {
  std::size_t begin = 0, end = 0;
  std::size_t frames = 0, bytes = 0;  // counted
  const Frame* newest = nullptr;
};

PartitionRow row_of(PartitionId partition, const StoredState& state) {
  return {.partition = partition,
          .begin = state.begin,
          .end = state.end,
          .last_arrival = state.last_arrival,
          .sealed = state.sealed};
}

// What is stored, in memory. Its data frames are sorted by partition: they are counted, each
// partition gets its range of places, and they are put there. Small frames are copied, and a place
// is an offset in the copy. Of others a place is the index of an address in a block, and the blocks
// are kept, whatever the tail cache evicts meanwhile.
class Loaded {
 public:
  void count(const Frame& frame) {
    if (frame.kind != FrameKind::data) return;
    PartitionFrames& counted = of(frame.partition);
    ++counted.frames;
    counted.bytes += padded_frame_size(frame.size);
  }
  void counted(SortingMemory& sorting) {
    std::size_t frames = 0, bytes = 0;
    for (const auto& [partition, counted] : partitions_) {
      frames += counted.frames;
      bytes += counted.bytes;
    }
    if (bytes < frames * small_frame)
      copies_ = sorting.get(bytes);
    else
      addresses_.resize(frames);
    std::size_t next = 0;
    for (auto& [partition, counted] : partitions_) {
      counted.begin = counted.end = next;
      next += copies_ ? counted.bytes : counted.frames;
    }
  }
  // In the order of the journal. What the frames say goes to `states`; of data it waits for
  // `placed`, because only a partition's newest says more than those before it.
  void place(const Frame& frame, const std::byte* block, StoredStates& states) {
    PartitionFrames& frames = of(frame.partition);
    switch (frame.kind) {
      case FrameKind::data: {
        const std::byte* bytes = block + frame.offset - frame_header_size;
        const std::size_t size = padded_frame_size(frame.size);
        if (copies_)
          std::memcpy(copies_.get() + frames.end, bytes, size);
        else
          addresses_[frames.end] = bytes;
        frames.end = behind(frames.end, size);
        frames.newest = &frame;
        break;
      }
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
  bool copies() const { return copies_ != nullptr; }
  void keep(BlockMemory memory) { memory_.push_back(std::move(memory)); }

  PartitionFrames frames_of(PartitionId partition) const {
    const auto found = partitions_.find(partition);
    return found == partitions_.end() ? PartitionFrames{} : found->second;
  }
  // A frame, header included, and the place behind it.
  const std::byte* at(std::size_t place) const {
    return copies_ ? copies_.get() + place : addresses_[place];
  }
  std::size_t behind(std::size_t place, std::size_t size) const {
    return place + (copies_ ? size : 1);
  }

 private:
  PartitionFrames& of(PartitionId partition) {
    if (PartitionFrames* known = known_.find(partition)) return *known;
    return known_.put(partition, partitions_[partition]);
  }

  std::vector<BlockMemory> memory_;  // of each block
  std::map<PartitionId, PartitionFrames> partitions_;
  Lookaside<PartitionId, PartitionFrames> known_;
  BlockMemory copies_;                       // of small frames; else null
  std::vector<const std::byte*> addresses_;  // of others
};

// Lets others run after every so many bytes, and wakes one who waits for the store.
class Steps {
 public:
  Steps(io::Reactor& reactor, Bytes step, io::Signal& stepped)
      : reactor_(reactor), step_(count(step)), stepped_(stepped) {}

  // Small frames are walked over twice, and wake at every second step.
  void walk_twice() { walks_ = 2; }
  bool due(std::size_t bytes) { return (since_ += bytes) > step_; }
  Task<Unit> rest() {
    since_ = 0;
    if (++taken_ % walks_ == 0) stepped_.notify_one();
    co_return co_await outcome(io::yield(reactor_));
  }

 private:
  io::Reactor& reactor_;
  const std::size_t step_;
  io::Signal& stepped_;
  std::size_t since_ = 0, taken_ = 0, walks_ = 1;
};

Task<Loaded> load(Steps& steps, SortingMemory& sorting, const JournalSegment& segment,
                  std::uint32_t journal, StoredStates& states) {
  Loaded loaded;
  for (const std::shared_ptr<Block>& block : segment.blocks) {
    for (const Frame& frame : block->frames) loaded.count(frame);
    if (steps.due(block->frames.size() * sizeof(Frame))) co_await steps.rest();
  }
  loaded.counted(sorting);
  if (loaded.copies()) steps.walk_twice();
  for (const std::shared_ptr<Block>& block : segment.blocks) {
    BlockMemory memory = block->memory;
    if (!memory) memory = co_await read_journal_block(block, journal);
    for (const Frame& frame : block->frames) {
      loaded.place(frame, memory.get(), states);
      const std::size_t touched = loaded.copies() ? padded_frame_size(frame.size) : sizeof(Frame);
      if (steps.due(touched)) co_await steps.rest();
    }
    if (!loaded.copies()) loaded.keep(std::move(memory));
  }
  loaded.placed(states);
  co_return loaded;
}

// Adds the frames to the writer, partition by partition.
Task<Unit> sort_into(SegmentWriter& writer, Steps& steps, const Loaded& loaded,
                     const StoredStates& states) {
  for (const auto& [partition, state] : states) {  // a dropped one is not among them
    const PartitionFrames frames = loaded.frames_of(partition);
    for (std::size_t place = frames.begin; place < frames.end;) {
      const std::byte* const bytes = loaded.at(place);
      const Frame frame = decode_frame_header(bytes);
      const std::size_t size = padded_frame_size(frame.size);
      place = loaded.behind(place, size);
      if (frame.first.plus(frame.count) <= state.begin) continue;
      if (writer.add_frame(frame, {bytes, size})) co_await writer.end_block();
      if (steps.due(size)) co_await steps.rest();
    }
    PartitionRow row = row_of(partition, state);
    co_await writer.end_partition(row);
    if (steps.due(partition_row_size)) co_await steps.rest();
  }
  co_return Unit{};
}

}  // namespace

Task<StoredSummary> store_journal_segment(io::Reactor& reactor, io::Disk& disk, std::string path,
                                          std::uint64_t id, std::uint32_t journal,
                                          const JournalSegment& segment, SortingMemory& sorting,
                                          StoredStates& states, Bytes step, io::Signal& stepped) {
  Steps steps(reactor, step, stepped);
  const Loaded loaded = co_await load(steps, sorting, segment, journal, states);
  std::unique_ptr<SegmentWriter> writer = co_await SegmentWriter::create(reactor, disk, path, id);
  Result<Unit> filled = co_await outcome(sort_into(*writer, steps, loaded, states));
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
