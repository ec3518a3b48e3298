#pragma once
// QueryDesk: runs queries and serves their results page by page (spec timestream 6.1). A query that
// takes long goes on behind: its caller gets an empty page and asks again. On the reactor that owns
// the tables.

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "io/gate.h"
#include "io/signal.h"
#include "timestream/documents.h"
#include "timestream/object_directory.h"
#include "timestream/service.h"
#include "timestream/sql/execution.h"

namespace levada::timestream {

struct QueryCommand {
  std::string text;
  std::string client_token, next_token;  // empty: not given
  std::size_t max_rows = 0;              // 0: not given
  bool insights = false;
};

struct QueryAnswer {
  std::string id;
  std::shared_ptr<const sql::Relation> result;
  std::size_t begin = 0, end = 0;  // which of its rows are the page
  std::size_t next_end = 0;        // where the page behind this one would end
  std::string next_token;          // empty: this was the last page
  double progress = 100;
  std::int64_t bytes_scanned = 0, bytes_metered = 0;
  std::optional<QueryInsights> insights;
};

struct Prepared {
  struct Column {
    sql::ScopeColumn column;
    std::string database, table;  // where it comes from, if it is a column of a table
    bool aliased = false;
  };
  std::vector<Column> columns;
  std::set<std::string> parameters;
};

// What one run of a statement gave.
struct Answered {
  sql::Relation result;
  std::int64_t bytes_scanned = 0, bytes_metered = 0;
  QueryInsights insights;
};

class QueryDesk {
 public:
  // All outlive the desk.
  QueryDesk(Service& service, const Documents& documents)
      : service_(service), documents_(documents), gate_() {}

  Task<QueryAnswer> query(Caller caller, QueryCommand command);
  Task<std::string> cancel(Caller caller, std::string id);  // the message
  // Checks the text and tells its columns; reads no data.
  Task<Prepared> prepare(Caller caller, std::string text);
  // Ends what still runs. Nothing may be asked after this.
  Task<Unit> close();

  // For scheduled queries: analysis and a run with @scheduled_runtime, in nanoseconds.
  Task<sql::Scope> analyze(Caller caller, std::string text, std::int64_t scheduled_runtime);
  Task<Answered> answer(Caller caller, std::string text, std::int64_t scheduled_runtime,
                        bool insights);

 private:
  struct Run {
    explicit Run(io::Reactor& reactor) : ended(reactor) {}
    std::string id, account, text, client_token;
    std::size_t max_rows = 0;
    UnixMillis began, asked;
    bool insights = false;
    Answered answered;  // its result is moved to
    std::shared_ptr<const sql::Relation> result;
    std::size_t size() const { return result ? result->size() : 0; }
    struct NextPage {
      std::size_t from, to, max_rows;
    };
    std::optional<NextPage> next;  // where the page behind the last one asked for lies
    std::optional<Error> error;
    std::size_t cells = 0;    // of the result, while it is kept
    std::size_t waiting = 0;  // callers, for its end
    bool done = false, read = false, cancelled = false;
    io::Signal ended;
  };
  using RunPointer = std::shared_ptr<Run>;

  Task<RunPointer> start(Caller caller, const QueryCommand& command);
  Task<Unit> work(Caller caller, RunPointer run, sql::Statement statement);
  Task<Answered> execute(Caller caller, const sql::Statement& statement, const std::string& id,
                         bool insights, const bool& cancelled,
                         std::optional<std::int64_t> scheduled_runtime, bool as_columns);
  // The page of a run that may still be under way.
  Task<QueryAnswer> serve(Caller caller, RunPointer run, std::size_t from, std::size_t max_rows);
  Result<QueryAnswer> page(Run& run, std::size_t from, std::size_t max_rows) const;
  RunPointer find(const std::string& account, const std::string& id) const;
  void forget(const RunPointer& run);
  void forget_old(UnixMillis now);
  sql::Limits limits(Nanos time);
  std::string new_id();

  Service& service_;
  const Documents& documents_;
  std::deque<RunPointer> runs_;  // the oldest first
  std::uint64_t started_ = 0;
  std::size_t cells_running_ = 0, cells_kept_ = 0;
  std::optional<MonotonicNanos> last_insights_;
  io::Gate gate_;
};

}  // namespace levada::timestream
