#include "kinesis/shard_metrics.h"

#include "kinesis/shard_id.h"

namespace levada::kinesis {
namespace {

// In the order of AWS's model, which is that of a stream's metric bits; the seventh is a gauge.
struct Row {
  std::string_view name, help;
  std::uint64_t ShardLoad::*value;
};
constexpr std::array<Row, 6> rows = {{
    {"levada_kinesis_shard_incoming_bytes_total", "IncomingBytes: data and keys taken.",
     &ShardLoad::bytes_in},
    {"levada_kinesis_shard_incoming_records_total", "IncomingRecords: records taken.",
     &ShardLoad::records_in},
    {"levada_kinesis_shard_outgoing_bytes_total", "OutgoingBytes: data and keys read.",
     &ShardLoad::bytes_out},
    {"levada_kinesis_shard_outgoing_records_total", "OutgoingRecords: records read.",
     &ShardLoad::records_out},
    {"levada_kinesis_shard_write_provisioned_throughput_exceeded_total",
     "WriteProvisionedThroughputExceeded: records refused.", &ShardLoad::records_refused},
    {"levada_kinesis_shard_read_provisioned_throughput_exceeded_total",
     "ReadProvisionedThroughputExceeded: GetRecords calls refused.", &ShardLoad::reads_refused},
}};
constexpr std::string_view age_name = "levada_kinesis_shard_iterator_age_milliseconds";

}  // namespace

void ShardMetrics::show(const catalog::Stream& stream, catalog::ShardIndex shard,
                        const ShardLoad& load) {
  Series& series = series_[{stream.id, shard}];
  const auto asked = [&](std::size_t bit) { return (stream.metrics >> bit & 1) != 0; };
  for (std::size_t n = 0; n < rows.size(); ++n) {
    if (!asked(n)) continue;
    Counter*& counter = series.counters[n];
    if (counter == nullptr)
      counter = &registry_.counter(rows[n].name, rows[n].help,
                                   {{"stream", stream.key.name}, {"shard", shard_id(shard)}});
    counter->add(load.*rows[n].value - counter->value());
  }
  if (!asked(rows.size())) return;
  if (series.iterator_age == nullptr)
    series.iterator_age =
        &registry_.gauge(age_name, "IteratorAgeMilliseconds of the last polling read.",
                         {{"stream", stream.key.name}, {"shard", shard_id(shard)}});
  series.iterator_age->set(load.iterator_age.count());
}

}  // namespace levada::kinesis
