#pragma once
// Engine: the SQL engine of one server. Lives on one reactor with a journal partition of its own.
// Writers join the next epoch; an epoch is appended, then applied: tables take its rows, the
// circuits above them run in the order of their making, sinks get what changed. Whoever was
// answered reads what was written.

#include <coroutine>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/task.h"
#include "io/disk.h"
#include "io/gate.h"
#include "io/reactor.h"
#include "io/signal.h"
#include "io/sliced.h"
#include "log/journals.h"
#include "query/sql_error.h"
#include "query/state_codec.h"
#include "state/fold.h"
#include "streaming/blackhole_sink.h"
#include "streaming/decision.h"
#include "streaming/definition_cipher.h"
#include "streaming/objects.h"
#include "streaming/sink.h"
#include "streaming/source.h"

namespace levada::streaming {

using query::SqlError;
using query::SqlResult;

// Far above the ids that the catalog gives to shards.
inline constexpr log::PartitionId sql_partition{(std::uint64_t{1} << 52) + 1};

struct EngineOptions {
  std::string checkpoint_path;
  std::string database = "dev";
  Bytes memory_limit = 4_GiB;          // rows and states; then INSERT and CREATE answer 53200
  DefinitionCipher* cipher = nullptr;  // null: what names secrets lies in the journal as it is
  OutboxLimits outboxes = {};          // what sinks have not delivered
  // Of journal until a checkpoint is written, or half the last one's size if that is more.
  Bytes checkpoint_interval = 64_MiB;
  Millis tick_interval = Millis(100);  // how often now() moves in temporal filters
};

struct Change;  // definition.h

struct Altered;

class Engine final : public state::Folded {
 public:
  Engine(const log::Journal& journal, io::Disk& disk, EngineOptions options);
  ~Engine() override;

  // Before open(); they outlive the engine.
  void add_connector(SinkConnector& connector) { sink_connectors_.push_back(&connector); }
  void add_connector(SourceConnector& connector) { source_connectors_.push_back(&connector); }

  // Recovers, then starts sources and sinks.
  Task<Unit> open();
  Task<Unit> stop();

  io::Reactor& reactor() { return journal_.reactor; }
  const EngineOptions& options() const { return options_; }
  Catalog& catalog() { return catalog_; }
  Outboxes& outboxes() { return outboxes_; }
  std::uint64_t epoch() const { return epoch_; }
  std::int64_t started() const { return started_; }  // microseconds since 1970-01-01

  // A start leaves views unfilled (postponed.cc). Whoever reads one waits until all are filled.
  bool is_postponed(RelationId id) const;
  Task<Unit> filled(query::Plan plan);
  Task<Unit> all_filled();

  // Rows of a readable relation, as of the last epoch.
  query::Delta rows_of(const Relation& relation, std::string_view database = {});
  // Those that may have these values; a table is looked up when they cover its key.
  query::Delta rows_of(const Relation& relation, const query::Equalities& equalities,
                       std::string_view database);

  // Joins the next epoch; visible when it resolves.
  Task<SqlResult<Unit>> write(std::vector<Input> inputs);
  // The same for what depends on the tables: `decide` runs when every earlier write is applied, and
  // its inputs come before any later one.
  using Decide = std::function<SqlResult<std::vector<Input>>(io::Slices& slices)>;
  Task<SqlResult<Unit>> write(Decide decide);
  // Alone in its epoch. Checked against the catalog when its turn comes; an error changes nothing.
  // The id in it is given then. `stopped`: an error when nobody wants it any more, asked while a
  // new view takes the rows that are there.
  using Stopped = std::function<std::optional<SqlError>()>;
  Task<SqlResult<Unit>> define(Definition definition, Stopped stopped);
  SqlResult<Unit> check_memory() const;
  SqlResult<Unit> check_room() const;  // memory, and disk for what sinks do not get rid of

  // For a new row id; unique for ever, also after a restart.
  std::int64_t next_row_id() { return next_row_id_++; }
  // For rows that come while an epoch is applied: counted apart, so that replay counts alike.
  std::int64_t next_sunk_row_id() { return next_sunk_row_id_--; }

  SourceStatus source_status(RelationId id) const;
  SinkConnector* sink_connector(std::string_view name) const;
  SourceConnector* source_connector(std::string_view name) const;

  Result<Unit> apply(ByteView decision) override;
  Buffer checkpoint() const override;
  Result<Unit> restore(ByteView checkpoint) override;

 private:
  // Whoever waits for an epoch: resumed with what became of it.
  struct Waiting : io::Posted {
    std::coroutine_handle<> self;
    SqlResult<Unit> result;
  };
  struct Pending {
    std::vector<Input> inputs;
    Decide decide;
    std::optional<Definition> definition;
    Stopped stopped;
    std::vector<Acknowledgement> acknowledgements;
    bool tick = false;
    Waiting* waiting = nullptr;
  };
  struct Postponed {
    RelationId view;
    std::uint64_t epoch;  // that it belongs to, with its time
    std::int64_t time;
  };
  struct Join;                                         // awaits a Pending
  using Arrival = std::map<RelationId, query::Delta>;  // what changed in an epoch so far

  Task<SqlResult<Unit>> commit(std::vector<Input> inputs);
  Task<Unit> commit_all();
  std::vector<Waiting*> next_decision(Decision& decision, bool& tick, io::Slices& slices);
  SqlResult<Unit> fill(Change& change, const Decision& decision, const Stopped& stopped,
                       io::Slices& slices);
  Task<Unit> append(Decision decision);
  Task<Unit> write_checkpoint();
  Task<Unit> place_checkpoint(std::unique_ptr<state::CheckpointFile> file, log::Position covers);
  void save(query::StateWriter& out) const;
  void save(const Object& object, query::StateWriter& out) const;
  bool restore(Object& object, query::StateReader& in);
  bool computed_again(Object& object);
  Task<Unit> run_ticks();
  Task<Unit> run_source(RelationId id);
  void enqueue(Pending pending);
  bool fit(const std::vector<Input>& inputs);
  std::int64_t now_micros();

  Result<Unit> apply_decision(const Decision& decision);
  Result<Unit> unseal(Definition& definition) const;
  bool is_made(Object& object);
  Input to_be_made(const Object& object, const std::map<std::string, std::string>& positions);
  void make_rows(Object& object, Input& input, std::int64_t time);
  void take_input(const Input& input, std::int64_t time, Arrival& arrival);
  void run_circuits(Arrival arrival, std::int64_t time);
  void feed_sink(Object& object, query::Delta delta, std::int64_t time);
  void hand_over(Object& object);
  void add_acknowledgements(Decision& decision);
  void perform(Change change, bool with_rows);
  void feed_table(const Object& object, const query::Delta& delta, const query::SessionFacts& facts,
                  Arrival& arrival);
  void alter(Altered change, bool with_rows);
  enum class Restored : bool { no, yes };
  SqlResult<Unit> fill(Object& object, std::uint64_t epoch, std::int64_t time,
                       query::Breath* breath);
  void backfill(Object& object, Restored restored);
  bool postpone(const Object& object);
  void fill(const Postponed& one, query::Breath* breath);
  void fill_postponed();
  void fill_before_change_of(RelationId id);
  Task<Unit> fill_behind_start();
  enum class Begun : std::uint8_t { anew, again };
  void start_feeds(Object& object, Begun begun);
  void stop_feeds(Object& object);

  log::Journal journal_;
  io::Disk& disk_;
  EngineOptions options_;
  Outboxes outboxes_;
  Catalog catalog_;
  state::Fold fold_;
  io::Gate gate_;
  BlackholeConnector blackhole_;
  std::vector<SinkConnector*> sink_connectors_{&blackhole_};
  std::vector<SourceConnector*> source_connectors_;

  std::deque<Pending> pending_;
  bool committing_ = false;
  bool running_ = false;  // feeds may start
  MonotonicNanos session_wrote_{};
  const Decision* in_flight_ = nullptr;
  std::unique_ptr<Change> built_;    // of the definition in flight
  std::vector<Decision> parts_;      // of an epoch that has several decisions
  std::deque<Postponed> postponed_;  // in the order in which they were made
  io::Signal filled_{journal_.reactor};
  std::vector<Definition> history_;  // every definition ever, for checkpoints
  std::uint64_t bytes_since_checkpoint_ = 0, checkpoint_bytes_ = 0;
  bool writing_checkpoint_ = false;  // it is encoded, but not durable yet
  std::vector<std::unique_ptr<Sink>> stopping_, dropped_;
  std::map<std::uint32_t, std::shared_ptr<SourceReader>> readers_;  // by their relation

  std::map<std::uint32_t, query::Value> watermarks_;  // of tables and sources that have one
  std::uint64_t epoch_ = 0;
  std::int64_t time_ = 0;
  std::int64_t started_ = now_micros();
  std::int64_t next_row_id_ = 1;
  std::int64_t next_sunk_row_id_ = -1;
};

}  // namespace levada::streaming
