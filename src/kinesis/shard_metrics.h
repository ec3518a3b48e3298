#pragma once
// ShardMetrics: the shard-level numbers of streams with enhanced monitoring, under CloudWatch's
// names, for /metrics. Looks at what the owners count once a second; nothing here is on a record's
// way. A series begins with its shard's owner and stays until the server ends.

#include <array>
#include <map>

#include "base/metrics.h"
#include "kinesis/shard_load.h"

namespace levada::kinesis {

class ShardMetrics {
 public:
  explicit ShardMetrics(MetricsRegistry& registry) : registry_(registry) {}

  // `stream` has the metrics that its bits name.
  void show(const catalog::Stream& stream, catalog::ShardIndex shard, const ShardLoad& load);

 private:
  struct Series {
    std::array<Counter*, 6> counters{};  // by metric; null: never asked for
    Gauge* iterator_age = nullptr;
  };
  MetricsRegistry& registry_;
  std::map<std::pair<catalog::StreamId, catalog::ShardIndex>, Series> series_;
};

}  // namespace levada::kinesis
