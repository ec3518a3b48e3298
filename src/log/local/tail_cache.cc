#include "log/local/tail_cache.h"

namespace levada::log::local {

void TailCache::add(std::shared_ptr<Block> block) {
  if (block->memory)
    footprint_ += block->footprint();
  else
    CHECK(evicted_ == blocks_.size(), "a block without memory follows one with memory");
  blocks_.push_back(std::move(block));
  if (!blocks_.back()->memory) evicted_ = blocks_.size();
  evict();
}

void TailCache::evict() {
  while (footprint_ > limit_ && evicted_ < blocks_.size()) {
    Block& oldest = *blocks_[evicted_];
    if (!oldest.stored && footprint_ <= unstored_limit_) break;
    ++evicted_;
    footprint_ -= oldest.footprint();
    oldest.memory.reset();
  }
}

void TailCache::stored_changed() { evict(); }

std::vector<std::shared_ptr<Block>> TailCache::take_evicted() {
  std::vector<std::shared_ptr<Block>> taken;
  while (evicted_ > 0 && blocks_.front()->stored) {
    taken.push_back(std::move(blocks_.front()));
    blocks_.pop_front();
    --evicted_;
  }
  return taken;
}

}  // namespace levada::log::local
