#pragma once
// KinesisSink: a relation's changes on their way into a stream: formatted when they are taken, sent
// lane by lane, sent again until they have arrived (streaming spec 2.2). Lives on the SQL engine's
// reactor.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "connect/sink_format.h"
#include "connect/sink_lanes.h"
#include "connect/sink_positions.h"
#include "connect/sink_read_back.h"
#include "io/gate.h"
#include "io/random.h"
#include "io/reactor.h"
#include "io/signal.h"
#include "streaming/sink.h"

namespace levada::connect {

class KinesisSink final : public streaming::Sink {
 public:
  KinesisSink(io::Reactor& reactor, io::Random& random, KinesisPorts& ports,
              streaming::SinkDefinition definition, SinkOptions options, streaming::SinkStart where,
              std::function<void()> progressed);
  ~KinesisSink() override;

  void take(std::shared_ptr<const streaming::SinkEpoch> epoch) override;
  std::uint64_t backlog() const override;
  std::uint64_t acknowledged() const override;
  std::string position() const override;
  void remembered(std::uint64_t epoch) override;
  streaming::SinkStatus status() const override;
  query::SqlResult<Unit> alter(
      const std::vector<std::pair<std::string, std::string>>& options) override;
  void pause(bool paused) override;
  Task<Unit> stop() override;

 private:
  // Records that are known to be in the stream.
  struct Settled {
    std::unordered_set<std::string> records;  // shard, blank, sequence number
    SequenceNumbers highest;
    void add(std::string shard, std::string_view sequence_number);
  };
  // How a lane fares, beside what it holds.
  struct Pace {
    MonotonicNanos next{};        // not before this
    std::uint32_t throttled = 0;  // calls in a row that brought nothing on
    std::uint32_t failures = 0;   // in a row
    bool one_by_one = false;      // a call was refused as a whole: which entry is it?
  };

  Task<Unit> run();
  Task<Unit> find_shards();
  Task<Unit> read_back();
  Task<Unit> rest();  // until pause_until_, or the end
  Task<FoundRecords> read_behind_cuts(const std::vector<ShardInfo>& shards, Settled& found);
  void turn_round();
  bool has_more_of_round() const;
  bool round_is_over() const;
  std::uint64_t horizon() const;
  bool has_all_that_may_be_sent() const;
  bool wants_records() const;
  bool refill();  // from taken_ into the lanes; whether there is more to do at once
  bool format_front(std::size_t changes_max);
  void ask_the_stream();
  MonotonicNanos pump();  // starts the calls that may start; when to look again
  Task<Unit> send(std::size_t lane, std::vector<PutEntry> batch);
  void settle(std::size_t lane, const std::vector<PutOutcome>& outcomes);
  void fail_call(std::size_t lane, std::size_t entries, const Error& error);
  Nanos throttle_pause(std::uint32_t times);
  Nanos failure_pause(std::uint32_t times);
  void note_error(std::string text);
  MonotonicNanos now() const { return reactor_.clock().monotonic(); }

  io::Reactor& reactor_;
  io::Random& random_;
  KinesisPorts& ports_;
  streaming::SinkDefinition definition_;
  SinkOptions options_;
  SinkFormatter formatter_;
  std::function<void()> progressed_;
  std::shared_ptr<KinesisPort> port_;
  SinkLanes lanes_;
  std::vector<Pace> paces_;  // of the lanes
  // Epochs whose records are not in the lanes yet: only as much is formatted as keeps them busy.
  std::deque<std::shared_ptr<const streaming::SinkEpoch>> taken_;
  std::size_t formatted_ = 0;      // changes of the front one
  std::uint64_t unformatted_ = 0;  // changes of all
  SinkRecords formatted_records_;
  std::uint64_t last_taken_;  // of which nothing is still to be handed over
  // exactly_once: what is sent goes in rounds, one after the other, so that behind a round the
  // highest sequence number of each shard divides what is acknowledged from what is not.
  std::uint64_t round_end_;                                 // the last epoch of the round under way
  std::uint64_t acknowledged_;                              // of the last round that ended
  SequenceNumbers cuts_;                                    // where that one ended
  Settled settled_;                                         // by the round under way
  std::deque<std::pair<std::uint64_t, UnixMillis>> times_;  // of epochs taken and not acknowledged
  // Behind what a restart would know of, no more is sent than it could hold in memory: it must
  // look for all of that in the stream.
  struct Unremembered {
    std::uint64_t epoch;
    std::uint64_t changes;
    bool whole;
  };
  std::deque<Unremembered> unremembered_;
  std::uint64_t unremembered_changes_ = 0;
  bool read_back_ = false;        // before anything more is sent
  std::uint64_t read_back_from_;  // when this epoch has been taken
  MonotonicNanos read_back_after_{}, pause_until_{};
  bool shards_known_ = false;
  bool refresh_shards_ = false;
  MonotonicNanos shards_found_{};
  bool paused_ = false;
  bool encode_failed_ = false;  // a value without JSON: nothing may pass it
  double allowance_ = 0;        // rows that the rate limit leaves
  MonotonicNanos allowance_at_{};
  streaming::SinkStatus status_;
  io::Signal changed_;
  io::Gate gate_;
};

// `connector = 'kinesis'` in CREATE SINK.
class KinesisSinkConnector final : public streaming::SinkConnector {
 public:
  // All outlive this and the sinks that it starts.
  KinesisSinkConnector(io::Reactor& reactor, io::Random& random, KinesisPorts& ports)
      : reactor_(reactor), random_(random), ports_(ports) {}

  std::string_view name() const override { return "kinesis"; }
  Task<query::SqlResult<Unit>> validate(const streaming::SinkDefinition& definition) override;
  query::SqlResult<Unit> check_alter(
      const streaming::SinkDefinition& definition,
      const std::vector<std::pair<std::string, std::string>>& options) const override;
  std::unique_ptr<streaming::Sink> start(streaming::SinkDefinition definition,
                                         streaming::SinkStart where,
                                         std::function<void()> progressed) override;

 private:
  io::Reactor& reactor_;
  io::Random& random_;
  KinesisPorts& ports_;
};

}  // namespace levada::connect
