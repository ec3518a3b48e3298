#pragma once
// BlockCache: blocks that were read lately, up to a number of bytes. On the reactor that owns the
// tables.

#include <list>
#include <memory>
#include <unordered_map>

#include "timestream/segment.h"

namespace levada::timestream {

class BlockCache {
 public:
  explicit BlockCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // The block with the attributes that `wanted` says decoded (null: all of them).
  Task<std::shared_ptr<const Block>> get(std::shared_ptr<const Segment> segment, BlockEntry block,
                                         const std::vector<bool>* wanted);
  void forget(const std::shared_ptr<const Segment>& segment);
  std::size_t bytes() const { return bytes_; }

 private:
  // A segment that is gone may leave its address to another; while it is here it does not.
  struct Key {
    std::shared_ptr<const Segment> segment;
    std::uint64_t offset;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const Segment*>()(key.segment.get()) ^ (key.offset * 0x9e3779b97f4a7c15u);
    }
  };
  struct Kept {
    Key key;
    std::shared_ptr<Block> block;
    std::size_t bytes;
  };

  std::size_t bytes_max_, bytes_ = 0;
  std::list<Kept> kept_;  // the one used last in front
  std::unordered_map<Key, std::list<Kept>::iterator, KeyHash> places_;
};

}  // namespace levada::timestream
