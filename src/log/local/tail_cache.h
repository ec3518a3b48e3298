#pragma once
// The newest committed blocks, kept in memory up to a limit. A block that is evicted before it is
// stored stays known, so that readers find it in the journal.

#include <deque>
#include <memory>

#include "log/local/block.h"
#include "log/local/partition_table.h"

namespace levada::log::local {

class TailCache {
 public:
  TailCache(PartitionTable& partitions, Bytes limit)
      : partitions_(partitions), limit_(count(limit)) {}

  void add(std::shared_ptr<Block> block);  // in order; it may have no memory (recovered)
  void stored_changed();                   // some blocks are stored now: they may be forgotten
  std::uint64_t footprint() const { return footprint_; }

 private:
  void evict();

  PartitionTable& partitions_;
  std::uint64_t limit_;
  std::uint64_t footprint_ = 0;
  std::deque<std::shared_ptr<Block>> blocks_;  // not forgotten, oldest first
  std::size_t evicted_ = 0;                    // so many at the front have no memory any more
};

}  // namespace levada::log::local
