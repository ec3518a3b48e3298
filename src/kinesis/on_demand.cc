#include "kinesis/on_demand.h"

#include <algorithm>

namespace levada::kinesis {

// Asks each owner once: the hosts of several journals may be one.
Task<std::vector<LoadOfShard>> OnDemand::loads() {
  std::vector<LoadOfShard> all;
  for (std::size_t journal = 0; journal < neighbours_.journals(); ++journal) {
    const auto ask = [journal](ShardHost& host) { return host.on_demand_loads(journal); };
    std::vector<LoadOfShard> some =
        co_await neighbours_.at_journal(catalog_.reactor(), journal, ask);
    all.insert(all.end(), some.begin(), some.end());
  }
  co_return all;
}

Task<Unit> OnDemand::look(Nanos window) {
  const std::vector<LoadOfShard> now = co_await loads();
  const double seconds = std::max(static_cast<double>(window.count()) / 1e9, 1e-3);
  std::map<Place, Seen> seen;
  std::map<catalog::StreamId, std::vector<ShardShare>> shares;
  for (const LoadOfShard& at : now) {
    const Place place{at.stream, at.shard};
    const Seen then = seen_[place];
    const Seen all{at.load.records_asked(), at.load.bytes_asked()};
    seen[place] = all;
    const auto rate = [seconds](std::uint64_t was, std::uint64_t is, std::uint64_t most) {
      return static_cast<double>(is - std::min(was, is)) / seconds / static_cast<double>(most);
    };
    shares[at.stream].push_back(
        {at.shard, std::max(rate(then.records, all.records, limits_.write_records),
                            rate(then.bytes, all.bytes, limits_.write_bytes))});
  }
  seen_ = std::move(seen);
  std::erase_if(memories_, [&](const auto& memory) { return !shares.contains(memory.first); });
  for (const auto& [id, share] : shares) {
    const catalog::StreamSnapshot stream = catalog_.state().find(id);
    if (stream == nullptr || stream->status != catalog::StreamStatus::active) continue;
    ScalingPlan plan = memories_[id].plan(*stream, share);
    if (!plan.empty()) (void)co_await outcome(scale(id, std::move(plan)));
  }
  co_return Unit{};
}

Task<Unit> OnDemand::scale(catalog::StreamId id, ScalingPlan plan) {
  const UnixMillis now = catalog_.reactor().clock().now();
  const std::uint32_t limit = shard_limit_;
  const auto decide = [id, now, limit,
                       &plan](const catalog::CatalogState& state) -> Result<catalog::Decision> {
    catalog::Decision decision;
    const catalog::StreamSnapshot before = state.find(id);
    if (before == nullptr || before->status != catalog::StreamStatus::active ||
        before->mode != catalog::StreamMode::on_demand)
      return decision;
    const std::uint64_t open = state.totals({before->key.account, before->key.region}).open_shards;
    const std::uint64_t room = std::min<std::uint64_t>(
        limit - std::min<std::uint64_t>(open, limit),
        on_demand_shards_max -
            std::min<std::uint64_t>(before->open_shards.size(), on_demand_shards_max));
    catalog::Stream after = *before;
    Resharding resharding(after, state.next_partition(), now);
    if (!apply(plan, resharding, after, room)) return decision;
    decision.put(catalog::PutCounters{state.next_stream(), resharding.next_partition()});
    decision.put(before.get(), after);
    return decision;
  };
  co_return co_await outcome(catalog_.change(decide));
}

}  // namespace levada::kinesis
