#include "timestream/block_cache.h"

#include <utility>

namespace levada::timestream {

Task<std::shared_ptr<const Block>> BlockCache::get(std::shared_ptr<const Segment> segment,
                                                   BlockEntry block,
                                                   const std::vector<bool>* wanted) {
  const Key key{segment, block.offset};
  auto known = places_.find(key);
  if (known == places_.end()) {
    Buffer bytes = co_await segment->read(block);
    std::shared_ptr<Block> fresh = co_await Block::open(std::move(bytes));
    if (fresh->series().times().front() != block.first ||
        fresh->series().times().back() != block.last)
      co_return fail(ErrorKind::corrupt, segment->path() + ": a block is not what the index says");
    known = places_.find(key);  // another reader may have been faster
    if (known == places_.end()) {
      kept_.push_front({key, std::move(fresh), 0});
      known = places_.emplace(key, kept_.begin()).first;
    }
  }
  kept_.splice(kept_.begin(), kept_, known->second);
  Kept& kept = kept_.front();
  const std::shared_ptr<Block> found = kept.block;
  const Result<Unit> decoded = found->ensure(wanted);
  bytes_ -= std::exchange(kept.bytes, found->memory());
  bytes_ += kept.bytes;
  while (bytes_ > bytes_max_ && kept_.size() > 1) {
    bytes_ -= kept_.back().bytes;
    places_.erase(kept_.back().key);
    kept_.pop_back();
  }
  if (!decoded) co_return unexpected<Error>(decoded.error());
  co_return std::shared_ptr<const Block>(found);
}

void BlockCache::forget(const std::shared_ptr<const Segment>& segment) {
  for (const BlockEntry& block : segment->index().blocks) {
    const auto known = places_.find({segment, block.offset});
    if (known == places_.end()) continue;
    bytes_ -= known->second->bytes;
    kept_.erase(known->second);
    places_.erase(known);
  }
}

}  // namespace levada::timestream
