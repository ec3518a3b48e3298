#include "server/build_products.h"

#include <algorithm>
#include <utility>

#include "io/real/process.h"

namespace levada::server {
namespace {

kinesis::ShardLimits shard_limits(const Configuration& configuration) {
  if (!configuration.shard_limits) return kinesis::ShardLimits::off();
  if (*configuration.shard_limits == ShardLimits{}) return kinesis::ShardLimits::aws();
  return kinesis::ShardLimits::custom(configuration.shard_limits->records_in,
                                      count(configuration.shard_limits->bytes_in));
}

kinesis::ServiceOptions kinesis_options(const Configuration& configuration,
                                        MetricsRegistry& metrics) {
  kinesis::ServiceOptions options;
  options.metrics = &metrics;
  options.directory = configuration.data_dir;
  options.key_store = configuration.key_store_file.value_or("");
  options.limits = shard_limits(configuration);
  options.control.transition_delay = configuration.stream_transition_delay;
  options.control.shard_limit = configuration.shard_limit;
  options.control.stream_limit = configuration.stream_limit;
  options.control.on_demand_stream_limit = configuration.on_demand_stream_limit;
  options.control.rolling_limits = configuration.rolling_limits == RollingLimits::aws;
  // Rates over less than a tenth of a second are noise.
  options.on_demand_window = std::max(configuration.on_demand_window, Millis(100));
  return options;
}

timestream::ServiceOptions timestream_options(const Configuration& configuration) {
  timestream::ServiceOptions options;
  options.directory = configuration.data_dir;
  options.objects = configuration.object_dir.value_or("");
  options.cache_max = timestream_cache(configuration, io::memory_of_system());
  return options;
}

}  // namespace

Result<std::unique_ptr<ProductFloor>> ProductFloor::build(const Configuration& configuration,
                                                          IoFloor& ground, LogFloor& logs,
                                                          io::EventLog& log,
                                                          MetricsRegistry& metrics) {
  std::unique_ptr<ProductFloor> floor(new ProductFloor(configuration, ground, logs, log, metrics));
  TRY(ground.reactors->run(floor->home_, [&] { return floor->kinesis_->open(); }));
  floor->open_ = true;
  timestream::Service& timestream = *floor->timestream_;
  TRY(ground.reactors->run(timestream.home().index(), [&] { return timestream.open(); }));
  floor->timestream_open_ = true;
  timestream::QueryScheduler& scheduler = *floor->timestream_scheduler_;
  TRY(ground.reactors->run(timestream.home().index(), [&] { return scheduler.open(); }));
  return floor;
}

ProductFloor::ProductFloor(const Configuration& configuration, IoFloor& ground, LogFloor& logs,
                           io::EventLog& log, MetricsRegistry& metrics)
    : reactors_(*ground.reactors),
      home_(logs.journals().of(log::catalog_partition).reactor.index()) {
  std::vector<kinesis::ReactorDoors> doors;
  for (std::uint32_t n = 0; n < ground.size(); ++n)
    doors.push_back({reactors_.at(io::ReactorIndex(n)), reactors_.random(io::ReactorIndex(n))});
  kinesis_ =
      std::make_unique<kinesis::Service>(std::move(doors), logs.journals(), reactors_.disk(home_),
                                         kinesis_options(configuration, metrics));
  const io::ReactorIndex timestream_home =
      logs.journals().of(timestream::definitions_partition).reactor.index();
  timestream_ = std::make_unique<timestream::Service>(
      logs.journals(), reactors_.disk(timestream_home), timestream_options(configuration));
  timestream_queries_ =
      std::make_unique<timestream::QueryDesk>(*timestream_, timestream_documents_);
  timestream_scheduler_ = std::make_unique<timestream::QueryScheduler>(
      *timestream_, *timestream_queries_, timestream_documents_, log);
}

ProductFloor::~ProductFloor() { (void)close(); }

Result<Unit> ProductFloor::close() {
  Result<Unit> timestream_closed = Unit{};
  if (std::exchange(timestream_open_, false)) {
    const io::ReactorIndex home = timestream_->home().index();
    (void)reactors_.run(home, [&] { return timestream_queries_->close(); });
    (void)reactors_.run(home, [&] { return timestream_scheduler_->close(); });
    timestream_closed = reactors_.run(home, [&] { return timestream_->stop(); });
  }
  if (!std::exchange(open_, false)) return timestream_closed;
  TRY(reactors_.run(home_, [&] { return kinesis_->stop(); }));
  return timestream_closed;
}

Task<Unit> ProductFloor::make_own_key(io::Reactor& asking) {
  const auto make = [this] { return kinesis_->make_own_key(); };
  co_return co_await outcome(io::call(asking, reactors_.at(home_), make));
}

}  // namespace levada::server
