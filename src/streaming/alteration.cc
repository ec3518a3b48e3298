#include "streaming/alteration.h"

#include <algorithm>
#include <map>

#include "query/column_use.h"
#include "query/rewrite.h"
#include "sql/binder.h"
#include "sql/definition_edit.h"
#include "sql/parser.h"
#include "streaming/engine.h"
#include "streaming/session_catalog.h"

namespace levada::streaming {

namespace {

using query::Plan;
using query::refuse;
using query::SqlResult;
namespace sqlstate = query::sqlstate;

// The catalog with one relation in another form.
class ChangedCatalog final : public query::RelationCatalog {
 public:
  ChangedCatalog(const query::RelationCatalog& names, std::shared_ptr<const Relation> changed)
      : names_(names), changed_(std::move(changed)) {}
  std::shared_ptr<const Relation> relation(std::string_view schema,
                                           std::string_view name) const override {
    auto found = names_.relation(schema, name);
    return found != nullptr && found->id == changed_->id ? changed_ : found;
  }
  bool has_schema(std::string_view schema) const override { return names_.has_schema(schema); }
  std::span<const query::SqlFunction> functions(std::string_view schema,
                                                std::string_view name) const override {
    return names_.functions(schema, name);
  }

 private:
  const query::RelationCatalog& names_;
  std::shared_ptr<const Relation> changed_;
};

// What the definition of a view or a sink selects, in the catalog as it is told; none: it has no
// query. The text that positions point into is the object's.
std::optional<SqlResult<Plan>> selected(const Object& object, const query::RelationCatalog& names,
                                        std::vector<sql::Mention>* mentions) {
  const auto parsed = sql::parse(object.text);
  if (!parsed || parsed->size() != 1) return std::nullopt;
  const sql::Query* query = nullptr;
  if (const auto* view = std::get_if<sql::CreateView>(&parsed->front().form))
    query = view->query.get();
  else if (const auto* sink = std::get_if<sql::CreateSink>(&parsed->front().form))
    query = sink->query.get();
  if (query == nullptr) return std::nullopt;
  sql::BindOptions options;
  options.text = object.text;
  options.mentions = mentions;
  auto bound = sql::bind_query(*query, names, {}, options);
  if (!bound) return tl::make_unexpected(std::move(bound).error());
  return std::move(bound->plan);
}

// The text of a view's query within its definition; of anything else the definition.
std::string definition_in(const std::string& text) {
  const auto parsed = sql::parse(text);
  if (parsed && parsed->size() == 1)
    if (const auto* view = std::get_if<sql::CreateView>(&parsed->front().form);
        view != nullptr && !view->materialized)
      return text.substr(view->query_begin, view->query_end - view->query_begin);
  return text;
}

// The plan with each scan of the table as a scan of its new form, seen in the old one.
Plan over_altered(const Plan& plan, const std::shared_ptr<const Relation>& table,
                  const std::vector<std::size_t>& now_at,
                  std::map<const query::PlanNode*, Plan>& done) {
  if (const auto found = done.find(plan.get()); found != done.end()) return found->second;
  Plan result;
  if (const auto* scan = std::get_if<query::Scan>(&plan->node)) {
    result = plan;
    if (scan->relation->id == table->id) {
      std::vector<query::ExpressionRef> old_columns;
      std::vector<std::string> names;
      for (std::size_t i = 0; i < now_at.size(); ++i) {
        const query::RelationColumn& column = scan->relation->columns[i];
        old_columns.push_back(now_at[i] < table->columns.size()
                                  ? query::column(now_at[i], column.type)
                                  : query::null_constant(column.type));  // nobody looks at it
        names.push_back(column.name);
      }
      result = query::project(query::scan(table), std::move(old_columns), std::move(names));
    }
  } else {
    std::vector<Plan> inputs;
    for (const Plan& input : query::inputs(*plan))
      inputs.push_back(over_altered(input, table, now_at, done));
    result = query::with_plan_inputs(plan, std::move(inputs));
  }
  done.emplace(plan.get(), result);
  return result;
}

// A view that has the column may not lose it.
SqlResult<Unit> check_unused(const Object& reader, const query::RelationCatalog& names,
                             const std::shared_ptr<const Relation>& changed,
                             const std::string& column) {
  const auto refused = [&]() -> SqlResult<Unit> {
    return refuse(sqlstate::dependent_objects, "cannot drop column \"" + column + "\" of table " +
                                                   changed->name +
                                                   " because it is being referenced by " +
                                                   std::string(name_of(reader.relation->kind)) +
                                                   " \"" + reader.relation->name + "\"");
  };
  if (reader.relation->kind == RelationKind::index) {
    for (const query::RelationColumn& one : reader.relation->columns)
      if (one.name == column || one.name == "expr") return refused();
    return Unit{};
  }
  if (reader.circuit != nullptr) {
    const Plan& plan = reader.plan;
    for (const auto& read : query::relations(plan)) {
      if (read->id != changed->id) continue;
      for (std::size_t i = 0; i < read->columns.size(); ++i)
        if (read->columns[i].name == column && query::uses_column(plan, read->id, i))
          return refused();
    }
    return Unit{};
  }
  const ChangedCatalog after(names, changed);
  const auto then = selected(reader, after, nullptr);
  if (!then || !*then) return refused();
  const auto now = selected(reader, names, nullptr);
  if (!now || !*now || (**now)->columns.size() != (**then)->columns.size()) return refused();
  return Unit{};
}

}  // namespace

std::vector<Retexted> retexted(Catalog& catalog, const std::vector<Renamed>& renamed,
                               const Definition& definition) {
  std::map<RelationId, const Renamed*> last;
  for (const Renamed& one : renamed) last[one.id] = &one;
  const SessionCatalog names(catalog, definition.database, {definition.schema});
  std::vector<Retexted> texts;
  for (const auto& [id, object] : catalog.objects()) {
    if (object->is_hidden() || object->relation->database != definition.database) continue;
    std::vector<sql::NameEdit> edits;
    const auto edit = [&](std::optional<std::uint32_t> position, RelationId relation, bool alias) {
      const auto found = last.find(relation);
      if (position && found != last.end())
        edits.push_back({*position, found->second->schema, found->second->name, alias});
    };
    edit(sql::defined_name_position(object->text), RelationId(id), false);
    const RelationKind kind = object->relation->kind;
    if (kind == RelationKind::index)
      edit(sql::name_position_after(object->text, "on"), object->indexed, false);
    if (object->into != nullptr)
      edit(sql::name_position_after(object->text, "into"), object->into->target, false);
    std::vector<sql::Mention> mentions;
    const auto query = selected(*object, names, &mentions);
    if (!query && kind == RelationKind::sink && !object->reads.empty())
      edit(sql::name_position_after(object->text, "from"), object->reads.front(), false);
    for (const sql::Mention& mention : mentions)
      if (std::none_of(edits.begin(), edits.end(),
                       [&](const auto& known) { return known.position == mention.position; }))
        edit(mention.position, mention.relation, !mention.aliased);
    if (edits.empty()) continue;
    Retexted one{RelationId(id), sql::with_names(object->text, edits), {}};
    one.definition = definition_in(one.text);
    texts.push_back(std::move(one));
  }
  return texts;
}

namespace {

// What a primary key that comes later, and NOT NULL, ask of the rows that are there.
SqlResult<Unit> check_rows(const Object& table, const Altered& change) {
  const Relation& now = *change.table->relation;
  const auto stored = [&](const query::Row& row, std::size_t column) {
    return change.from[column] ? row[*change.from[column]] : query::Datum::null();
  };
  KeyedStore known(now.key);
  for (const query::Change& one : table.rows->all()) {
    std::vector<query::Datum> data;
    for (std::size_t i = 0; i < now.columns.size(); ++i) {
      data.push_back(stored(one.row, i));
      const query::RelationColumn& column = now.columns[i];
      if (column.not_null && change.from[i] && data.back().is_null())
        return refuse(
            sqlstate::not_null_violation,
            "column \"" + column.name + "\" of relation \"" + now.name + "\" contains null values");
    }
    if (!known.put(query::Row::of(data))) continue;
    std::string names, values;
    for (const std::size_t at : now.key) {
      names += (names.empty() ? "" : ", ") + now.columns[at].name;
      values += (values.empty() ? "" : ", ") + query::to_text(now.columns[at].type, data[at], {});
    }
    query::SqlError error;
    error.sqlstate = sqlstate::unique_violation;
    error.message = "could not create unique index \"" + now.name + "_pkey\"";
    error.detail = "Key (" + names + ")=(" + values + ") is duplicated.";
    return tl::make_unexpected(std::move(error));
  }
  return Unit{};
}

// ADD PRIMARY KEY, ALTER and RENAME COLUMN: the columns stay, what is asked of them changes.
SqlResult<Altered> with_other_rules(Engine& engine, const Object& table, const sql::Alter& alter,
                                    const Definition& definition) {
  const Relation& old = *table.relation;
  const bool keys = alter.action == sql::Alter::Action::add_primary_key;
  if (!keys && alter.value == "type")
    return refuse(sqlstate::feature_not_supported, "a column's type cannot be altered");
  for (const std::string& name : keys ? alter.names : std::vector{alter.text})
    if (std::none_of(old.columns.begin(), old.columns.end(),
                     [&](const auto& column) { return column.name == name; }))
      return refuse(sqlstate::undefined_column,
                    "column \"" + name + "\" of relation \"" + old.name + "\" does not exist");
  for (const query::RelationColumn& column : old.columns)
    if (keys && std::find(alter.names.begin(), alter.names.end(), column.name) != alter.names.end())
      ATTEMPT(sql::check_comparable(column.type, "equality"));
  const auto readers = engine.catalog().readers_of(old.id);
  const bool renames = alter.action == sql::Alter::Action::rename_column;
  if (renames && std::any_of(old.columns.begin(), old.columns.end(),
                             [&](const auto& column) { return column.name == alter.value; }))
    return refuse(sqlstate::duplicate_column,
                  "column \"" + alter.value + "\" of relation \"" + old.name + "\" already exists");
  if (renames && !readers.empty())
    return refuse(sqlstate::feature_not_supported,
                  "columns of a table that views, sinks or indexes read cannot be renamed");
  if (keys && !old.columns[old.key.front()].hidden)
    return refuse("42P16", "multiple primary keys for table \"" + old.name + "\" are not allowed");
  if (keys && std::any_of(readers.begin(), readers.end(),
                          [](const Object* one) { return one->circuit != nullptr; }))
    return refuse(sqlstate::feature_not_supported,
                  "a table that views or sinks read cannot get a primary key");
  Definition changed = definition;
  changed.id = old.id.value();
  changed.user = table.owner;
  changed.schema = old.schema;
  changed.text = ATTEMPT(keys ? sql::with_primary_key(table.text, alter.names)
                              : sql::with_changed_column(table.text, definition.text));
  Altered result;
  result.table = ATTEMPT(table_of(engine, changed));
  const Relation& now = *result.table->relation;
  for (const query::RelationColumn& one : now.columns) {
    std::size_t at = 0;
    const std::string& was = renames && one.name == alter.value ? alter.text : one.name;
    while (at < old.columns.size() && old.columns[at].name != was) ++at;
    result.from.push_back(at < old.columns.size() ? std::optional(at) : std::nullopt);
  }
  ATTEMPT(check_rows(table, result));
  return result;
}

}  // namespace

SqlResult<Altered> altered(Engine& engine, const Object& table, const sql::Alter& alter,
                           const Definition& definition) {
  const Relation& old = *table.relation;
  if (old.kind != RelationKind::table || table.source != nullptr)
    return refuse(sqlstate::wrong_object_type,
                  "\"" + old.name + "\" is not a table or cannot be altered");
  for (const auto& [id, object] : engine.catalog().objects())
    if (object->into != nullptr && object->into->target == old.id)
      return refuse(sqlstate::feature_not_supported,
                    "a table that a sink goes into cannot be altered");
  if (alter.action == sql::Alter::Action::add_primary_key ||
      alter.action == sql::Alter::Action::alter_column ||
      alter.action == sql::Alter::Action::rename_column)
    return with_other_rules(engine, table, alter, definition);
  const bool adds = alter.action == sql::Alter::Action::add_column;
  const std::string& column = adds ? alter.column.name : alter.text;
  const auto place = [](const Relation& relation, std::string_view name) {
    std::size_t at = 0;
    while (at < relation.columns.size() && relation.columns[at].name != name) ++at;
    return at;
  };
  const bool there = place(old, column) < old.columns.size();
  if (adds == there && alter.if_exists) return Altered{};  // nothing to do
  if (adds && there)
    return refuse(sqlstate::duplicate_column,
                  "column \"" + column + "\" of relation \"" + old.name + "\" already exists");
  if (!adds && !there)
    return refuse(sqlstate::undefined_column,
                  "column \"" + column + "\" of relation \"" + old.name + "\" does not exist");
  if (adds && (alter.column.primary_key || alter.column.generated != nullptr))
    return refuse(sqlstate::feature_not_supported,
                  "a column of the primary key or a generated one cannot be added");
  if (adds && alter.column.not_null && alter.column.default_value == nullptr)
    return refuse(sqlstate::not_null_violation,
                  "alter table add NOT NULL columns must have default value");
  if (!adds && alter.cascade)
    return refuse(sqlstate::feature_not_supported, "DROP COLUMN … CASCADE is not supported");
  if (!adds && std::any_of(old.key.begin(), old.key.end(),
                           [&](std::size_t key) { return old.columns[key].name == column; }))
    return refuse(sqlstate::feature_not_supported,
                  "column \"" + column + "\" of the primary key cannot be dropped");

  Definition changed = definition;
  changed.id = old.id.value();
  changed.user = table.owner;
  changed.schema = old.schema;
  changed.text = ATTEMPT(adds ? sql::with_column(table.text, definition.text)
                              : sql::without_column(table.text, column));
  Altered result;
  result.table = ATTEMPT(table_of(engine, changed));
  const Relation& now = *result.table->relation;
  for (const query::RelationColumn& one : now.columns) {
    const std::size_t at = place(old, one.name);
    result.from.push_back(at < old.columns.size() ? std::optional(at) : std::nullopt);
  }
  std::vector<std::size_t> now_at;
  for (const query::RelationColumn& one : old.columns) now_at.push_back(place(now, one.name));
  const SessionCatalog names(engine.catalog(), definition.database, {definition.schema});
  for (const Object* reader : engine.catalog().readers_of(old.id)) {
    if (!adds) ATTEMPT(check_unused(*reader, names, result.table->relation, column));
    if (reader->circuit == nullptr) continue;
    std::map<const query::PlanNode*, Plan> done;
    result.readers.emplace_back(reader->relation->id,
                                over_altered(reader->plan, result.table->relation, now_at, done));
  }
  return result;
}

}  // namespace levada::streaming
