// SHOW, DESCRIBE, EXPLAIN.

#include <algorithm>

#include "query/optimizer.h"
#include "sql/parser.h"
#include "streaming/session_state.h"
#include "streaming/shown_text.h"
#include "streaming/system_parameters.h"

namespace levada::streaming {

namespace {

using query::Datum;
using query::refuse;
using query::TypeKind;

struct Table {
  std::vector<ResultColumn> columns;
  Shown rows;

  explicit Table(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
      columns.push_back({std::string(name), TypeKind::varchar});
  }
  void add(std::initializer_list<std::string_view> values) {
    std::vector<Datum> data;
    for (const std::string_view value : values) data.push_back(Datum::of(value));
    rows.rows.push_back(Row::of(data));
  }
  std::pair<std::vector<ResultColumn>, Shown> take() {
    return {std::move(columns), std::move(rows)};
  }
};

bool like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    for (std::size_t i = 0; i <= text.size(); ++i)
      if (like(text.substr(i), pattern.substr(1))) return true;
    return false;
  }
  return !text.empty() && (pattern[0] == '_' || pattern[0] == text[0]) &&
         like(text.substr(1), pattern.substr(1));
}

SqlResult<std::shared_ptr<const Relation>> named(Session::State& state, const sql::Name& name) {
  const SessionCatalog names(state.engine.catalog(), state.options.database,
                             state.settings.search_path());
  const std::string schema = name.size() > 1 ? name[name.size() - 2] : "";
  auto relation = name.size() > 2 ? names.relation_in(name[name.size() - 3], schema, name.back())
                                  : names.relation(schema, name.back());
  if (relation == nullptr)
    return refuse(query::sqlstate::undefined_table,
                  "relation \"" + name.back() + "\" does not exist");
  return relation;
}

std::optional<RelationKind> kind_of(std::string_view what) {
  if (what == "tables") return RelationKind::table;
  if (what == "sources") return RelationKind::source;
  if (what == "views") return RelationKind::view;
  if (what == "materialized views") return RelationKind::materialized_view;
  if (what == "sinks" || what == "subscriptions") return RelationKind::sink;
  return std::nullopt;
}

Table relations(Session::State& state, const sql::Show& show, RelationKind kind) {
  Table table{"Name"};
  const auto path = state.settings.search_path();
  std::vector<std::string> names;
  for (const auto& [id, object] : state.engine.catalog().objects()) {
    const Relation& relation = *object->relation;
    if (relation.kind != kind || object->is_hidden() || relation.database != state.options.database)
      continue;
    if (object->is_subscription() != (show.what == "subscriptions")) continue;
    if (!show.name.empty() && relation.schema != show.name.back()) continue;
    const bool visible =
        !show.name.empty() || std::find(path.begin(), path.end(), relation.schema) != path.end();
    if (!visible && kind != RelationKind::sink) continue;
    if (show.like && !like(relation.name, *show.like)) continue;
    names.push_back(visible ? relation.name : relation.schema + "." + relation.name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) table.add({name});
  return table;
}

Table indexes(Session::State& state, const sql::Show& show, const Relation* only) {
  Table table{"Name", "On", "Key", "Include", "Distributed By"};
  for (const auto& [id, object] : state.engine.catalog().objects()) {
    if (object->relation->kind != RelationKind::index ||
        object->relation->database != state.options.database)
      continue;
    const Object* on = state.engine.catalog().find(object->indexed);
    if (only != nullptr && (on == nullptr || on->relation->id != only->id)) continue;
    if (show.like && !like(object->relation->name, *show.like)) continue;
    std::string key;
    for (const query::RelationColumn& column : object->relation->columns)
      key += (key.empty() ? "" : ", ") + column.name;
    table.add({object->relation->name, on == nullptr ? "" : on->relation->name, key, "", key});
  }
  return table;
}

Table functions(Session::State& state) {
  Table table{"Name", "Arguments", "Return Type", "Language", "Link"};
  for (const auto& [key, functions] : state.engine.catalog().functions()) {
    if (key.database != state.options.database) continue;
    for (const query::SqlFunction& function : functions) {
      std::string arguments;
      for (const auto& [name, type] : function.arguments)
        arguments += (arguments.empty() ? "" : ", ") + type.name();
      table.add({key.name, arguments, function.result.name(), "sql", ""});
    }
  }
  return table;
}

std::string key_names(const Relation& relation) {
  std::string out;
  for (const std::size_t column : relation.key) {
    if (!out.empty()) out += ", ";
    out += relation.columns[column].name;
  }
  return out;
}

Table columns(Session::State& state, const Relation& relation, bool described) {
  Table table{"Name", "Type", "Is Hidden", "Description"};
  const Object* described_object = state.engine.catalog().find(relation.id);
  const auto comment = [&](std::size_t number) -> std::string_view {
    if (described_object == nullptr || !described_object->comments.contains(number)) return "";
    return described_object->comments.at(number);
  };
  std::size_t number = 0;
  for (const query::RelationColumn& column : relation.columns)
    table.add({column.name, query::sized_name(column.type, column.size),
               column.hidden ? "true" : "false", comment(++number)});
  if (!described) return table;
  const std::string key = key_names(relation);
  if (!key.empty()) table.add({"primary key", key, "", ""});
  table.add({"distribution key", key, "", ""});
  table.add({"table description", relation.name, "", ""});
  for (const auto& [id, object] : state.engine.catalog().objects())
    if (object->relation->kind == RelationKind::index && object->indexed == relation.id)
      table.add({object->relation->name, "index", "", ""});
  return table;
}

SqlResult<std::pair<std::vector<ResultColumn>, Shown>> show_form(Session::State& state,
                                                                 const sql::Show& show) {
  if (const auto kind = kind_of(show.what)) return relations(state, show, *kind).take();
  if (show.what == "columns")
    return columns(state, *ATTEMPT(named(state, show.name)), false).take();
  if (show.what == "indexes") {
    std::shared_ptr<const Relation> only;
    if (!show.name.empty()) only = ATTEMPT(named(state, show.name));
    return indexes(state, show, only.get()).take();
  }
  if (show.what == "databases") {
    Table table{"Name"};
    for (const auto& [name, database] : state.engine.catalog().databases()) table.add({name});
    return table.take();
  }
  if (show.what == "schemas") {
    Table table{"Name"};
    if (const Database* known = state.engine.catalog().database(state.options.database))
      for (const auto& [schema, owner] : known->schemas) table.add({schema});
    for (const std::string_view schema : {"information_schema", "pg_catalog", "rw_catalog"})
      table.add({schema});
    return table.take();
  }
  if (show.what == "secrets") {
    Table table{"Name"};
    for (const auto& [key, secret] : state.engine.catalog().secrets())
      if (key.database == state.options.database) table.add({key.name});
    return table.take();
  }
  if (show.what == "users") {
    Table table{"Name"};
    for (const auto& [name, user] : state.engine.catalog().privileges().users()) table.add({name});
    return table.take();
  }
  if (show.what == "cursors" || show.what == "subscription cursors") {
    const bool subscribed = show.what != "cursors";
    Table table{"Name"};
    if (subscribed) table = Table{"Name", "Subscription"};
    for (const auto& [name, cursor] : state.cursors) {
      if (cursor.subscribed.has_value() != subscribed) continue;
      if (!subscribed) {
        table.add({name});
        continue;
      }
      const Object* object = state.engine.catalog().find(cursor.subscribed->subscription());
      table.add({name, object == nullptr ? "" : object->relation->name});
    }
    return table.take();
  }
  if (show.what == "jobs") return Table{"Id", "Statement", "Create Type", "Progress"}.take();
  if (show.what == "functions") return functions(state).take();
  if (show.what == "internal tables" || show.what == "connections") return Table{"Name"}.take();
  if (show.what == "create") {
    const auto relation = ATTEMPT(named(state, show.name));
    const Object* object = state.engine.catalog().find(relation->id);
    if (object == nullptr)
      return refuse(query::sqlstate::undefined_table,
                    "relation \"" + relation->name + "\" does not exist");
    Table table{"Name", "Create Sql"};
    table.add({relation->schema + "." + relation->name, shown_text(*object)});
    return table.take();
  }
  if (show.what == "parameters") {
    Table table{"Name", "Value", "Description", "Mutable"};
    const auto& values = state.engine.catalog().system_values();
    for (const SystemParameter& one : system_parameters()) {
      const auto value = values.find(one.name);
      table.add({std::string(one.name),
                 value == values.end() ? std::string(one.initial) : value->second,
                 std::string(one.description), one.is_mutable ? "t" : "f"});
    }
    return table.take();
  }
  if (show.what == "all") {
    Table table{"Name", "Setting", "Description"};
    for (const auto& [name, value] : state.settings.all()) table.add({name, value, ""});
    return table.take();
  }
  const std::string value = ATTEMPT(state.settings.get(show.what));
  Table table{show.what};
  table.add({value});
  return table.take();
}

SqlResult<std::pair<std::vector<ResultColumn>, Shown>> explain_form(
    Session::State& state, const sql::Explain& explain, const sql::BindOptions& options) {
  const SessionCatalog names(state.engine.catalog(), state.options.database,
                             state.settings.search_path());
  Table table{"QUERY PLAN"};
  query::Plan plan;
  std::string head;
  const auto& form = explain.statement->form;
  if (const auto* query_form = std::get_if<sql::Query>(&form)) {
    plan = ATTEMPT(sql::bind_query(*query_form, names, {}, options)).plan;
  } else if (const auto* view = std::get_if<sql::CreateView>(&form)) {
    plan = ATTEMPT(sql::bind_query(*view->query, names, {}, options)).plan;
    head = "Materialize { columns: " + std::to_string(plan->columns.size());
    if (const auto key = query::derived_key(plan)) {
      head += ", stream_key: [";
      for (std::size_t i = 0; i < key->size(); ++i)
        head += (i > 0 ? ", " : "") + plan->columns[(*key)[i]].name;
      head += "]";
    }
    head += query::is_append_only(plan) ? ", append_only }" : " }";
  } else if (const auto* sink = std::get_if<sql::CreateSink>(&form)) {
    if (sink->query != nullptr)
      plan = ATTEMPT(sql::bind_query(*sink->query, names, {}, options)).plan;
    else
      plan = query::scan(ATTEMPT(named(state, sink->from)));
    head = "Sink { columns: " + std::to_string(plan->columns.size()) + " }";
  } else if (const auto* index = std::get_if<sql::CreateIndex>(&form)) {
    plan = query::scan(ATTEMPT(named(state, index->table)));
    head = "Index { columns: " + std::to_string(index->columns.size()) + " }";
  } else if (const auto* made = std::get_if<sql::CreateTable>(&form)) {
    if (made->query != nullptr)
      plan = ATTEMPT(sql::bind_query(*made->query, names, {}, options)).plan;
    else
      plan = query::values({}, {});
    head = std::string(made->is_source ? "Source" : "Table") +
           " { columns: " + std::to_string(made->columns.size()) + " }";
  } else if (const auto* insert = std::get_if<sql::Insert>(&form)) {
    plan = ATTEMPT(sql::bind_insert(*insert, names, {}, options)).plan;
    head = "Insert";
  } else if (const auto* update = std::get_if<sql::Update>(&form)) {
    plan = ATTEMPT(sql::bind_update(*update, names, {}, options)).plan;
    head = "Update";
  } else if (const auto* del = std::get_if<sql::Delete>(&form)) {
    plan = ATTEMPT(sql::bind_delete(*del, names, {}, options)).plan;
    head = "Delete";
  } else {
    return refuse(query::sqlstate::feature_not_supported,
                  "EXPLAIN of this statement is not supported");
  }
  if (!head.empty()) table.add({head});
  for (const std::string& line : query::explain(query::optimized(plan)))
    table.add({head.empty() ? line : "  " + line});
  return table.take();
}

}  // namespace

SqlResult<std::pair<std::vector<ResultColumn>, Shown>> shown(Session::State& state,
                                                             const Statement& whole) {
  const sql::Statement& statement = *whole.parsed().statement;
  if (const auto* show = std::get_if<sql::Show>(&statement.form)) return show_form(state, *show);
  if (const auto* describe = std::get_if<sql::Describe>(&statement.form))
    return columns(state, *ATTEMPT(named(state, describe->name)), true).take();
  if (const auto* explain = std::get_if<sql::Explain>(&statement.form))
    return explain_form(state, *explain, state.bind_options(whole));
  if (const auto* fetch = std::get_if<sql::Fetch>(&statement.form)) {
    const auto found = state.cursors.find(fetch->name);
    if (found == state.cursors.end())
      return refuse(query::sqlstate::invalid_cursor_name,
                    "cursor \"" + fetch->name + "\" does not exist");
    return std::pair{found->second.columns, Shown()};
  }
  return refuse(query::sqlstate::feature_not_supported, "this statement is not supported");
}

}  // namespace levada::streaming
