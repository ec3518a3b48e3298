#pragma once
// TimestreamSink: a relation's changes become points of a table of this server's Timestream. Every
// row is one MULTI record: one column is its time, some are dimensions, the others are measures.
// A point's version is the epoch of its change, so that what is handed over again after a restart
// changes nothing, and a changed row takes the place of the one before. Points are never taken
// back: deletes are left out. A row that cannot be a point is counted and left out. Lives on the
// SQL engine's reactor.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/gate.h"
#include "io/reactor.h"
#include "io/signal.h"
#include "streaming/sink.h"
#include "timestream/data_model.h"
#include "timestream/service.h"

namespace levada::connect {

// What CREATE SINK … WITH (connector = 'timestream', …) says: database, table, time_column,
// dimensions ("a, b"), and measure_name, the sink's name where it is not given.
struct TimestreamTarget {
  std::string database, table;
  timestream::DataModel model;  // its columns are the relation's
};
query::SqlResult<TimestreamTarget> read_timestream_target(
    const streaming::SinkDefinition& definition);

class TimestreamSink final : public streaming::Sink {
 public:
  // `tables` outlives the sink.
  TimestreamSink(io::Reactor& reactor, timestream::Service& tables, timestream::Caller caller,
                 streaming::SinkDefinition definition, TimestreamTarget target,
                 streaming::SinkStart where, std::function<void()> progressed);

  void take(std::shared_ptr<const streaming::SinkEpoch> epoch) override;
  std::uint64_t backlog() const override { return waiting_changes_; }
  std::uint64_t acknowledged() const override { return status_.acknowledged_epoch; }
  streaming::SinkStatus status() const override { return status_; }
  query::SqlResult<Unit> alter(
      const std::vector<std::pair<std::string, std::string>>& options) override;
  void pause(bool paused) override;
  Task<Unit> stop() override;

 private:
  using Rows = std::vector<std::vector<std::string>>;

  Task<Unit> run();
  Task<Unit> deliver(std::shared_ptr<const streaming::SinkEpoch> epoch);
  Task<Unit> write(std::shared_ptr<const timestream::MappedRows> rows, std::uint64_t epoch);
  Rows rows_of(const streaming::SinkEpoch& epoch) const;
  void note(std::string error);
  void leave_out(std::string why);

  io::Reactor& reactor_;
  timestream::Service& tables_;
  timestream::Caller caller_;
  streaming::SinkDefinition definition_;
  TimestreamTarget target_;
  std::vector<std::string> columns_;
  std::function<void()> progressed_;
  std::deque<std::shared_ptr<const streaming::SinkEpoch>> waiting_;
  std::uint64_t waiting_changes_ = 0;
  bool paused_ = false;
  streaming::SinkStatus status_;
  io::Signal changed_;
  io::Gate gate_;
};

// `connector = 'timestream'` in CREATE SINK.
class TimestreamSinkConnector final : public streaming::SinkConnector {
 public:
  // All outlive this and the sinks that it starts. `caller`: whose databases are meant.
  TimestreamSinkConnector(io::Reactor& reactor, timestream::Service& tables,
                          timestream::Caller caller)
      : reactor_(reactor), tables_(tables), caller_(std::move(caller)) {}

  std::string_view name() const override { return "timestream"; }
  Task<query::SqlResult<Unit>> validate(const streaming::SinkDefinition& definition) override;
  query::SqlResult<Unit> check_alter(
      const streaming::SinkDefinition& definition,
      const std::vector<std::pair<std::string, std::string>>& options) const override;
  std::unique_ptr<streaming::Sink> start(streaming::SinkDefinition definition,
                                         streaming::SinkStart where,
                                         std::function<void()> progressed) override;

 private:
  io::Reactor& reactor_;
  timestream::Service& tables_;
  timestream::Caller caller_;
};

}  // namespace levada::connect
