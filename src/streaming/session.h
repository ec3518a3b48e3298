#pragma once
// Session: what one connection does with streaming SQL, without a wire: parse, prepare, describe,
// bind, fetch; settings, transactions, notices, cancellation. The PostgreSQL face is a translation
// of this header.
//
// Everything runs on the SQL engine's reactor. A verb that may wait is a Task whose value is a
// SqlResult: the Task's own error only says that the server is stopping (closed) or its log is
// broken. Verbs of one session are awaited one after the other.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "query/sql_error.h"
#include "query/text.h"
#include "query/type.h"
#include "query/value.h"

namespace levada::streaming {

using query::Row;
using query::SqlError;
using query::SqlResult;
using query::Type;
using query::Value;

class Engine;  // service.h makes it; sessions look at it
struct ParsedStatement;
struct PreparedPlan;
class CursorRun;

// What the face must know to drive the protocol; everything else is `other`.
enum class StatementKind : std::uint8_t {
  query,  // SELECT, VALUES, SHOW, DESCRIBE, EXPLAIN, FETCH: has result columns
  dml,    // INSERT, UPDATE, DELETE; with RETURNING it has result columns too
  begin,
  commit,
  rollback,
  copy_in,   // COPY … FROM STDIN
  copy_out,  // COPY … TO STDOUT
  other,
};

struct CopyFormat {
  enum class Kind : std::uint8_t { text, csv, binary };
  Kind kind = Kind::text;
  char delimiter = '\t';
  std::string null_text = "\\N";
  bool header = false;
  char quote = '"';
  char escape = '"';
};

// One statement of a text that was parsed. Cheap to copy.
class Statement {
 public:
  StatementKind kind() const;
  std::string_view text() const;   // as the client wrote it
  std::uint32_t position() const;  // of its first character in the whole text, from 1
  const std::optional<CopyFormat>& copy() const;
  // May run while the transaction has failed: ROLLBACK, COMMIT, ROLLBACK TO.
  bool ends_transaction() const;

  explicit Statement(std::shared_ptr<const ParsedStatement> parsed) : parsed_(std::move(parsed)) {}
  const ParsedStatement& parsed() const { return *parsed_; }

 private:
  std::shared_ptr<const ParsedStatement> parsed_;
};

struct ResultColumn {
  std::string name;
  Type type;
  std::uint32_t table = 0;  // oid of the relation it comes from unchanged; 0 = none
  std::int16_t number = 0;  // its attribute number there, from 1
};

// A statement whose names and types are resolved. A later change of the catalog makes it stale;
// Session::open then prepares it again by itself.
class Prepared {
 public:
  StatementKind kind() const;
  const Statement& statement() const;
  const std::vector<Type>& parameters() const;       // of $1, $2, …
  const std::vector<ResultColumn>& columns() const;  // empty: no rows (NoData)

  explicit Prepared(std::shared_ptr<const PreparedPlan> plan) : plan_(std::move(plan)) {}
  const std::shared_ptr<const PreparedPlan>& plan() const { return plan_; }

 private:
  std::shared_ptr<const PreparedPlan> plan_;
};

// Rows of one fetch.
struct Fetched {
  std::vector<Row> rows;
  bool done = false;  // nothing is left; `tag` is set
  std::string tag;    // "SELECT 3", "INSERT 0 1", "CREATE_TABLE", …
};

// A portal: a statement bound to its parameters, not yet (fully) run. A statement without rows runs
// at the first fetch. A query reads one consistent epoch, that of its first fetch.
class Cursor {
 public:
  explicit Cursor(std::unique_ptr<CursorRun> run);
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;
  ~Cursor();

  const std::vector<ResultColumn>& columns() const;
  // At most `rows_max` rows (0 = all).
  Task<SqlResult<Fetched>> fetch(std::uint64_t rows_max);

 private:
  std::unique_ptr<CursorRun> run_;
};

class CopyIn;

struct Notice {
  std::string severity;  // NOTICE, WARNING, INFO
  std::string sqlstate;  // "00000" unless it is a warning
  std::string message;
  std::string hint = {};
};

enum class TransactionState : char { idle = 'I', open = 'T', failed = 'E' };

// Who connects, from the startup message.
struct SessionOptions {
  std::string user = "root";
  std::string database = "dev";
  std::vector<std::pair<std::string, std::string>> settings = {};  // TimeZone, application_name, …
  std::uint32_t process_id = 0;                                    // pg_backend_pid()
};

class Session {
 public:
  Session(Engine& engine, SessionOptions options);
  ~Session();
  Session(const Session&) = delete;

  // Whether one may connect to it.
  static bool has_database(Engine& engine, std::string_view name);

  // The statements of a text, in order; empty text gives none. One syntax error refuses all.
  SqlResult<std::vector<Statement>> parse(std::string_view text);

  // Names and types. `parameter_oids`: what the client declared; 0 or missing = to be inferred.
  // Also for statements without parameters of the simple protocol.
  Task<SqlResult<Prepared>> prepare(Statement statement, std::vector<std::uint32_t> parameter_oids);

  // Binds. The parameters have the types that `prepared.parameters()` says (or NULL).
  Task<SqlResult<Cursor>> open(Prepared prepared, std::vector<Value> parameters);

  Task<SqlResult<CopyIn>> copy_in(Statement statement);
  // COPY … TO STDOUT: a cursor over the rows; the face writes them in the statement's format.
  Task<SqlResult<Cursor>> copy_out(Statement statement);

  // What FETCH brings from the cursor that DECLARE made under this name.
  std::optional<std::vector<ResultColumn>> declared_columns(std::string_view name) const;

  TransactionState transaction() const;
  // A statement has failed: so has the open transaction; what an implicit one wrote is gone.
  void statement_failed();
  // Statements that came together (one Query message, or up to Sync) are one transaction, unless
  // the client opened one itself. The face tells where it begins, before each of them, and where
  // it ends. A definition and FLUSH decide what was written before them.
  void begin_implicit();
  Task<SqlResult<Unit>> end_implicit();
  // Errors 25P02 unless the statement may run in the state that the transaction is in.
  SqlResult<Unit> admit(const Statement& statement) const;

  // Drained by the face after each verb.
  std::vector<Notice> take_notices();
  // Parameters whose values changed since the last call (name as PostgreSQL reports it:
  // "TimeZone").
  std::vector<std::pair<std::string, std::string>> take_changed_parameters();
  // Every parameter that is reported at startup, with its value.
  std::vector<std::pair<std::string, std::string>> reported_parameters() const;
  query::TextStyle text_style() const;  // looks at the session; valid until the next verb

  // The verb under way (if any) ends soon with 57014; called from the same reactor, any time.
  void cancel();

  struct State;  // session_state.h

 private:
  std::unique_ptr<State> state_;
};

// COPY … FROM STDIN under way. Rows have the columns that were named, in that order; the face (or
// `decode_line`) has turned the client's bytes into values. Nothing is visible before `finish`;
// dropped without it, nothing happened.
class CopyIn {
 public:
  CopyIn(Session::State& state, std::uint32_t relation, std::vector<std::size_t> targets,
         std::vector<Type> types);
  const std::vector<Type>& types() const { return types_; }
  SqlResult<Unit> write(std::vector<Row> rows);
  Task<SqlResult<std::string>> finish();  // the tag, "COPY 3"

 private:
  Session::State* state_;
  std::uint32_t relation_;
  std::vector<std::size_t> targets_;
  std::vector<Type> types_;
  std::vector<Row> rows_;
};

}  // namespace levada::streaming
