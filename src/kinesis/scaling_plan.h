#pragma once
// ScalingPlan: which shards of an on-demand stream should be split and which merged, from what they
// were asked in one window after the other. Looks and remembers; changes nothing.
//
// A shard that was asked for more than four fifths of what a shard takes is split in the middle.
// Two neighbours that together were asked for less than a quarter of it, in fifteen windows in a
// row without a split anywhere in the stream, are merged, down to what the stream always has: four
// shards, or its warm throughput.

#include <map>
#include <vector>

#include "catalog/stream.h"
#include "kinesis/resharding.h"
#include "kinesis/throttle.h"

namespace levada::kinesis {

inline constexpr std::uint32_t on_demand_shards_min = 4;          // 4 MB/s: the developer guide
inline constexpr std::uint32_t on_demand_shards_max = 10 * 1024;  // 10 GB/s, likewise

// What one shard was asked in a window, as a share of what it takes; above 1 it was throttled.
struct ShardShare {
  catalog::ShardIndex shard;
  double share;
};

struct ScalingPlan {
  struct Pair {
    catalog::ShardIndex low, high;
  };
  std::vector<catalog::ShardIndex> splits;
  std::vector<Pair> merges;
  bool empty() const { return splits.empty() && merges.empty(); }
};

class ScalingMemory {
 public:
  // After each window, with all open shards of the stream.
  ScalingPlan plan(const catalog::Stream& stream, const std::vector<ShardShare>& shares);

 private:
  std::map<catalog::ShardIndex, std::uint32_t> quiet_windows_;  // of a pair, by its lower shard
};

// Carries out what is still possible of it. False: nothing was.
bool apply(const ScalingPlan& plan, Resharding& resharding, const catalog::Stream& stream,
           std::uint64_t shards_more_max);

std::uint32_t shards_always(const catalog::Stream& stream);

}  // namespace levada::kinesis
