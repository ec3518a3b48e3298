#include "kinesis/stream_meters.h"

namespace levada::kinesis {
namespace {

constexpr const char* all_others = "*";
constexpr std::size_t remembered_max = 10'000;  // ids; then forgotten and looked up again
constexpr HistogramScale iterator_age_scale{1e-3, 0, 30};  // 1 ms … 12 days, shown in seconds

Counter& throttled(MetricsRegistry& registry, const std::string& stream, const char* verb) {
  return registry.counter("levada_kinesis_throttled_total",
                          "Records not written and GetRecords calls refused by a shard's limits.",
                          {{"stream", stream}, {"verb", verb}});
}

}  // namespace

StreamMeter::StreamMeter(MetricsRegistry& registry, const std::string& stream)
    : records_in(registry.counter("levada_kinesis_incoming_records_total",
                                  "Records acknowledged to producers.", {{"stream", stream}})),
      bytes_in(registry.counter("levada_kinesis_incoming_bytes_total",
                                "Data and partition keys of the records acknowledged.",
                                {{"stream", stream}})),
      records_out(registry.counter("levada_kinesis_outgoing_records_total",
                                   "Records read, by GetRecords and by subscriptions.",
                                   {{"stream", stream}})),
      bytes_out(registry.counter("levada_kinesis_outgoing_bytes_total",
                                 "Data and partition keys of the records read.",
                                 {{"stream", stream}})),
      writes_throttled(throttled(registry, stream, "write")),
      reads_throttled(throttled(registry, stream, "read")),
      iterator_age(registry.histogram("levada_kinesis_iterator_age_seconds",
                                      "How far behind the tip of its shard a read ended.",
                                      iterator_age_scale, {{"stream", stream}})) {}

StreamMeter& StreamMeters::of(const catalog::Stream& stream) {
  if (const auto at = by_id_.find(stream.id); at != by_id_.end()) return *at->second;
  if (by_id_.size() >= remembered_max) by_id_.clear();
  StreamMeter& meter = find(stream.key.name);
  by_id_.emplace(stream.id, &meter);
  return meter;
}

StreamMeter& StreamMeters::find(const std::string& name) {
  if (const auto at = by_name_.find(name); at != by_name_.end()) return *at->second;
  const std::string label = by_name_.size() < metered_streams_max ? name : all_others;
  std::unique_ptr<StreamMeter>& meter = by_name_[label];
  if (meter == nullptr) meter = std::make_unique<StreamMeter>(registry_, label);
  return *meter;
}

}  // namespace levada::kinesis
