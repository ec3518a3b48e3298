#pragma once
// Turns a journal segment that is full into a stored one: the same frames, sorted by partition. And
// several stored ones into one, without what is trimmed. Knows neither manifest nor schedule.

#include <bit>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/disk.h"
#include "io/reactor.h"
#include "io/signal.h"
#include "log/local/journal_writer.h"
#include "log/local/partition_table.h"
#include "log/local/segment_writer.h"
#include "log/local/stored_segments.h"

namespace levada::log::local {

// The bounds of every partition as of the newest stored segment: what the next one starts from.
struct StoredState {
  Position begin;
  Position end;
  UnixMillis last_arrival;
  bool sealed = false;
};
using StoredStates = std::map<PartitionId, StoredState>;

// Where small frames are sorted: kept from one segment to the next, so that its pages are touched
// for the first time only once.
class SortingMemory {
 public:
  BlockMemory get(std::size_t size) {
    if (size > size_) {
      size_ = std::bit_ceil(size);
      memory_ = allocate_block_memory(size_);
    }
    return memory_;
  }
  void drop() {
    memory_.reset();
    size_ = 0;
  }

 private:
  BlockMemory memory_;
  std::size_t size_ = 0;
};

// Applies the frames of a segment to `states` and writes it to `path`. Nothing else is changed.
// Small frames are sorted in `sorting`.
// After each step others run, and `stepped` wakes one who waits.
// Errors: corrupt, disk_full, io.
Task<StoredSummary> store_journal_segment(io::Reactor& reactor, io::Disk& disk, std::string path,
                                          std::uint64_t id, std::uint32_t journal,
                                          const JournalSegment& segment, SortingMemory& sorting,
                                          StoredStates& states, Bytes step, io::Signal& stepped);

// Writes neighbours as one segment, without the blocks that `partitions` says are trimmed.
Task<StoredSummary> merge_segments(io::Reactor& reactor, io::Disk& disk, std::string path,
                                   std::uint64_t id, StoredSegments& stored,
                                   std::vector<StoredSegments::Segment> segments,
                                   const PartitionTable& partitions);

}  // namespace levada::log::local
