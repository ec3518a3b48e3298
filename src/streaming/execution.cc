// Statements at work: queries, changes of rows, definitions, settings, transactions.

#include <algorithm>

#include "base/ascii.h"
#include "query/circuit.h"
#include "query/interval.h"
#include "query/rewrite.h"
#include "streaming/definition.h"
#include "streaming/definition_rights.h"
#include "streaming/role_definition.h"
#include "streaming/session_state.h"
#include "streaming/source_scan.h"
#include "streaming/stored_rows.h"

namespace levada::streaming {

namespace {

using query::Datum;
using query::refuse;
namespace sqlstate = query::sqlstate;

std::string tag_of(const sql::Statement& statement) {
  const auto kind_word = [](sql::ObjectKind kind) -> std::string {
    switch (kind) {
      case sql::ObjectKind::table:
        return "TABLE";
      case sql::ObjectKind::source:
        return "SOURCE";
      case sql::ObjectKind::view:
        return "VIEW";
      case sql::ObjectKind::materialized_view:
        return "MATERIALIZED_VIEW";
      case sql::ObjectKind::sink:
        return "SINK";
      case sql::ObjectKind::index:
        return "INDEX";
      case sql::ObjectKind::schema:
        return "SCHEMA";
      case sql::ObjectKind::function:
        return "FUNCTION";
      case sql::ObjectKind::subscription:
        return "SUBSCRIPTION";
      default:
        return "OBJECT";
    }
  };
  if (const auto* table = std::get_if<sql::CreateTable>(&statement.form))
    return table->is_source ? "CREATE_SOURCE" : "CREATE_TABLE";
  if (const auto* view = std::get_if<sql::CreateView>(&statement.form))
    return view->materialized ? "CREATE_MATERIALIZED_VIEW" : "CREATE_VIEW";
  if (const auto* sink = std::get_if<sql::CreateSink>(&statement.form))
    return sink->is_subscription ? "CREATE_SUBSCRIPTION" : "CREATE_SINK";
  if (std::holds_alternative<sql::CreateIndex>(statement.form)) return "CREATE_INDEX";
  if (std::holds_alternative<sql::CreateSchema>(statement.form)) return "CREATE_SCHEMA";
  if (std::holds_alternative<sql::CreateFunction>(statement.form)) return "CREATE_FUNCTION";
  if (const auto* drop = std::get_if<sql::Drop>(&statement.form))
    return "DROP_" + kind_word(drop->kind);
  if (const auto* alter = std::get_if<sql::Alter>(&statement.form))
    return "ALTER_" + kind_word(alter->kind);
  if (std::holds_alternative<sql::CreateUser>(statement.form)) return "CREATE_USER";
  if (const auto* secret = std::get_if<sql::CreateSecret>(&statement.form))
    return secret->alters ? "ALTER_SECRET" : "CREATE_SECRET";
  if (std::holds_alternative<sql::AlterSystem>(statement.form)) return "ALTER_SYSTEM";
  if (const auto* grant = std::get_if<sql::Grant>(&statement.form))
    return grant->revokes ? "REVOKE_PRIVILEGE" : "GRANT_PRIVILEGE";
  if (std::holds_alternative<sql::Comment>(statement.form)) return "COMMENT";
  return "OK";
}

}  // namespace

Task<SqlResult<Fetched>> CursorRun::fetch(std::uint64_t rows_max) {
  if (!ran_) {
    ran_ = true;
    const SqlResult<Unit> done = co_await run();
    if (!done) co_return SqlResult<Fetched>(tl::make_unexpected(done.error()));
  }
  Fetched fetched;
  const std::size_t left = rows_.size() - next_;
  const std::size_t count = rows_max == 0 ? left : std::min<std::uint64_t>(left, rows_max);
  const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(next_);
  fetched.rows.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
  next_ += count;
  fetched.done = next_ == rows_.size() && (rows_max == 0 || count < rows_max || rows_.empty());
  if (fetched.done) fetched.tag = counts_ ? tag_ + " " + std::to_string(count_) : tag_;
  co_return SqlResult<Fetched>(std::move(fetched));
}

Task<SqlResult<Unit>> CursorRun::run() {
  const sql::Statement& tree = *plan_->statement.parsed().statement;
  if (const auto* bound = std::get_if<sql::BoundQuery>(&plan_->bound)) {
    Session::State& state = state_;
    SourceScan streams(state_.engine, state_.facts());
    Engine::Stopped stopped = [this] { return state_.stopped(); };
    std::vector<query::Plan> plans = {bound->plan};
    for (const query::Recursion& one : bound->recursions) {
      plans.push_back(one.first);
      plans.push_back(one.next);
    }
    for (const query::Plan& plan : plans) {
      co_await state_.engine.filled(plan);
      const SqlResult<Unit> read = co_await streams.read(plan, stopped);
      if (!read) co_return read;
    }
    const SqlResult<Unit> slept = co_await sleep(bound->plan);
    if (!slept) co_return slept;
    SqlResult<std::vector<Row>> rows;
    const auto compute = [&](io::Slices& slices) {
      StatementBreath breath(state_, slices);
      query::SessionFacts facts = state_.facts();
      facts.breath = &breath;
      const query::RowSource rows_of = [&](const Relation& relation,
                                           const query::Equalities& wanted) {
        if (const auto* stream = streams.rows_of(relation.id)) return *stream;
        return state.writes.rows_of(state.engine, relation, wanted, state.options.database);
      };
      rows = query::run_once(query::with_parameters(bound->plan, parameters_),
                             with_parameters(bound->recursions), facts, rows_of);
    };
    co_await io::in_slices(state_.engine.reactor(), compute);
    if (!rows) co_return SqlResult<Unit>(tl::make_unexpected(std::move(rows).error()));
    if (const auto* declare = std::get_if<sql::DeclareCursor>(&tree.form)) {
      if (state_.cursors.contains(declare->name))
        co_return SqlResult<Unit>(
            refuse(sqlstate::duplicate_cursor, "cursor \"" + declare->name + "\" already exists"));
      state_.cursors[declare->name] = {result_columns(bound->plan->columns), std::move(*rows), 0,
                                       state_.next_cursor++};
      tag_ = "DECLARE_CURSOR";
      co_return SqlResult<Unit>(Unit{});
    }
    rows_ = std::move(*rows);
    const bool copy = plan_->statement.kind() == StatementKind::copy_out;
    tag_ = copy ? "COPY" : "SELECT";
    counts_ = true;
    count_ = rows_.size();
    co_return SqlResult<Unit>(Unit{});
  }
  if (const auto* bound = std::get_if<sql::BoundChange>(&plan_->bound))
    co_return co_await change(*bound);
  if (const auto* fetch = std::get_if<sql::Fetch>(&tree.form))
    co_return co_await fetch_declared(*fetch);
  if (const auto* declare = std::get_if<sql::DeclareCursor>(&tree.form))
    co_return subscribe(*declare);
  if (const auto* bound = std::get_if<Shown>(&plan_->bound)) {
    rows_ = bound->rows;
    tag_ = std::holds_alternative<sql::Explain>(tree.form)    ? "EXPLAIN"
           : std::holds_alternative<sql::Describe>(tree.form) ? "DESCRIBE"
                                                              : "SHOW";
    co_return SqlResult<Unit>(Unit{});
  }
  co_return co_await command(tree);
}

std::vector<query::Recursion> CursorRun::with_parameters(
    const std::vector<query::Recursion>& recursions) const {
  std::vector<query::Recursion> all;
  for (const query::Recursion& one : recursions)
    all.push_back(query::with_parameters(one, parameters_));
  return all;
}

// What pg_sleep asks for passes before its rows are computed: the sum of its calls with
// constant arguments. In steps, so that a cancelled one ends soon.
Task<SqlResult<Unit>> CursorRun::sleep(const query::Plan& plan) {
  constexpr Nanos step = Millis(20);
  constexpr double longest = 1e9;  // seconds
  double seconds = 0;
  const query::SessionFacts facts = state_.facts();
  std::function<void(const query::ExpressionRef&)> look = [&](const query::ExpressionRef& one) {
    for (const query::ExpressionRef& argument : one->arguments) look(argument);
    if (one->kind != query::ExpressionKind::call || !one->function->name.starts_with("pg_sleep"))
      return;
    const auto value = query::evaluate_constant(one->arguments.front(), facts);
    if (!value || value->is_null()) return;
    const double wanted =
        one->function->name == "pg_sleep"
            ? value->datum().real
            : static_cast<double>(query::estimated_microseconds(*value->datum().interval)) / 1e6;
    if (wanted > 0) seconds = std::min(longest, seconds + wanted);
  };
  (void)query::rewrite(query::with_parameters(plan, parameters_),
                       [&](const query::ExpressionRef& one) {
                         look(one);
                         return one;
                       });
  io::Reactor& reactor = state_.engine.reactor();
  const MonotonicNanos end =
      reactor.clock().monotonic() + Nanos(static_cast<std::int64_t>(seconds * 1e9));
  while (reactor.clock().monotonic() < end) {
    if (auto why = state_.stopped())
      co_return SqlResult<Unit>(tl::make_unexpected(std::move(*why)));
    const Nanos left = end - reactor.clock().monotonic();
    co_await io::sleep_for(reactor, std::min(left, step));
  }
  co_return SqlResult<Unit>(Unit{});
}

// ---- INSERT, UPDATE, DELETE ----

Task<SqlResult<Unit>> CursorRun::change(const sql::BoundChange& bound) {
  const sql::Statement& tree = *plan_->statement.parsed().statement;
  const auto kind = std::holds_alternative<sql::Insert>(tree.form)   ? StoredRows::Kind::insert
                    : std::holds_alternative<sql::Update>(tree.form) ? StoredRows::Kind::update
                                                                     : StoredRows::Kind::remove;
  if (state_.read_only)
    co_return SqlResult<Unit>(
        refuse("25006", "cannot execute " +
                            std::string(kind == StoredRows::Kind::insert   ? "INSERT"
                                        : kind == StoredRows::Kind::update ? "UPDATE"
                                                                           : "DELETE") +
                            " in a read-only transaction"));
  StoredRows work(state_.engine, plan_->target, kind,
                  {query::with_parameters(bound.plan, parameters_),
                   with_parameters(bound.recursions), bound.returning},
                  state_.facts(), &state_.writes);
  tag_ = kind == StoredRows::Kind::insert   ? "INSERT 0"
         : kind == StoredRows::Kind::update ? "UPDATE"
                                            : "DELETE";
  counts_ = true;
  SqlResult<Unit> written = co_await sleep(bound.plan);
  if (!written) co_return written;
  co_await state_.engine.all_filled();
  const Engine::Decide decide = [&](io::Slices& slices) {
    StatementBreath breath(state_, slices);
    return work.inputs(breath);
  };
  // What reads nothing joins others in one epoch; a transaction's is written when it ends.
  if (work.reads_nothing() || state_.transaction == TransactionState::open) {
    SqlResult<std::vector<Input>> inputs;
    const auto compute = [&](io::Slices& slices) { inputs = decide(slices); };
    co_await io::in_slices(state_.engine.reactor(), compute);
    if (!inputs) co_return SqlResult<Unit>(tl::make_unexpected(std::move(inputs).error()));
    written = co_await state_.write(std::move(*inputs));
  } else {
    written = co_await state_.engine.write(decide);
  }
  if (!written) co_return written;
  rows_ = work.take_returned();
  count_ = work.count();
  co_return SqlResult<Unit>(Unit{});
}

// The rows of all its tables go in one epoch.
Task<SqlResult<Unit>> CursorRun::truncate(const sql::Truncate& form) {
  tag_ = "TRUNCATE TABLE";
  if (state_.read_only)
    co_return SqlResult<Unit>(
        refuse("25006", "cannot execute TRUNCATE TABLE in a read-only transaction"));
  const SessionCatalog names(state_.engine.catalog(), state_.options.database,
                             state_.settings.search_path());
  std::vector<StoredRows> works;
  const sql::BindOptions options = state_.bind_options(plan_->statement);
  for (std::size_t i = 0; i < form.tables.size(); ++i) {
    auto bound = sql::bind_truncate(form.tables[i], form.positions[i], names, options);
    if (!bound) co_return SqlResult<Unit>(tl::make_unexpected(std::move(bound).error()));
    const SqlResult<Unit> may =
        check_privilege(state_.engine.catalog(), state_.options.user, *bound->relation, "delete");
    if (!may) co_return may;
    StoredRows::Work work{std::move(bound->plan)};
    works.emplace_back(state_.engine, bound->relation, StoredRows::Kind::remove, std::move(work),
                       state_.facts(), &state_.writes);
  }
  const Engine::Decide decide = [&](io::Slices& slices) -> SqlResult<std::vector<Input>> {
    StatementBreath breath(state_, slices);
    std::vector<Input> all;
    for (StoredRows& work : works)
      for (Input& input : ATTEMPT(work.inputs(breath))) all.push_back(std::move(input));
    return all;
  };
  if (state_.transaction != TransactionState::open) co_return co_await state_.engine.write(decide);
  SqlResult<std::vector<Input>> inputs;
  const auto compute = [&](io::Slices& slices) { inputs = decide(slices); };
  co_await io::in_slices(state_.engine.reactor(), compute);
  if (!inputs) co_return SqlResult<Unit>(tl::make_unexpected(std::move(inputs).error()));
  co_return co_await state_.write(std::move(*inputs));
}

SqlResult<Unit> CopyIn::write(std::vector<Row> rows) {
  ATTEMPT(state_->engine.check_memory());
  rows_.insert(rows_.end(), std::make_move_iterator(rows.begin()),
               std::make_move_iterator(rows.end()));
  return Unit{};
}

CopyIn::CopyIn(Session::State& state, std::uint32_t relation, std::vector<std::size_t> targets,
               std::vector<Type> types)
    : state_(&state), relation_(relation), targets_(std::move(targets)), types_(std::move(types)) {}

Task<SqlResult<std::string>> CopyIn::finish() {
  Engine& engine = state_->engine;
  const Object* object = engine.catalog().find(RelationId(relation_));
  if (object == nullptr)
    co_return SqlResult<std::string>(refuse(sqlstate::undefined_table, "the table was dropped"));
  query::SessionFacts facts;
  facts.now = engine.reactor().clock().now().count() * 1000;
  auto inputs = copied_rows(engine, object->relation, targets_, rows_, facts);
  if (!inputs) co_return SqlResult<std::string>(tl::make_unexpected(std::move(inputs).error()));
  const SqlResult<Unit> written = co_await state_->write(std::move(*inputs));
  if (!written) co_return SqlResult<std::string>(tl::make_unexpected(written.error()));
  co_return SqlResult<std::string>("COPY " + std::to_string(rows_.size()));
}

// ---- definitions ----

Task<SqlResult<Unit>> CursorRun::define() {
  const sql::Statement& tree = *plan_->statement.parsed().statement;
  Definition definition;
  definition.text = std::string(plan_->statement.text());
  definition.schema = state_.settings.search_path().front();
  definition.user = state_.options.user;
  definition.database = state_.options.database;
  definition.id = state_.engine.catalog().next_id();
  const Catalog& catalog = state_.engine.catalog();
  if (auto may = check_rights(catalog, definition, tree); !may) co_return may;
  auto change = change_of(state_.engine, definition);
  if (!change) co_return SqlResult<Unit>(tl::make_unexpected(std::move(change).error()));
  if (auto may = check_reads(catalog, definition, *change); !may) co_return may;
  tag_ = tag_of(tree);
  if (!change->notice.empty()) state_.notice(change->notice);
  if (change->empty()) co_return SqlResult<Unit>(Unit{});
  // What the outside must agree to, before anything is decided.
  for (const auto& object : change->added) {
    if (object->sink != nullptr && !object->is_subscription()) {
      SinkConnector* connector = nullptr;
      for (const auto& [name, value] : object->sink->definition.options)
        if (name == "connector") connector = state_.engine.sink_connector(value);
      const SqlResult<Unit> valid = co_await connector->validate(object->sink->definition);
      if (!valid) co_return valid;
    }
    if (object->source != nullptr && !object->is_hidden()) {
      SourceConnector* connector = nullptr;
      for (const auto& [name, value] : object->source->definition.options)
        if (name == "connector") connector = state_.engine.source_connector(value);
      const SqlResult<Unit> valid = co_await connector->validate(object->source->definition);
      if (!valid) co_return valid;
    }
  }
  if (const auto* create = std::get_if<sql::CreateSink>(&tree.form);
      create != nullptr && create->query != nullptr && !create->query->order.empty())
    state_.notice("The ORDER BY clause in the CREATE SINK statement has no effect at all.",
                  "WARNING");
  change->added.clear();
  const SqlResult<Unit> written = co_await state_.end_implicit();
  if (!written) co_return written;
  state_.defined = true;
  Engine::Stopped stopped = [this] { return state_.stopped(); };
  const SqlResult<Unit> defined =
      co_await state_.engine.define(std::move(definition), std::move(stopped));
  if (!defined) co_return defined;
  const auto* table = std::get_if<sql::CreateTable>(&tree.form);
  if (table == nullptr || table->query == nullptr) co_return SqlResult<Unit>(Unit{});
  // CREATE TABLE … AS: the rows follow.
  const SessionCatalog names(state_.engine.catalog(), state_.options.database,
                             state_.settings.search_path());
  auto bound = sql::bind_query(*table->query, names, {}, state_.bind_options(plan_->statement));
  const std::string schema = table->name.size() > 1 ? table->name[table->name.size() - 2] : "";
  const auto relation = names.relation(schema, table->name.back());
  if (!bound || relation == nullptr) co_return SqlResult<Unit>(Unit{});
  StoredRows work(state_.engine, relation, StoredRows::Kind::insert,
                  {widened_to(*relation, bound->plan), bound->recursions}, state_.facts());
  Engine::Decide decide = [&](io::Slices& slices) {
    StatementBreath breath(state_, slices);
    return work.inputs(breath);
  };
  co_return co_await state_.engine.write(std::move(decide));
}

// ---- the rest ----

SqlResult<Unit> CursorRun::set(const sql::SetParameter& set) {
  tag_ = "SET_VARIABLE";
  if (set.name == "database") return use(set.values);
  if (set.values.empty()) {
    state_.settings.reset(set.name);
    return Unit{};
  }
  std::string value;
  for (const std::string& part : set.values) value += (value.empty() ? "" : ", ") + part;
  return state_.settings.set(set.name, std::move(value));
}

// ---- transactions ----

Task<SqlResult<Unit>> Session::State::write(std::vector<Input> inputs) {
  if (transaction != TransactionState::open) co_return co_await engine.write(std::move(inputs));
  if (auto room = engine.check_memory(); !room) co_return room;
  writes.add(std::move(inputs));
  co_return SqlResult<Unit>(Unit{});
}

void Session::State::begin(bool only_reads) {
  transaction = TransactionState::open;
  implicit = false;
  read_only = only_reads;
  defined = false;
}

void Session::State::end_transaction() {
  transaction = TransactionState::idle;
  read_only = false;
  if (!std::exchange(implicit, false)) cursors.clear();
  writes.clear();
  savepoints.clear();
}

Task<SqlResult<Unit>> Session::State::commit() {
  SqlResult<Unit> written = Unit{};
  if (!writes.empty()) {
    const TransactionWrites all = std::exchange(writes, {});
    Engine::Decide decide = [this, &all](io::Slices&) { return all.decided(engine); };
    written = co_await engine.write(std::move(decide));
  }
  end_transaction();
  co_return written;
}

Task<SqlResult<Unit>> Session::State::end_implicit() {
  if (!implicit) co_return SqlResult<Unit>(Unit{});
  co_return co_await commit();
}

// SAVEPOINT, RELEASE, ROLLBACK TO. Rows and cursors go back; what was defined since stays, as it
// does behind ROLLBACK.
SqlResult<Unit> CursorRun::savepoint(const sql::Transaction& form) {
  using Kind = sql::Transaction::Kind;
  tag_ = form.kind == Kind::savepoint ? "SAVEPOINT"
         : form.kind == Kind::release ? "RELEASE"
                                      : "ROLLBACK";
  if (state_.transaction == TransactionState::idle || state_.implicit)
    return refuse("25P01", (form.kind == Kind::savepoint ? "SAVEPOINT"
                            : form.kind == Kind::release ? "RELEASE SAVEPOINT"
                                                         : "ROLLBACK TO SAVEPOINT") +
                               std::string(" can only be used in transaction blocks"));
  auto& all = state_.savepoints;
  if (form.kind == Kind::savepoint) {
    all.push_back({form.savepoint, state_.writes.mark(), state_.next_cursor, state_.defined});
    return Unit{};
  }
  const auto inner = std::find_if(all.rbegin(), all.rend(),
                                  [&](const auto& one) { return one.name == form.savepoint; });
  if (inner == all.rend())
    return refuse("3B001", "savepoint \"" + form.savepoint + "\" does not exist");
  const auto found = std::prev(inner.base());
  if (form.kind == Kind::release) {
    all.erase(found, all.end());
    return Unit{};
  }
  state_.writes.back_to(found->writes);
  std::erase_if(state_.cursors,
                [&](const auto& one) { return one.second.number >= found->cursors; });
  if (state_.defined && !found->defined)
    state_.notice("definitions behind the savepoint stay: they are not rolled back", "WARNING");
  state_.transaction = TransactionState::open;
  all.erase(found + 1, all.end());
  return Unit{};
}

Task<SqlResult<Unit>> CursorRun::transaction(const sql::Transaction& form) {
  using Kind = sql::Transaction::Kind;
  if (form.kind == Kind::savepoint || form.kind == Kind::release || form.kind == Kind::rollback_to)
    co_return savepoint(form);
  const bool idle = state_.transaction == TransactionState::idle || state_.implicit;
  if (form.kind == sql::Transaction::Kind::begin) {
    tag_ = "BEGIN";
    if (idle)
      state_.begin(form.read_only);  // what came before in the same message belongs to it
    else
      state_.notice("there is already a transaction in progress", "WARNING");
    co_return SqlResult<Unit>(Unit{});
  }
  if (idle) state_.notice("there is no transaction in progress", "WARNING");
  const bool failed = state_.transaction == TransactionState::failed;
  const bool back = form.kind == sql::Transaction::Kind::rollback || failed;
  tag_ = back ? "ROLLBACK" : "COMMIT";
  if (!back) co_return co_await state_.commit();
  if (state_.defined && !idle)
    state_.notice("definitions of this transaction stay: they are not rolled back", "WARNING");
  state_.end_transaction();
  co_return SqlResult<Unit>(Unit{});
}

// USE database: the session's names mean that database's things from now on.
SqlResult<Unit> CursorRun::use(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1)
    return refuse(sqlstate::syntax_error, "USE takes the name of a database");
  if (state_.transaction != TransactionState::idle && !state_.implicit)
    return refuse(sqlstate::active_transaction, "USE cannot run inside a transaction block");
  if (state_.engine.catalog().database(arguments.front()) == nullptr)
    return refuse(sqlstate::invalid_catalog_name,
                  "database \"" + arguments.front() + "\" does not exist");
  state_.options.database = arguments.front();
  return Unit{};
}

Task<SqlResult<Unit>> CursorRun::command(const sql::Statement& tree) {
  if (const auto* form = std::get_if<sql::SetParameter>(&tree.form))
    co_return SqlResult<Unit>(set(*form));
  if (const auto* form = std::get_if<sql::ResetParameter>(&tree.form)) {
    state_.settings.reset(form->name);
    tag_ = "RESET";
    co_return SqlResult<Unit>(Unit{});
  }
  if (const auto* form = std::get_if<sql::Transaction>(&tree.form))
    co_return co_await transaction(*form);
  if (const auto* form = std::get_if<sql::Truncate>(&tree.form)) co_return co_await truncate(*form);
  if (const auto* form = std::get_if<sql::CloseCursor>(&tree.form)) {
    if (form->name.empty())
      state_.cursors.clear();
    else if (state_.cursors.erase(form->name) == 0)
      co_return SqlResult<Unit>(
          refuse(sqlstate::invalid_cursor_name, "cursor \"" + form->name + "\" does not exist"));
    tag_ = "CLOSE_CURSOR";
    co_return SqlResult<Unit>(Unit{});
  }
  if (std::holds_alternative<sql::PrepareStatement>(tree.form)) {
    tag_ = "PREPARE";
    co_return keep_statement(state_, plan_->statement);
  }
  if (const auto* form = std::get_if<sql::Deallocate>(&tree.form)) {
    tag_ = "DEALLOCATE";
    co_return forget_statement(state_, *form);
  }
  if (const auto* form = std::get_if<sql::Command>(&tree.form)) {
    tag_ = uppered(form->name);
    // What was decided is visible already, so there is nothing else to flush or to wait for.
    // RECOVER asks a cluster to begin anew from its last checkpoint; here nothing is to be healed.
    if (tag_ == "FLUSH" || tag_ == "WAIT" || tag_ == "VACUUM" || tag_ == "ANALYZE" ||
        tag_ == "RECOVER")
      co_return co_await state_.end_implicit();
    if (tag_.starts_with("DISCARD")) {
      state_.settings.reset("");
      state_.cursors.clear();
      state_.named.clear();
      co_return SqlResult<Unit>(Unit{});
    }
    if (tag_ == "USE") co_return use(form->arguments);
    co_return SqlResult<Unit>(refuse(sqlstate::feature_not_supported, tag_ + " is not supported"));
  }
  const bool definition = std::holds_alternative<sql::CreateTable>(tree.form) ||
                          std::holds_alternative<sql::CreateView>(tree.form) ||
                          std::holds_alternative<sql::CreateSink>(tree.form) ||
                          std::holds_alternative<sql::CreateIndex>(tree.form) ||
                          std::holds_alternative<sql::CreateSchema>(tree.form) ||
                          std::holds_alternative<sql::CreateFunction>(tree.form) ||
                          std::holds_alternative<sql::CreateUser>(tree.form) ||
                          std::holds_alternative<sql::Grant>(tree.form) ||
                          std::holds_alternative<sql::CreateSecret>(tree.form) ||
                          std::holds_alternative<sql::Drop>(tree.form) ||
                          std::holds_alternative<sql::Alter>(tree.form) ||
                          std::holds_alternative<sql::AlterSystem>(tree.form) ||
                          std::holds_alternative<sql::Comment>(tree.form);
  if (definition) co_return co_await define();
  co_return SqlResult<Unit>(
      refuse(sqlstate::feature_not_supported, "this statement is not supported"));
}

}  // namespace levada::streaming
