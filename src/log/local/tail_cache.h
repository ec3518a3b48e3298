#pragma once
// The newest committed blocks, kept in memory up to a limit. What is not stored yet is kept up to a
// limit of its own, so that the store need not read it back: reads beside the journal's writes cost
// those more than half their rate. A block that is evicted all the same stays known, so that
// readers find it in the journal, until it is stored.

#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "log/local/block.h"

namespace levada::log::local {

class TailCache {
 public:
  TailCache(Bytes limit, Bytes unstored_limit)
      : limit_(count(limit)), unstored_limit_(std::max(count(limit), count(unstored_limit))) {}

  void add(std::shared_ptr<Block> block);  // in order; it may have no memory (recovered)
  void stored_changed();                   // some blocks are stored now: they may be evicted
  // Blocks that are stored and evicted, which nothing but a partition's tail refers to any more.
  std::vector<std::shared_ptr<Block>> take_evicted();
  std::uint64_t footprint() const { return footprint_; }

 private:
  void evict();

  std::uint64_t limit_;
  std::uint64_t unstored_limit_;  // of all, when the oldest is not stored
  std::uint64_t footprint_ = 0;
  std::deque<std::shared_ptr<Block>> blocks_;  // not taken, oldest first
  std::size_t evicted_ = 0;                    // so many at the front have no memory any more
};

}  // namespace levada::log::local
