#pragma once
// What the parts of a session share. Only session.cc, preparation.cc and execution.cc look at it.

#include <map>
#include <optional>
#include <variant>

#include "sql/binder.h"
#include "sql/statement.h"
#include "streaming/engine.h"
#include "streaming/session.h"
#include "streaming/session_catalog.h"
#include "streaming/settings.h"
#include "streaming/subscription.h"
#include "streaming/transaction.h"

namespace levada::streaming {

struct ParsedStatement {
  std::shared_ptr<const std::string> whole;  // the text that it is a part of
  std::shared_ptr<const sql::Statement> statement;
  std::uint32_t position = 1;  // in characters
  std::optional<CopyFormat> copy;
  StatementKind kind = StatementKind::other;

  std::string_view text() const {
    return std::string_view(*whole).substr(statement->begin, statement->end - statement->begin);
  }
};

// Rows that a statement shows without a plan: SHOW, DESCRIBE, EXPLAIN.
struct Shown {
  std::vector<Row> rows;
};

struct PreparedPlan {
  explicit PreparedPlan(Statement s) : statement(std::move(s)) {}
  Statement statement;
  std::vector<Type> parameters;
  std::vector<ResultColumn> columns;
  std::variant<std::monostate, sql::BoundQuery, sql::BoundChange, Shown> bound;
  std::shared_ptr<const Relation> target = {};  // of an INSERT, UPDATE, DELETE
  std::uint64_t catalog_version = 0;
  // Of EXECUTE: itself, and its arguments for the statement that it names.
  std::optional<Statement> written = {};
  std::vector<Value> arguments = {};
};

struct NamedStatement {
  Statement statement;
  std::vector<std::uint32_t> types;  // oids that PREPARE told
};

struct DeclaredCursor {
  std::vector<ResultColumn> columns;
  std::vector<Row> rows;
  std::size_t at = 0;        // the row it stands on, from 1; see fetched_from
  std::uint64_t number = 0;  // in the order of their declarations
  std::optional<SubscriptionCursor> subscribed = {};
};

struct Session::State {
  State(Engine& e, SessionOptions o) : engine(e), options(std::move(o)) {}

  Engine& engine;
  SessionOptions options;
  Settings settings;
  TransactionState transaction = TransactionState::idle;
  bool implicit = false;   // of the statements of one message; the client did not open it
  bool read_only = false;  // this transaction
  bool defined = false;    // this transaction made, changed or dropped something
  TransactionWrites writes;
  struct Savepoint {
    std::string name;
    std::size_t writes = 0;
    std::uint64_t cursors = 0;  // those from this number on come behind it
    bool defined = false;       // before it
  };
  std::vector<Savepoint> savepoints;  // of this transaction, inner ones last
  std::vector<Notice> notices;
  std::map<std::string, DeclaredCursor> cursors;
  std::uint64_t next_cursor = 0;
  std::map<std::string, NamedStatement> named;  // by PREPARE
  bool cancelled = false;

  // Why the verb under way must end, if it must.
  std::optional<query::SqlError> stopped() const;
  sql::BindOptions bind_options(const Statement& statement) const;
  query::SessionFacts facts();
  // Into the next epoch, or to what COMMIT will decide.
  Task<SqlResult<Unit>> write(std::vector<Input> inputs);
  // What begins or ends with a transaction.
  void begin(bool only_reads);
  Task<SqlResult<Unit>> commit();
  Task<SqlResult<Unit>> end_implicit();
  void end_transaction();
  void notice(std::string message, std::string severity = "NOTICE") {
    notices.push_back({std::move(severity), "00000", std::move(message), {}});
  }
};

// A statement at work: lets the reactor's others run, until it is cancelled or has filled the
// memory.
class StatementBreath final : public query::Breath {
 public:
  StatementBreath(const Session::State& state, io::Slices& slices)
      : state_(state), slices_(slices) {}
  std::optional<query::SqlError> draw() override {
    slices_.pause_if_due();
    return state_.stopped();
  }

 private:
  const Session::State& state_;
  io::Slices& slices_;
};

SqlResult<std::shared_ptr<const PreparedPlan>> prepared(Session::State& state, Statement statement,
                                                        std::vector<std::uint32_t> parameter_oids);
std::vector<ResultColumn> result_columns(const std::vector<query::OutputColumn>& from);
StatementKind kind_of(const sql::Statement& statement);
// named_statements.cc
SqlResult<Unit> keep_statement(Session::State& state, const Statement& written);
SqlResult<Unit> forget_statement(Session::State& state, const sql::Deallocate& deallocate);
SqlResult<std::shared_ptr<const PreparedPlan>> executed(Session::State& state,
                                                        const Statement& written);
// show.cc
SqlResult<std::pair<std::vector<ResultColumn>, Shown>> shown(Session::State& state,
                                                             const Statement& statement);

class CursorRun {
 public:
  CursorRun(Session::State& state, std::shared_ptr<const PreparedPlan> plan,
            std::vector<Value> parameters)
      : state_(state), plan_(std::move(plan)), parameters_(std::move(parameters)) {}

  const std::vector<ResultColumn>& columns() const { return plan_->columns; }
  Task<SqlResult<Fetched>> fetch(std::uint64_t rows_max);

 private:
  Task<SqlResult<Unit>> run();
  Task<SqlResult<Unit>> sleep(const query::Plan& plan);
  std::vector<query::Recursion> with_parameters(
      const std::vector<query::Recursion>& recursions) const;
  Task<SqlResult<Unit>> change(const sql::BoundChange& bound);
  Task<SqlResult<Unit>> truncate(const sql::Truncate& form);
  Task<SqlResult<Unit>> define();
  Task<SqlResult<Unit>> transaction(const sql::Transaction& form);
  SqlResult<Unit> savepoint(const sql::Transaction& form);
  SqlResult<Unit> set(const sql::SetParameter& set);
  SqlResult<Unit> use(const std::vector<std::string>& arguments);
  Task<SqlResult<Unit>> command(const sql::Statement& statement);
  Task<SqlResult<Unit>> fetch_declared(const sql::Fetch& fetch);
  SqlResult<Unit> subscribe(const sql::DeclareCursor& declared);

  Session::State& state_;
  std::shared_ptr<const PreparedPlan> plan_;
  std::vector<Value> parameters_;
  bool ran_ = false;
  std::vector<Row> rows_;
  std::size_t next_ = 0;
  std::string tag_;      // without a count
  bool counts_ = false;  // the tag ends with the count of rows
  std::uint64_t count_ = 0;
};

}  // namespace levada::streaming
