#include "kinesis/scaling_plan.h"

#include <algorithm>

namespace levada::kinesis {
namespace {

constexpr double hot = 0.8;
constexpr double quiet = 0.25;
constexpr std::uint32_t quiet_windows = 15;

}  // namespace

std::uint32_t shards_always(const catalog::Stream& stream) {
  const std::uint32_t warm = std::min(stream.warm_mib_per_second, on_demand_shards_max);
  return std::max(on_demand_shards_min, warm);
}

ScalingPlan ScalingMemory::plan(const catalog::Stream& stream,
                                const std::vector<ShardShare>& shares) {
  std::map<catalog::ShardIndex, double> share_of;
  for (const ShardShare& share : shares) share_of[share.shard] = share.share;
  ScalingPlan plan;
  std::map<catalog::ShardIndex, std::uint32_t> still_quiet;
  const std::vector<catalog::OpenShard>& open = stream.open_shards;
  std::uint32_t left = static_cast<std::uint32_t>(open.size());
  const std::uint32_t least = shards_always(stream);
  for (std::size_t n = 0; n < open.size(); ++n) {
    const catalog::ShardIndex low = stream.shards[open[n].place].index;
    if (share_of[low] > hot) {
      plan.splits.push_back(low);
      continue;
    }
    if (n + 1 == open.size()) break;
    const catalog::ShardIndex high = stream.shards[open[n + 1].place].index;
    if (share_of[low] + share_of[high] >= quiet) continue;
    const std::uint32_t windows = quiet_windows_[low] + 1;
    if (windows < quiet_windows || left <= least) {
      still_quiet[low] = std::min(windows, quiet_windows);
      continue;
    }
    plan.merges.push_back({low, high});
    --left;
    ++n;  // the second is taken
  }
  if (!plan.splits.empty()) still_quiet.clear();  // what grows does not shrink as well
  quiet_windows_ = std::move(still_quiet);
  return plan;
}

bool apply(const ScalingPlan& plan, Resharding& resharding, const catalog::Stream& stream,
           std::uint64_t shards_more_max) {
  const auto open = [&](catalog::ShardIndex index) {
    const catalog::Shard* shard = stream.find(index);
    return shard != nullptr && shard->open() ? shard : nullptr;
  };
  bool changed = false;
  for (const ScalingPlan::Pair& pair : plan.merges) {
    const catalog::Shard *low = open(pair.low), *high = open(pair.high);
    if (low == nullptr || high == nullptr || low->range.last + 1 != high->range.first) continue;
    resharding.merge(pair.low, pair.high);
    changed = true;
  }
  for (const catalog::ShardIndex index : plan.splits) {
    if (shards_more_max == 0) break;
    const catalog::Shard* shard = open(index);
    if (shard == nullptr || shard->range.first == shard->range.last) continue;
    const catalog::HashRange range = shard->range;
    resharding.split(index, range.first + (range.last - range.first) / 2 + 1);
    --shards_more_max;
    changed = true;
  }
  return changed;
}

}  // namespace levada::kinesis
