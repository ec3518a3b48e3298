#pragma once
// StreamFeeds: streams of this server that feed tables of this server: JSON records become points
// by a data model. Which stream feeds which table, tags of the table say
// (timestream/stream_feed.h), and are watched; positions are kept with the table, so that a feed
// goes on where it was. A record that cannot be a point is counted and left out. Records behind the
// kept position may be written twice after a crash, which changes nothing.

#include <map>
#include <memory>
#include <string>

#include "base/metrics.h"
#include "io/gate.h"
#include "kinesis/control_plane.h"
#include "kinesis/data_plane.h"
#include "timestream/data_model.h"
#include "timestream/service.h"

namespace levada::connect {

class StreamFeeds {
 public:
  // All of the reactor that owns the tables; they outlive the feeds.
  struct Doors {
    io::Reactor& reactor;
    timestream::Service& tables;
    kinesis::DataPlane& data;
    kinesis::ControlPlane& control;
    MetricsRegistry& metrics;
  };
  explicit StreamFeeds(Doors doors) : doors_(doors) {}

  void start() { gate_.spawn(watch()); }
  Task<Unit> stop() { return gate_.close(); }

 private:
  struct Feed;
  struct Batch;
  struct Counters {
    Counter& records;
    Counter& bad;
  };

  Task<Unit> watch();
  void begin_and_end();
  Counters& counters_of(const std::string& database, const std::string& table,
                        const std::string& stream);
  Task<Unit> run(std::shared_ptr<Feed> feed);
  Task<Unit> read_model(std::shared_ptr<Feed> feed);
  Task<Unit> read_shards(std::shared_ptr<Feed> feed);
  Task<Unit> read_shard(std::shared_ptr<Feed> feed, std::string shard);
  Task<Unit> write(std::shared_ptr<Feed> feed, std::shared_ptr<Batch> batch);
  Task<Unit> pause(Nanos how_long) { return io::sleep_for(doors_.reactor, how_long); }

  Doors doors_;
  std::map<timestream::TableId, std::shared_ptr<Feed>> feeds_;
  std::map<std::string, Counters> counters_;
  io::Gate gate_;
};

// The JSON of a DataModel, as the API spells it. Errors: invalid, validation.
Result<timestream::DataModel> read_data_model(std::string_view json);

}  // namespace levada::connect
