#include "catalog/stream.h"

#include <algorithm>

#include "base/check.h"

namespace levada::catalog {

const Shard* Stream::find(ShardIndex index) const {
  // Shards stand by index and rarely leave, so the place is almost always the index itself.
  if (index.value() < shards.size() && shards[index.value()].index == index)
    return &shards[index.value()];
  const auto at = std::lower_bound(shards.begin(), shards.end(), index,
                                   [](const Shard& s, ShardIndex i) { return s.index < i; });
  return at != shards.end() && at->index == index ? &*at : nullptr;
}

const DataKey* Stream::data_key(std::uint32_t number) const {
  const auto at = std::ranges::find(data_keys, number, &DataKey::number);
  return at == data_keys.end() ? nullptr : &*at;
}

bool Stream::has_policy() const {
  return !policy.empty() || std::ranges::any_of(consumers, [](const auto& consumer) {
    return !consumer.second.policy.empty();
  });
}

void Stream::index_shards() {
  open_shards.clear();
  for (std::uint32_t n = 0; n < shards.size(); ++n)
    if (shards[n].open()) open_shards.push_back({shards[n].range.first, n});
  std::ranges::sort(open_shards, {}, &OpenShard::begin);
  // Open shards tile the key space: routing relies on it.
  Uint128 next = 0;
  for (const OpenShard& open : open_shards) {
    CHECK(open.begin == next, "no gap and no overlap");
    next = shards[open.place].range.last + 1;
  }
  CHECK(open_shards.empty() || next == 0, "up to the last key");
}

}  // namespace levada::catalog
