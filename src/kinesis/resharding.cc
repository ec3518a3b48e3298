#include "kinesis/resharding.h"

#include <algorithm>

#include "base/check.h"

namespace levada::kinesis {
namespace {

constexpr Millis child_after_parent{1000};  // spec kinesis 7.1: closing time + 1 s

}  // namespace

UnixMillis Resharding::close(catalog::ShardIndex index) {
  const catalog::Shard* found = stream_.find(index);
  CHECK(found != nullptr && found->open());
  catalog::Shard& shard = stream_.shards[static_cast<std::size_t>(found - stream_.shards.data())];
  shard.closed = std::max(now_, shard.created);
  return *shard.closed;
}

catalog::Shard& Resharding::open(catalog::HashRange range, UnixMillis parents_closed) {
  catalog::Shard& child = stream_.shards.emplace_back();
  child.index = stream_.next_shard;
  child.range = range;
  child.created = parents_closed + child_after_parent;
  child.partition = log::PartitionId(next_partition_++);
  stream_.next_shard = catalog::ShardIndex(stream_.next_shard.value() + 1);
  return child;
}

void Resharding::split(catalog::ShardIndex index, Uint128 second_first) {
  const catalog::HashRange range = stream_.find(index)->range;
  CHECK(range.first < second_first && second_first <= range.last);
  const UnixMillis closed = close(index);
  open({range.first, second_first - 1}, closed).parent = index;
  open({second_first, range.last}, closed).parent = index;
}

void Resharding::merge(catalog::ShardIndex first, catalog::ShardIndex second) {
  const catalog::HashRange low = stream_.find(first)->range, high = stream_.find(second)->range;
  CHECK(low.last + 1 == high.first);
  const UnixMillis first_closed = close(first), second_closed = close(second);
  catalog::Shard& child = open({low.first, high.last}, std::max(first_closed, second_closed));
  child.parent = first;
  child.adjacent_parent = second;
}

std::vector<catalog::ShardIndex> Resharding::open_by_range() const {
  std::vector<const catalog::Shard*> open;
  for (const catalog::Shard& shard : stream_.shards)
    if (shard.open()) open.push_back(&shard);
  std::sort(open.begin(), open.end(),
            [](const auto* a, const auto* b) { return a->range.first < b->range.first; });
  std::vector<catalog::ShardIndex> indexes;
  for (const catalog::Shard* shard : open) indexes.push_back(shard->index);
  return indexes;
}

void Resharding::merge_smallest(const std::vector<catalog::ShardIndex>& open, std::size_t most) {
  std::vector<Uint128> widths;  // of each shard and its right neighbour together
  std::vector<std::size_t> pairs;
  for (std::size_t n = 0; n + 1 < open.size(); ++n) {
    widths.push_back(stream_.find(open[n + 1])->range.last - stream_.find(open[n])->range.first);
    pairs.push_back(n);
  }
  std::ranges::sort(pairs, {}, [&](std::size_t n) { return std::pair(widths[n], n); });
  std::vector<bool> taken(open.size());
  for (const std::size_t n : pairs) {
    if (most == 0) break;
    if (taken[n] || taken[n + 1]) continue;
    taken[n] = taken[n + 1] = true;
    merge(open[n], open[n + 1]);
    --most;
  }
}

bool Resharding::scale_to(std::uint32_t target) {
  std::vector<catalog::ShardIndex> open = open_by_range();
  while (open.size() < target) {
    for (const catalog::ShardIndex index : open) {
      const catalog::HashRange range = stream_.find(index)->range;
      if (range.first == range.last) return false;
      split(index, range.first + (range.last - range.first) / 2 + 1);
    }
    open = open_by_range();
  }
  while (open.size() > target) {
    merge_smallest(open, open.size() - target);
    open = open_by_range();
  }
  return true;
}

}  // namespace levada::kinesis
