#pragma once
// Sink: the port through which committed changes leave. streaming/ decides what is delivered and in
// which order; connect/ implements the port for a connector and says what has arrived.
//
// Changes are handed over in epochs, oldest first, only once they are durable. What is not yet
// acknowledged is handed over again after a restart, byte for byte.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "base/time.h"
#include "query/plan.h"
#include "query/sql_error.h"
#include "query/type.h"
#include "query/value.h"

namespace levada::streaming {

enum class SinkFormat : std::uint8_t { plain, upsert, debezium };

// One key's change in one epoch: insert (only `after`), delete (only `before`), update (both).
struct SinkChange {
  query::Row before;
  query::Row after;
};

// An epoch, or a piece of a large one.
struct SinkEpoch {
  std::uint64_t epoch = 0;  // rises; part of the acknowledgement cursor
  UnixMillis time{};        // t_e: the only clock that bytes may come from
  std::vector<SinkChange> changes;
  std::uint64_t first = 0;  // which of its epoch's changes the first of these is
  bool more = false;        // the epoch goes on in the next piece
};

struct SinkDefinition {
  std::uint32_t id = 0;
  std::string name;
  std::string database;
  std::string relation;  // FROM's bare name, or the sink's own for AS query
  SinkFormat format = SinkFormat::plain;
  bool legacy_format = false;  // type = '…' in WITH instead of FORMAT
  bool append_only = false;    // the relation never takes a row back
  std::vector<query::OutputColumn> columns;
  std::vector<std::size_t> key;  // primary_key, or the derived key (spec 1.3)
  bool key_is_explicit = false;
  bool has_stream_key = false;                                      // a key was derived at all
  std::vector<std::pair<std::string, std::string>> options;         // WITH (…)
  std::vector<std::pair<std::string, std::string>> format_options;  // ENCODE JSON (…)
  std::string encode = "JSON";
  std::string key_encode;  // "", "TEXT", "JSON", "BYTES"
};

struct SinkStatus {
  std::string state;  // starting, backfilling, running, throttled, failing, paused
  std::string last_error;
  UnixMillis last_error_at{};
  std::uint64_t acknowledged_epoch = 0;
  std::uint64_t sent_records = 0, sent_bytes = 0, calls = 0;
  std::uint64_t entry_failures = 0, throttled_calls = 0, resent_records = 0, duplicates_avoided = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Takes an epoch; returns at once. The sink keeps what it has not delivered; `backlog` says how
  // much, and streaming/ stops handing over (not forgetting) when it is much.
  virtual void take(std::shared_ptr<const SinkEpoch> piece) = 0;
  virtual std::uint64_t backlog() const = 0;  // changes taken and not acknowledged
  // Everything up to this epoch has arrived. May lag; never runs ahead.
  virtual std::uint64_t acknowledged() const = 0;
  // A restart would know that everything up to this epoch has arrived.
  virtual void remembered(std::uint64_t epoch) { (void)epoch; }
  // Whether what was taken is done with at once, so that nobody needs it again.
  virtual bool is_done_at_once() const { return false; }
  // Where at its destination that epoch ends, for whoever starts it again: opaque text.
  virtual std::string position() const { return {}; }
  virtual SinkStatus status() const = 0;
  // ALTER SINK … CONNECTOR WITH: new values of options; refuses those that cannot change.
  virtual query::SqlResult<Unit> alter(
      const std::vector<std::pair<std::string, std::string>>& options) = 0;
  virtual void pause(bool paused) = 0;
  virtual Task<Unit> stop() = 0;
};

// What is known of what a sink has delivered.
struct SinkStart {
  std::uint64_t acknowledged = 0;  // the last epoch; 0: none
  std::string position = {};       // as the sink told with it
  bool again = false;              // it may have sent more than that,
  std::uint64_t until = 0;         // but nothing of later epochs
};

// One connector ("kinesis"): checks a definition and starts sinks. `validate` runs before the
// statement is decided and may talk to the outside.
class SinkConnector {
 public:
  virtual ~SinkConnector() = default;
  virtual std::string_view name() const = 0;
  virtual Task<query::SqlResult<Unit>> validate(const SinkDefinition& definition) = 0;
  // Whether a sink of this definition may be altered so; what is decided, Sink::alter takes.
  virtual query::SqlResult<Unit> check_alter(
      const SinkDefinition& definition,
      const std::vector<std::pair<std::string, std::string>>& options) const = 0;
  // `progressed` is called (same reactor) when `acknowledged` or `backlog` moved.
  virtual std::unique_ptr<Sink> start(SinkDefinition definition, SinkStart where,
                                      std::function<void()> progressed) = 0;
};

}  // namespace levada::streaming
