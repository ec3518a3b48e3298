#pragma once
// Statements as the parser makes them. Definitions keep their text: what is created is kept as SQL
// and bound anew.

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/syntax.h"

namespace levada::sql {

using Options = std::vector<std::pair<std::string, std::string>>;  // names folded

struct ColumnDefinition {
  std::string name;
  TypeName type;
  bool has_type = true;
  bool not_null = false;
  bool primary_key = false;
  TermRef default_value;
  TermRef generated;
  std::uint32_t position = 0;
};

// FORMAT … ENCODE … (…) KEY ENCODE …
struct FormatClause {
  std::string format;  // upper case
  std::string encode;
  Options options;
  std::string key_encode;
};

struct IncludeClause {
  std::string what;  // key, partition, offset, timestamp, payload, header
  std::string alias;
};

struct Watermark {
  std::string column;
  TermRef term;
  bool with_ttl = false;
};

enum class ConflictAction : std::uint8_t { overwrite, ignore, if_not_null };

struct CreateTable {
  bool is_source = false;
  bool or_replace = false;
  bool if_not_exists = false;
  bool temporary = false;
  Name name;
  std::vector<ColumnDefinition> columns;
  std::vector<std::string> primary_key;
  bool has_wildcard = false;
  bool append_only = false;
  std::optional<ConflictAction> conflict;
  std::vector<std::string> version_columns;
  std::vector<IncludeClause> includes;
  std::vector<Watermark> watermarks;
  Options options;
  std::optional<FormatClause> format;
  std::shared_ptr<Query> query;  // CREATE TABLE … AS
};

struct CreateView {
  bool materialized = false;
  bool or_replace = false;
  bool if_not_exists = false;
  Name name;
  std::vector<std::string> columns;
  std::shared_ptr<Query> query;
  std::uint32_t query_begin = 0, query_end = 0;  // its text
  Options options;
  bool emit_on_window_close = false;
};

struct CreateSink {
  bool is_subscription = false;
  bool replace = false;
  bool if_not_exists = false;
  Name name;
  std::vector<std::string> columns;
  Name from;  // empty: a query
  std::shared_ptr<Query> query;
  std::uint32_t query_begin = 0, query_end = 0;
  Name into;  // CREATE SINK … INTO table
  std::vector<std::string> into_columns;
  Options options;
  std::optional<FormatClause> format;
  bool emit_on_window_close = false;
};

struct IndexColumn {
  TermRef term;
  bool descending = false;
};
struct CreateIndex {
  bool if_not_exists = false;
  Name name;
  Name table;
  std::vector<IndexColumn> columns;
  std::vector<std::string> include;
  std::vector<std::string> distributed_by;
};

struct CreateSchema {
  bool if_not_exists = false;
  bool is_database = false;
  std::string name;
  std::string owner;  // AUTHORIZATION, OWNER; empty: whoever makes it
  Options options;    // of a database
};

struct FunctionArgument {
  std::string name;
  TypeName type;
};
struct CreateFunction {
  bool or_replace = false;
  bool if_not_exists = false;
  Name name;
  std::vector<FunctionArgument> arguments;
  TypeName returns;
  std::string language;
  std::string body;
};

struct CreateSecret {
  bool alters = false;  // ALTER SECRET: it is there and gets another value
  bool if_not_exists = false;
  Name name;
  Options options;
  std::string value;
};

// What was said of a user; nothing: it stays as it is.
struct UserOptions {
  std::optional<bool> superuser, create_database, create_user, login;
  std::optional<std::string> password;  // "": none
};
struct CreateUser {
  std::string name;
  UserOptions options;
};

enum class ObjectKind : std::uint8_t {
  table,
  source,
  view,
  materialized_view,
  sink,
  index,
  schema,
  database,
  function,
  secret,
  user,
  connection,
  subscription,
};

struct Drop {
  ObjectKind kind = ObjectKind::table;
  bool if_exists = false;
  bool cascade = false;
  std::vector<Name> names;
  // Of functions: f(int, text), an entry for each name; none: nothing is said of the arguments.
  std::vector<std::optional<std::vector<TypeName>>> signatures = {};
};

struct Alter {
  enum class Action : std::uint8_t {
    rename,
    rename_column,
    owner,
    set_schema,
    swap_with,
    add_column,
    drop_column,
    alter_column,     // text: the column; value: "set not null", "drop default", …; column
    add_primary_key,  // names
    connector_with,   // options
    set_option,       // SET NAME = value: rate limits, parallelism
    pause,
    resume,
    user_options,  // ALTER USER … WITH …
    other,
  };
  ObjectKind kind = ObjectKind::table;
  Name name;
  Action action = Action::other;
  std::string text;  // the new name, or the option's
  std::string value;
  Name other;  // SWAP WITH
  std::vector<std::string> names = {};
  ColumnDefinition column;
  bool if_exists = false;
  bool cascade = false;
  Options options;
  UserOptions user;
};

// GRANT and REVOKE.
struct Grant {
  bool revokes = false;
  bool only_option = false;             // REVOKE GRANT OPTION FOR
  std::vector<std::string> privileges;  // "select", …; empty: all
  ObjectKind kind = ObjectKind::table;
  bool all_in_schemas = false;  // ON ALL TABLES IN SCHEMA: names are the schemas
  std::vector<Name> names;
  std::vector<std::string> users;
  bool with_option = false;
};

struct Assignment {
  std::uint32_t position = 0;        // of the first column's name
  std::vector<std::string> columns;  // several: (a, b) = (…)
  TermRef value;                     // a null pointer: DEFAULT
};
struct Insert {
  Name table;
  std::uint32_t position = 0;  // of the table's name, in bytes
  std::string alias = {};
  std::vector<std::string> columns;
  std::vector<std::uint32_t> column_positions = {};
  std::shared_ptr<Query> source;  // null: DEFAULT VALUES
  std::vector<SelectItem> returning;
  bool on_conflict_nothing = false;
  // ON CONFLICT (…) DO UPDATE SET … [WHERE …]
  std::vector<std::string> conflict_columns = {};
  std::vector<Assignment> conflict_assignments = {};
  TermRef conflict_where = {};
};
struct Update {
  Name table;
  std::uint32_t position = 0;
  std::string alias;
  std::vector<Assignment> assignments;
  std::vector<TableRefPtr> from;
  TermRef where;
  std::vector<SelectItem> returning;
};
struct Delete {
  Name table;
  std::uint32_t position = 0;
  std::string alias;
  std::vector<TableRefPtr> from;
  TermRef where;
  std::vector<SelectItem> returning;
};

// TRUNCATE [TABLE] t, …; there are no identities to restart.
struct Truncate {
  std::vector<Name> tables;
  std::vector<std::uint32_t> positions;
};

struct Show {
  // tables, internal tables, sources, materialized views, sinks, views, indexes, columns,
  // databases, schemas, jobs, cursors, subscription cursors, functions, connections, secrets,
  // users, all, cluster, parameters, create (with `kind`), or a parameter's name
  std::string what;
  ObjectKind kind = ObjectKind::table;  // of SHOW CREATE
  Name name;                            // FROM …, or of SHOW CREATE
  std::optional<std::string> like;
};
struct Describe {
  Name name;
};

struct Statement;
struct Explain {
  bool analyze = false;
  Options options;
  std::shared_ptr<Statement> statement;
};

struct SetParameter {
  std::string name;
  std::vector<std::string> values;  // empty: DEFAULT
  bool is_local = false;
};
struct ResetParameter {
  std::string name;  // empty: all
};

struct Transaction {
  enum class Kind : std::uint8_t { begin, commit, rollback, savepoint, release, rollback_to };
  Kind kind = Kind::begin;
  bool read_only = false;
  std::string savepoint;
};

struct DeclareCursor {
  std::string name;
  std::shared_ptr<Query> query;
  std::uint32_t query_begin = 0, query_end = 0;
  // SUBSCRIPTION CURSOR FOR name [SINCE …] [FULL]
  enum class Since : std::uint8_t { now, begin, millis };
  Name subscription;
  Since since = Since::now;
  std::uint64_t since_millis = 0;
  bool full = false;
};
struct Fetch {
  std::string name;
  Options options;  // timeout
  std::uint64_t count = 1;
  bool all = false;
  // Rows are numbered from 1; backward ones come in falling order. absolute and relative bring
  // the one row at `offset` (from the end if negative; from where the cursor stands).
  enum class Direction : std::uint8_t { forward, backward, absolute, relative };
  Direction direction = Direction::forward;
  std::int64_t offset = 0;
  bool moves_only = false;  // MOVE: counts, brings nothing
};
struct CloseCursor {
  std::string name;  // empty: all
};

struct Copy {
  Name table;  // empty: a query
  std::vector<std::string> columns;
  std::shared_ptr<Query> query;
  bool from_stdin = false;
  Options options;  // format, delimiter, null, header, quote, escape
};

struct PrepareStatement {
  std::string name;
  std::vector<TypeName> types;
  std::shared_ptr<Statement> statement;
};
struct ExecuteStatement {
  std::string name;
  std::vector<TermRef> arguments;
};
struct Deallocate {
  std::string name;  // empty: all
};

struct Comment {
  ObjectKind kind = ObjectKind::table;
  bool is_column = false;
  Name name;
  std::optional<std::string> text;
};

// ALTER SYSTEM SET name TO value; no value: DEFAULT.
struct AlterSystem {
  std::string name;
  std::optional<std::string> value;
};

// FLUSH, WAIT, RECOVER, DISCARD ALL, VACUUM, ANALYZE, GRANT, REVOKE, CANCEL JOBS, KILL: `name` says
// which.
struct Command {
  std::string name;
  std::vector<std::string> arguments;
};

struct Statement {
  std::uint32_t begin = 0;  // bytes into the text
  std::uint32_t end = 0;
  std::variant<Query, CreateTable, CreateView, CreateSink, CreateIndex, CreateSchema,
               CreateFunction, CreateSecret, CreateUser, Drop, Alter, Grant, Insert, Update, Delete,
               Truncate, Show, Describe, Explain, SetParameter, ResetParameter, Transaction,
               DeclareCursor, Fetch, CloseCursor, Copy, PrepareStatement, ExecuteStatement,
               Deallocate, Comment, AlterSystem, Command>
      form;
};

}  // namespace levada::sql
