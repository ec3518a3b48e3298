#pragma once
// OnDemand: scales the streams that are in on-demand mode. Once in a window it asks every shard's
// owner what was asked of it and has the catalog decide what follows. On the catalog's reactor.

#include "catalog/catalog.h"
#include "kinesis/neighbours.h"
#include "kinesis/scaling_plan.h"

namespace levada::kinesis {

class OnDemand {
 public:
  OnDemand(catalog::Catalog& catalog, const Neighbours& neighbours, const ShardLimits& limits,
           std::uint32_t shard_limit)
      : catalog_(catalog), neighbours_(neighbours), limits_(limits), shard_limit_(shard_limit) {}

  // To be called once in a window; `window` is the time since the last call.
  Task<Unit> look(Nanos window);

 private:
  struct Seen {
    std::uint64_t records = 0, bytes = 0;  // asked, when we last looked
  };
  using Place = std::pair<catalog::StreamId, catalog::ShardIndex>;

  Task<std::vector<LoadOfShard>> loads();
  Task<Unit> scale(catalog::StreamId stream, ScalingPlan plan);

  catalog::Catalog& catalog_;
  const Neighbours& neighbours_;
  const ShardLimits& limits_;
  std::uint32_t shard_limit_;
  std::map<Place, Seen> seen_;
  std::map<catalog::StreamId, ScalingMemory> memories_;
};

}  // namespace levada::kinesis
