#pragma once
// The stored segments of a journal, oldest first, and how something is found in them. Every segment
// has a row for every partition that lived when it was written, so a position or a time is found by
// halving the list: one row of each segment looked at, whatever the number of segments.

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/disk.h"
#include "log/local/block_memory.h"
#include "log/local/options.h"
#include "log/local/page_cache.h"
#include "log/local/segment_format.h"
#include "log/log.h"

namespace levada::log::local {

struct StoredSegment {
  StoredSummary summary;
  std::shared_ptr<io::File> file;  // while it is open
  bool damaged = false;            // a checksum was wrong: left as it is
};

class StoredSegments {
 public:
  using Segment = std::shared_ptr<StoredSegment>;
  using List = std::shared_ptr<const std::vector<Segment>>;  // immutable: readers keep theirs

  StoredSegments(io::Disk& disk, std::string directory, const LocalLogOptions& options)
      : disk_(disk),
        directory_(std::move(directory)),
        list_(std::make_shared<std::vector<Segment>>()),
        pages_(options.page_cache_max, stored_page_size),
        memories_(options.read_memory_max) {}

  const List& list() const { return list_; }
  void replace(std::vector<Segment> segments);
  std::string path(std::uint64_t id) const;

  // What lies at `from` or after it, from one segment; nothing when no segment of the list goes
  // beyond `from`.
  Task<std::optional<Batches>> read(List list, PartitionId partition, Position from, Bytes limit);
  // The first position not older; nothing when all that is stored is older.
  Task<std::optional<Position>> seek(List list, PartitionId partition, UnixMillis at_or_after);

  Task<std::optional<PartitionRow>> find_row(Segment segment, PartitionId partition);
  Task<PartitionRow> partition_row(Segment segment, std::uint64_t index);
  Task<IndexRow> index_row(Segment segment, std::uint64_t index);
  // Whole and checked pieces of the file.
  Task<Unit> read_exactly(Segment segment, std::uint64_t offset, MutableByteView into);
  // Gives back what is kept for the next reads.
  void drop_idle_memory() { memories_.drop_idle(); }
  unexpected<Error> corrupt(const StoredSegment& segment, std::uint64_t offset,
                            const std::string& what) const;

 private:
  struct Found {
    Segment segment;
    PartitionRow row;
  };
  template <class Beyond>
  Task<std::optional<Found>> find(List list, PartitionId partition, Beyond beyond);
  Task<PageCache::Page> page(Segment segment, std::uint64_t number);
  Task<std::shared_ptr<io::File>> open(Segment segment);

  io::Disk& disk_;
  std::string directory_;
  List list_;
  PageCache pages_;
  BlockMemories memories_;
  std::list<std::weak_ptr<StoredSegment>> open_;  // the last opened first
};

}  // namespace levada::log::local
