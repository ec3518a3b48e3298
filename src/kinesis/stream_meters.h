#pragma once
// StreamMeters: what is counted for each stream on one reactor; docs/operations.md lists it. A
// metric can never be taken back, so only the first streams get a label of their own; all others
// are counted together as "*", which is no stream's name.

#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/metrics.h"
#include "catalog/stream.h"

namespace levada::kinesis {

inline constexpr std::size_t metered_streams_max = 100;  // with a label of their own

struct StreamMeter {
  StreamMeter(MetricsRegistry& registry, const std::string& stream);

  Counter& records_in;
  Counter& bytes_in;  // data and partition keys, as they are billed
  Counter& records_out;
  Counter& bytes_out;
  Counter& writes_throttled;  // records
  Counter& reads_throttled;   // calls
  Histogram& iterator_age;    // milliseconds behind the tip, after a read
};

class StreamMeters {
 public:
  explicit StreamMeters(MetricsRegistry& registry) : registry_(registry) {}

  StreamMeter& of(const catalog::Stream& stream);

 private:
  StreamMeter& find(const std::string& name);

  MetricsRegistry& registry_;
  std::map<std::string, std::unique_ptr<StreamMeter>> by_name_;
  std::unordered_map<catalog::StreamId, StreamMeter*> by_id_;  // of streams seen of late
};

}  // namespace levada::kinesis
