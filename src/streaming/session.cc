#include "streaming/session.h"

#include <algorithm>

#include "sql/parser.h"
#include "streaming/role_definition.h"
#include "streaming/session_state.h"
#include "streaming/system_table.h"

namespace levada::streaming {

using query::refuse;
namespace sqlstate = query::sqlstate;

StatementKind kind_of(const sql::Statement& statement) {
  if (std::holds_alternative<sql::Query>(statement.form) ||
      std::holds_alternative<sql::Show>(statement.form) ||
      std::holds_alternative<sql::Describe>(statement.form) ||
      std::holds_alternative<sql::Explain>(statement.form) ||
      std::holds_alternative<sql::Fetch>(statement.form)) {
    const auto* fetch = std::get_if<sql::Fetch>(&statement.form);
    return fetch != nullptr && fetch->moves_only ? StatementKind::other : StatementKind::query;
  }
  if (std::holds_alternative<sql::Insert>(statement.form) ||
      std::holds_alternative<sql::Update>(statement.form) ||
      std::holds_alternative<sql::Delete>(statement.form))
    return StatementKind::dml;
  if (const auto* transaction = std::get_if<sql::Transaction>(&statement.form)) {
    switch (transaction->kind) {
      case sql::Transaction::Kind::begin:
        return StatementKind::begin;
      case sql::Transaction::Kind::commit:
        return StatementKind::commit;
      case sql::Transaction::Kind::rollback:
        return StatementKind::rollback;
      default:
        return StatementKind::other;
    }
  }
  if (const auto* copy = std::get_if<sql::Copy>(&statement.form))
    return copy->from_stdin ? StatementKind::copy_in : StatementKind::copy_out;
  return StatementKind::other;
}

namespace {

SqlResult<CopyFormat> copy_format(const sql::Copy& copy) {
  CopyFormat format;
  bool delimiter = false, null_text = false;
  const auto character = [](const std::string& name, const std::string& value) -> SqlResult<char> {
    if (value.size() != 1)
      return refuse(sqlstate::feature_not_supported,
                    "COPY " + name + " must be a single one-byte character");
    return value[0];
  };
  for (const auto& [name, value] : copy.options) {
    if (name == "format") {
      if (value == "csv")
        format.kind = CopyFormat::Kind::csv;
      else if (value == "binary")
        format.kind = CopyFormat::Kind::binary;
      else if (value != "text")
        return refuse(sqlstate::invalid_parameter_value,
                      "COPY format \"" + value + "\" not recognized");
    } else if (name == "delimiter") {
      format.delimiter = ATTEMPT(character("delimiter", value));
      delimiter = true;
    } else if (name == "null") {
      format.null_text = value;
      null_text = true;
    } else if (name == "header") {
      format.header = value.empty() || value == "true" || value == "on" || value == "1";
    } else if (name == "quote") {
      format.quote = ATTEMPT(character("quote", value));
    } else if (name == "escape") {
      format.escape = ATTEMPT(character("escape", value));
    } else {
      return refuse(sqlstate::syntax_error, "option \"" + name + "\" not recognized");
    }
  }
  if (format.kind == CopyFormat::Kind::csv) {
    if (!delimiter) format.delimiter = ',';
    if (!null_text) format.null_text = "";
  }
  return format;
}

std::uint32_t character_position(std::string_view text, std::uint32_t byte) {
  const auto part = text.substr(0, byte);
  return 1 + static_cast<std::uint32_t>(std::count_if(part.begin(), part.end(), [](char c) {
           return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
         }));
}

// COPY t (a, b): the columns' places in the relation.
SqlResult<std::pair<std::shared_ptr<const Relation>, std::vector<std::size_t>>> copy_targets(
    Session::State& state, const sql::Copy& copy) {
  const SessionCatalog names(state.engine.catalog(), state.options.database,
                             state.settings.search_path());
  const std::string schema = copy.table.size() > 1 ? copy.table[copy.table.size() - 2] : "";
  const auto relation = names.relation(schema, copy.table.back());
  if (relation == nullptr)
    return refuse(sqlstate::undefined_table,
                  "relation \"" + copy.table.back() + "\" does not exist");
  std::vector<std::size_t> targets;
  for (std::size_t i = 0; i < relation->columns.size(); ++i)
    if (copy.columns.empty() && !relation->columns[i].hidden &&
        relation->columns[i].generated == nullptr)
      targets.push_back(i);
  for (const std::string& wanted : copy.columns) {
    const auto found = std::find_if(relation->columns.begin(), relation->columns.end(),
                                    [&](const auto& column) { return column.name == wanted; });
    if (found == relation->columns.end())
      return refuse(sqlstate::undefined_column, "column \"" + wanted + "\" of relation \"" +
                                                    relation->name + "\" does not exist");
    targets.push_back(static_cast<std::size_t>(found - relation->columns.begin()));
  }
  return std::pair{relation, std::move(targets)};
}

}  // namespace

// ---- Statement, Prepared, Cursor ----

StatementKind Statement::kind() const { return parsed_->kind; }
std::string_view Statement::text() const { return parsed_->text(); }
std::uint32_t Statement::position() const { return parsed_->position; }
const std::optional<CopyFormat>& Statement::copy() const { return parsed_->copy; }
bool Statement::ends_transaction() const {
  const auto* form = std::get_if<sql::Transaction>(&parsed_->statement->form);
  return form != nullptr && (form->kind == sql::Transaction::Kind::commit ||
                             form->kind == sql::Transaction::Kind::rollback ||
                             form->kind == sql::Transaction::Kind::rollback_to);
}

StatementKind Prepared::kind() const { return plan_->statement.kind(); }
const Statement& Prepared::statement() const { return plan_->statement; }
const std::vector<Type>& Prepared::parameters() const { return plan_->parameters; }
const std::vector<ResultColumn>& Prepared::columns() const { return plan_->columns; }

Cursor::Cursor(std::unique_ptr<CursorRun> run) : run_(std::move(run)) {}
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;
Cursor::~Cursor() = default;
const std::vector<ResultColumn>& Cursor::columns() const { return run_->columns(); }
Task<SqlResult<Fetched>> Cursor::fetch(std::uint64_t rows_max) { return run_->fetch(rows_max); }

// ---- Session ----

sql::BindOptions Session::State::bind_options(const Statement& statement) const {
  sql::BindOptions bind;
  bind.style.time_zone = settings.time_zone();
  bind.text = *statement.parsed().whole;
  return bind;
}

std::optional<query::SqlError> Session::State::stopped() const {
  if (cancelled) {
    query::SqlError error;
    error.sqlstate = sqlstate::query_canceled;
    error.message = "canceling statement due to user request";
    return error;
  }
  if (const auto room = engine.check_memory(); !room) return room.error();
  return std::nullopt;
}

query::SessionFacts Session::State::facts() {
  query::SessionFacts facts;
  facts.now = engine.reactor().clock().now().count() * 1000;
  facts.seed = static_cast<std::uint64_t>(facts.now) * 31 + engine.epoch() +
               static_cast<std::uint64_t>(engine.reactor().clock().monotonic().count());
  facts.time_zone = settings.time_zone();
  facts.user = options.user;
  facts.database = options.database;
  facts.search_path = settings.search_path();
  facts.process_id = static_cast<std::int32_t>(options.process_id);
  facts.settings = settings.all();
  facts.definition_of = [&catalog = engine.catalog()](std::int64_t oid) {
    return definition_by_oid(catalog, oid);
  };
  facts.size_of = [this](std::int64_t oid) -> std::optional<std::int64_t> {
    const Object* object = engine.catalog().find(RelationId(static_cast<std::uint32_t>(oid)));
    if (object == nullptr) return std::nullopt;
    std::int64_t bytes = 0;
    for (const query::Change& change : engine.rows_of(*object->relation))
      bytes += static_cast<std::int64_t>(change.row.bytes());
    return bytes;
  };
  facts.oid_of = [this](std::string_view name) -> std::optional<std::int64_t> {
    const SessionCatalog names(engine.catalog(), options.database, settings.search_path());
    const std::size_t dot = name.find('.');
    const auto relation = dot == std::string_view::npos
                              ? names.relation("", name)
                              : names.relation(name.substr(0, dot), name.substr(dot + 1));
    return relation == nullptr ? std::nullopt : std::optional(oid_of(*relation));
  };
  facts.schema_oid_of = [this](std::string_view name) -> std::optional<std::int64_t> {
    const SessionCatalog names(engine.catalog(), options.database, settings.search_path());
    if (!names.has_schema(name)) return std::nullopt;
    return schema_oid(DatabaseView(engine, options.database), name);
  };
  facts.transaction = engine.epoch() + 1;
  facts.has_privilege = [this](std::string_view function, std::string_view user,
                               const query::Datum& thing,
                               std::string_view privileges) -> SqlResult<bool> {
    // Whom the configuration lets in may do everything.
    if (user.empty() && engine.catalog().privileges().user(options.user) == nullptr) return true;
    return has_privilege(engine.catalog(),
                         {function, user.empty() ? std::string_view(options.user) : user, thing,
                          privileges, options.database, settings.search_path()});
  };
  facts.change_setting = [this](std::string_view name, std::string_view value) {
    return settings.set(name, std::string(value));
  };
  facts.comment_of = [this](std::int64_t oid, std::int64_t column) -> std::optional<std::string> {
    const Object* object = engine.catalog().find(RelationId(static_cast<std::uint32_t>(oid)));
    if (object == nullptr) return std::nullopt;
    const auto found = object->comments.find(static_cast<std::size_t>(column));
    return found == object->comments.end() ? std::nullopt : std::optional(found->second);
  };
  facts.started = engine.started();
  return facts;
}

Session::Session(Engine& engine, SessionOptions options)
    : state_(std::make_unique<State>(engine, std::move(options))) {
  (void)state_->settings.set("session_authorization", state_->options.user);
  for (const auto& [name, value] : state_->options.settings)
    (void)state_->settings.set(name, value);  // a startup message may name what nobody knows
  (void)state_->settings.take_changed();
}

Session::~Session() = default;

bool Session::has_database(Engine& engine, std::string_view name) {
  return engine.catalog().database(name) != nullptr;
}

SqlResult<std::vector<Statement>> Session::parse(std::string_view text) {
  const auto whole = std::make_shared<const std::string>(text);
  std::vector<sql::Statement> parsed = ATTEMPT(sql::parse(*whole));
  std::vector<Statement> statements;
  for (sql::Statement& one : parsed) {
    auto made = std::make_shared<ParsedStatement>();
    made->whole = whole;
    made->kind = kind_of(one);
    made->position = character_position(*whole, one.begin);
    if (const auto* copy = std::get_if<sql::Copy>(&one.form))
      made->copy = ATTEMPT(copy_format(*copy));
    made->statement = std::make_shared<const sql::Statement>(std::move(one));
    statements.emplace_back(std::move(made));
  }
  return statements;
}

Task<SqlResult<Prepared>> Session::prepare(Statement statement,
                                           std::vector<std::uint32_t> parameter_oids) {
  auto plan = prepared(*state_, std::move(statement), std::move(parameter_oids));
  if (!plan) co_return SqlResult<Prepared>(tl::make_unexpected(std::move(plan).error()));
  co_return SqlResult<Prepared>(Prepared(std::move(*plan)));
}

Task<SqlResult<Cursor>> Session::open(Prepared prepared_statement, std::vector<Value> parameters) {
  auto plan = prepared_statement.plan();
  // What was bound before the catalog changed is bound again.
  if (plan->catalog_version != state_->engine.catalog().version() ||
      std::holds_alternative<Shown>(plan->bound)) {
    std::vector<std::uint32_t> oids;
    for (const Type& type : plan->parameters) oids.push_back(type.oid());
    auto again = prepared(*state_, plan->written.value_or(plan->statement), std::move(oids));
    if (!again) co_return SqlResult<Cursor>(tl::make_unexpected(std::move(again).error()));
    const auto same_column = [](const ResultColumn& x, const ResultColumn& y) {
      return x.name == y.name && x.type.oid() == y.type.oid();
    };
    const auto& now = (*again)->columns;
    const auto& then = plan->columns;
    if (!std::equal(now.begin(), now.end(), then.begin(), then.end(), same_column))
      co_return SqlResult<Cursor>(
          refuse(sqlstate::feature_not_supported, "cached plan must not change result type"));
    plan = std::move(*again);
  }
  if (parameters.size() != plan->parameters.size())
    co_return SqlResult<Cursor>(
        refuse("08P01", "bind message supplies " + std::to_string(parameters.size()) +
                            " parameters, but prepared statement requires " +
                            std::to_string(plan->parameters.size())));
  state_->cancelled = false;
  if (plan->written) parameters = plan->arguments;
  co_return SqlResult<Cursor>(
      Cursor(std::make_unique<CursorRun>(*state_, std::move(plan), std::move(parameters))));
}

Task<SqlResult<CopyIn>> Session::copy_in(Statement statement) {
  const auto& copy = std::get<sql::Copy>(statement.parsed().statement->form);
  auto targets = copy_targets(*state_, copy);
  if (!targets) co_return SqlResult<CopyIn>(tl::make_unexpected(std::move(targets).error()));
  const auto& [relation, columns] = *targets;
  if (relation->kind != query::RelationKind::table)
    co_return SqlResult<CopyIn>(refuse(
        sqlstate::wrong_object_type, "cannot copy to \"" + relation->name + "\": it is no table"));
  std::vector<Type> types;
  for (const std::size_t column : columns) types.push_back(relation->columns[column].type);
  co_return SqlResult<CopyIn>(CopyIn(*state_, relation->id.value(), columns, std::move(types)));
}

Task<SqlResult<Cursor>> Session::copy_out(Statement statement) {
  auto plan = prepared(*state_, std::move(statement), {});
  if (!plan) co_return SqlResult<Cursor>(tl::make_unexpected(std::move(plan).error()));
  co_return SqlResult<Cursor>(
      Cursor(std::make_unique<CursorRun>(*state_, std::move(*plan), std::vector<Value>())));
}

std::optional<std::vector<ResultColumn>> Session::declared_columns(std::string_view name) const {
  const auto found = state_->cursors.find(std::string(name));
  if (found == state_->cursors.end()) return std::nullopt;
  return found->second.columns;
}

TransactionState Session::transaction() const { return state_->transaction; }

void Session::statement_failed() {
  if (state_->implicit)
    state_->end_transaction();
  else if (state_->transaction == TransactionState::open)
    state_->transaction = TransactionState::failed;
}

void Session::begin_implicit() {
  if (state_->transaction != TransactionState::idle) return;
  state_->begin(false);
  state_->implicit = true;
}

Task<SqlResult<Unit>> Session::end_implicit() { return state_->end_implicit(); }

SqlResult<Unit> Session::admit(const Statement& statement) const {
  if (state_->transaction == TransactionState::failed && !statement.ends_transaction())
    return refuse(
        sqlstate::in_failed_transaction,
        "current transaction is aborted, commands ignored until end of transaction block");
  return Unit{};
}

std::vector<Notice> Session::take_notices() { return std::exchange(state_->notices, {}); }

std::vector<std::pair<std::string, std::string>> Session::take_changed_parameters() {
  return state_->settings.take_changed();
}
std::vector<std::pair<std::string, std::string>> Session::reported_parameters() const {
  return state_->settings.reported();
}
query::TextStyle Session::text_style() const { return {state_->settings.time_zone()}; }
void Session::cancel() { state_->cancelled = true; }

}  // namespace levada::streaming
