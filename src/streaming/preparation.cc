// Names and types of a statement: from the tree to what can be opened.

#include "query/optimizer.h"
#include "streaming/role_definition.h"
#include "streaming/session_state.h"

namespace levada::streaming {

namespace {

using query::refuse;

// SELECT the columns FROM the table, for COPY … TO STDOUT.
SqlResult<sql::BoundQuery> whole_table(Session::State& state, const sql::Copy& copy) {
  const SessionCatalog names(state.engine.catalog(), state.options.database,
                             state.settings.search_path());
  const std::string schema = copy.table.size() > 1 ? copy.table[copy.table.size() - 2] : "";
  const auto relation = names.relation(schema, copy.table.back());
  if (relation == nullptr)
    return refuse(query::sqlstate::undefined_table,
                  "relation \"" + copy.table.back() + "\" does not exist");
  std::vector<query::ExpressionRef> expressions;
  std::vector<std::string> output;
  const auto add = [&](std::size_t i) {
    expressions.push_back(query::column(i, relation->columns[i].type));
    output.push_back(relation->columns[i].name);
  };
  for (std::size_t i = 0; i < relation->columns.size(); ++i)
    if (copy.columns.empty() && !relation->columns[i].hidden) add(i);
  for (const std::string& wanted : copy.columns) {
    std::size_t i = 0;
    while (i < relation->columns.size() && relation->columns[i].name != wanted) ++i;
    if (i == relation->columns.size())
      return refuse(query::sqlstate::undefined_column, "column \"" + wanted + "\" does not exist");
    add(i);
  }
  return sql::BoundQuery{
      query::project(query::scan(relation), std::move(expressions), std::move(output)), {}, {}};
}

}  // namespace

std::vector<ResultColumn> result_columns(const std::vector<query::OutputColumn>& from) {
  std::vector<ResultColumn> columns;
  for (const query::OutputColumn& column : from)
    columns.push_back({column.name, column.type.is(query::TypeKind::unknown)
                                        ? Type(query::TypeKind::varchar)
                                        : column.type});
  return columns;
}

SqlResult<std::shared_ptr<const PreparedPlan>> prepared(Session::State& state, Statement statement,
                                                        std::vector<std::uint32_t> parameter_oids) {
  if (std::holds_alternative<sql::ExecuteStatement>(statement.parsed().statement->form))
    return executed(state, statement);
  auto made = std::make_shared<PreparedPlan>(std::move(statement));
  made->catalog_version = state.engine.catalog().version();
  std::vector<Type> declared;
  for (const std::uint32_t oid : parameter_oids)
    declared.push_back(query::type_of_oid(oid).value_or(Type()));
  const SessionCatalog names(state.engine.catalog(), state.options.database,
                             state.settings.search_path());
  const sql::BindOptions options = state.bind_options(made->statement);
  const sql::Statement& tree = *made->statement.parsed().statement;
  const auto may_read = [&](const query::Plan& plan) -> SqlResult<Unit> {
    for (const auto& relation : query::relations(plan))
      ATTEMPT(check_privilege(state.engine.catalog(), state.options.user, *relation, "select"));
    return Unit{};
  };
  const auto take_query = [&](sql::BoundQuery bound) -> SqlResult<Unit> {
    ATTEMPT(may_read(bound.plan));
    for (const query::Recursion& one : bound.recursions) {
      ATTEMPT(may_read(one.first));
      ATTEMPT(may_read(one.next));
    }
    made->parameters = bound.parameters;
    made->columns = result_columns(bound.plan->columns);
    made->bound = std::move(bound);
    return Unit{};
  };
  const auto take_change = [&](sql::BoundChange bound) -> SqlResult<Unit> {
    const Object* object = state.engine.catalog().find(bound.relation->id);
    if (object == nullptr)
      return refuse(query::sqlstate::insufficient_privilege, "system catalogs cannot be changed");
    const bool inserts = std::holds_alternative<sql::Insert>(tree.form);
    const std::string_view privilege = inserts                                          ? "insert"
                                       : std::holds_alternative<sql::Update>(tree.form) ? "update"
                                                                                        : "delete";
    ATTEMPT(
        check_privilege(state.engine.catalog(), state.options.user, *object->relation, privilege));
    for (const auto& relation : query::relations(bound.plan))
      if (inserts || relation->id != bound.relation->id)
        ATTEMPT(check_privilege(state.engine.catalog(), state.options.user, *relation, "select"));
    for (const query::Recursion& one : bound.recursions) {
      ATTEMPT(may_read(one.first));
      ATTEMPT(may_read(one.next));
    }
    made->target = object->relation;
    made->parameters = bound.parameters;
    made->columns = result_columns(bound.returning_columns);
    made->bound = std::move(bound);
    return Unit{};
  };
  if (const auto* form = std::get_if<sql::Query>(&tree.form)) {
    auto bound = ATTEMPT(sql::bind_query(*form, names, std::move(declared), options));
    ATTEMPT(take_query(std::move(bound)));
  } else if (const auto* insert = std::get_if<sql::Insert>(&tree.form)) {
    auto bound = ATTEMPT(sql::bind_insert(*insert, names, std::move(declared), options));
    ATTEMPT(take_change(std::move(bound)));
  } else if (const auto* update = std::get_if<sql::Update>(&tree.form)) {
    auto bound = ATTEMPT(sql::bind_update(*update, names, std::move(declared), options));
    ATTEMPT(take_change(std::move(bound)));
  } else if (const auto* del = std::get_if<sql::Delete>(&tree.form)) {
    auto bound = ATTEMPT(sql::bind_delete(*del, names, std::move(declared), options));
    ATTEMPT(take_change(std::move(bound)));
  } else if (const auto* cursor = std::get_if<sql::DeclareCursor>(&tree.form);
             cursor != nullptr && cursor->query != nullptr) {
    auto bound = ATTEMPT(sql::bind_query(*cursor->query, names, std::move(declared), options));
    ATTEMPT(take_query(std::move(bound)));
    made->columns.clear();  // the rows come by FETCH
  } else if (const auto* copy = std::get_if<sql::Copy>(&tree.form)) {
    if (!copy->from_stdin) {
      auto bound = copy->query != nullptr
                       ? sql::bind_query(*copy->query, names, std::move(declared), options)
                       : whole_table(state, *copy);
      sql::BoundQuery plan = ATTEMPT(std::move(bound));
      ATTEMPT(take_query(std::move(plan)));
    }
  } else if (made->statement.kind() == StatementKind::query) {
    auto [columns, rows] = ATTEMPT(shown(state, made->statement));
    made->columns = std::move(columns);
    made->bound = std::move(rows);
  }
  return std::shared_ptr<const PreparedPlan>(std::move(made));
}

}  // namespace levada::streaming
