// INSERT, UPDATE, DELETE, and terms alone.

#include <algorithm>
#include <functional>

#include "sql/conflict_plans.h"
#include "sql/query_binder.h"
#include "sql/token.h"

namespace levada::sql {
namespace {

using query::CastContext;
using query::Relation;
using query::RelationColumn;
using query::RelationKind;
namespace sqlstate = query::sqlstate;

constexpr std::string_view generated_always = "428C9";

SqlResult<RelationRef> target_of(const Name& name, const query::RelationCatalog& catalog,
                                 std::string_view verb) {
  const std::string schema = name.size() > 1 ? name[name.size() - 2] : "";
  if (name.size() > 2 && !catalog.is_here(name[name.size() - 3]))
    return query::refuse(sqlstate::feature_not_supported,
                         "rows of another database cannot be changed: \"" + name[name.size() - 3] +
                             "." + schema + "." + name.back() + "\"");
  if (!schema.empty() && !catalog.has_schema(schema))
    return query::refuse(sqlstate::undefined_table,
                         "relation \"" + schema + "." + name.back() + "\" does not exist");
  RelationRef relation = catalog.relation(schema, name.back());
  if (relation == nullptr)
    return query::refuse(
        sqlstate::undefined_table,
        "relation \"" + (schema.empty() ? "" : schema + ".") + name.back() + "\" does not exist");
  const auto refuse = [&](std::string_view what) {
    return query::refuse(
        sqlstate::wrong_object_type,
        "cannot " + std::string(verb) + " " + std::string(what) + " \"" + relation->name + "\"");
  };
  switch (relation->kind) {
    case RelationKind::table:
      return relation;
    case RelationKind::materialized_view:
      return refuse("materialized view");
    case RelationKind::view:
      return refuse("view");
    case RelationKind::source:
      return refuse("source");
    case RelationKind::index:
      return refuse("index");
    case RelationKind::sink:
      return refuse("sink");
    case RelationKind::system:
      return query::refuse(sqlstate::insufficient_privilege,
                           "permission denied: \"" + relation->name + "\" is a system catalog");
  }
  return relation;
}

// `position`: of its name in the text.
SqlResult<RelationRef> target(const Name& name, std::uint32_t position,
                              const query::RelationCatalog& catalog, const BindOptions& options,
                              std::string_view verb) {
  auto found = target_of(name, catalog, verb);
  const bool missing = !found && found.error().sqlstate == sqlstate::undefined_table;
  if (missing && !options.text.empty() && position <= options.text.size())
    found.error().position = character_position(options.text, position);
  return found;
}

// The columns as a scope over a plan that puts them out first.
Frame frame_over(Plan plan, const std::vector<RelationColumn>& columns, const std::string& alias,
                 const std::string& schema) {
  Frame frame;
  frame.plan = std::move(plan);
  for (std::size_t i = 0; i < columns.size(); ++i)
    frame.scope.columns.push_back(
        {alias, columns[i].name, query::column(i, columns[i].type), columns[i].hidden, false});
  frame.scope.tables.push_back({alias, schema, 0, columns.size()});
  return frame;
}

Frame stored_rows(const RelationRef& relation, const std::string& alias) {
  return frame_over(query::scan(relation), relation->columns,
                    alias.empty() ? relation->name : alias, alias.empty() ? relation->schema : "");
}

// A plan of the relation's shape that is never run: RETURNING and DEFAULT look at columns only.
Plan shape(const std::vector<RelationColumn>& columns) {
  std::vector<query::OutputColumn> output;
  for (const RelationColumn& column : columns) output.push_back({column.name, column.type});
  return query::values(std::move(output), {});
}

// Of a column's name; what no client wrote has none.
std::uint32_t position_of_column(const Insert& insert, std::size_t n) {
  return n < insert.column_positions.size() ? insert.column_positions[n] : insert.position;
}

class ChangeBinder {
 public:
  ChangeBinder(const query::RelationCatalog& catalog, std::vector<Type> parameters,
               const BindOptions& options)
      : parameters_{std::move(parameters)}, binder_(catalog, parameters_, options) {
    binder_.collect(recursions_);
  }

  SqlResult<BoundChange> insert(const Insert& insert, RelationRef relation);
  SqlResult<BoundChange> update(const Update& update, RelationRef relation);
  SqlResult<BoundChange> remove(const Delete& statement, RelationRef relation);

 private:
  SqlResult<std::size_t> column_named(const std::string& name, std::uint32_t position) const;
  SqlResult<std::vector<std::size_t>> insert_columns(const Insert& insert) const;
  SqlResult<ExpressionRef> assigned(ExpressionRef value, std::size_t column,
                                    std::uint32_t position) const;
  ExpressionRef default_of(std::size_t column) const;
  // What a row has where nothing was given.
  std::vector<ExpressionRef> defaults() const;
  SqlResult<Unit> check_count(std::size_t given, const Insert& insert,
                              const std::vector<std::size_t>& columns,
                              const std::function<std::uint32_t(std::size_t)>& position) const;
  SqlResult<Plan> value_rows(const Insert& insert, const ValuesList& list,
                             const std::vector<std::size_t>& columns);
  SqlResult<Plan> query_rows(const Insert& insert, const std::vector<std::size_t>& columns);
  SqlResult<Unit> add_from(Frame& frame, const std::vector<TableRefPtr>& from);
  SqlResult<Plan> updated_conflicts(const Insert& insert, Plan rows);
  SqlResult<Unit> check_conflict_target(const Insert& insert) const;
  SqlResult<std::size_t> assigned_column(const Assignment& assignment, std::size_t i,
                                         bool has_value,
                                         const std::vector<ExpressionRef>& row) const;
  SqlResult<Unit> assign(Frame& frame, const Assignment& assignment,
                         std::vector<ExpressionRef>& row);
  SqlResult<Unit> assign_query(Frame& frame, const Assignment& assignment, const Term& value,
                               std::vector<ExpressionRef>& row);
  SqlResult<BoundChange> finished(Plan plan, const std::vector<SelectItem>& returning,
                                  const std::string& alias);
  std::vector<std::string> names(std::size_t times) const;

  RelationRef relation_;
  ParameterTypes parameters_;
  std::vector<query::Recursion> recursions_;
  QueryBinder binder_;
};

SqlResult<std::size_t> ChangeBinder::column_named(const std::string& name,
                                                  std::uint32_t position) const {
  for (std::size_t i = 0; i < relation_->columns.size(); ++i)
    if (relation_->columns[i].name == name && !relation_->columns[i].hidden) return i;
  return binder_.at(
      position, sqlstate::undefined_column,
      "column \"" + name + "\" of relation \"" + relation_->name + "\" does not exist");
}

SqlResult<std::vector<std::size_t>> ChangeBinder::insert_columns(const Insert& insert) const {
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < insert.columns.size(); ++i) {
    const std::string& name = insert.columns[i];
    const std::uint32_t position = position_of_column(insert, i);
    const std::size_t column = ATTEMPT(column_named(name, position));
    if (std::find(columns.begin(), columns.end(), column) != columns.end())
      return binder_.at(position, sqlstate::duplicate_column,
                        "column \"" + name + "\" specified more than once");
    if (relation_->columns[column].generated != nullptr)
      return query::refuse(generated_always,
                           "cannot insert a non-DEFAULT value into column \"" + name + "\"");
    columns.push_back(column);
  }
  if (!insert.columns.empty()) return columns;
  for (std::size_t i = 0; i < relation_->columns.size(); ++i)
    if (!relation_->columns[i].hidden && relation_->columns[i].generated == nullptr)
      columns.push_back(i);
  return columns;
}

SqlResult<ExpressionRef> ChangeBinder::assigned(ExpressionRef value, std::size_t column,
                                                std::uint32_t position) const {
  const RelationColumn& to = relation_->columns[column];
  const Type from = value->type;
  auto result = binder_.coercion().to(std::move(value), to.type, CastContext::assignment);
  if (result || result.error().sqlstate != sqlstate::cannot_coerce) return result;
  return binder_.at(position, sqlstate::datatype_mismatch,
                    "column \"" + to.name + "\" is of type " + to.type.name() +
                        " but expression is of type " + from.name(),
                    "You will need to rewrite or cast the expression.");
}

ExpressionRef ChangeBinder::default_of(std::size_t column) const {
  const RelationColumn& of = relation_->columns[column];
  return of.default_value != nullptr ? of.default_value : query::null_constant(of.type);
}

std::vector<ExpressionRef> ChangeBinder::defaults() const {
  std::vector<ExpressionRef> row;
  for (std::size_t i = 0; i < relation_->columns.size(); ++i) row.push_back(default_of(i));
  return row;
}

// `position`: of the n-th expression that is given.
SqlResult<Unit> ChangeBinder::check_count(
    std::size_t given, const Insert& insert, const std::vector<std::size_t>& columns,
    const std::function<std::uint32_t(std::size_t)>& position) const {
  if (given > columns.size())
    return binder_.at(position(columns.size()), sqlstate::syntax_error,
                      "INSERT has more expressions than target columns");
  if (given < columns.size() && !insert.columns.empty())
    return binder_.at(position_of_column(insert, given), sqlstate::syntax_error,
                      "INSERT has more target columns than expressions");
  return Unit{};
}

std::vector<std::string> ChangeBinder::names(std::size_t times) const {
  std::vector<std::string> all;
  for (std::size_t time = 0; time < times; ++time)
    for (const RelationColumn& column : relation_->columns) all.push_back(column.name);
  return all;
}

// Each value takes its column's type by itself, as PostgreSQL has it: '1' and 1 in one list.
SqlResult<Plan> ChangeBinder::value_rows(const Insert& insert, const ValuesList& list,
                                         const std::vector<std::size_t>& columns) {
  const Frame nothing = ATTEMPT(binder_.from({}, nullptr));
  std::vector<std::vector<ExpressionRef>> rows;
  std::vector<Plan> inputs;  // beside the rows: what their subqueries made of `nothing`
  bool has_subqueries = false;
  for (const std::vector<TermRef>& given : list.rows) {
    const auto position = [&](std::size_t n) {
      return given[n] == nullptr ? insert.position : given[n]->position;
    };
    ATTEMPT(check_count(given.size(), insert, columns, position));
    std::vector<ExpressionRef> row = defaults();
    Frame frame = nothing;
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (given[i] == nullptr) continue;
      ExpressionRef value = ATTEMPT(binder_.term_over(frame, *given[i]));
      row[columns[i]] = ATTEMPT(assigned(std::move(value), columns[i], given[i]->position));
    }
    has_subqueries = has_subqueries || frame.plan != nothing.plan;
    rows.push_back(std::move(row));
    inputs.push_back(std::move(frame.plan));
  }
  if (!has_subqueries) {
    std::vector<query::OutputColumn> output;
    for (const RelationColumn& column : relation_->columns)
      output.push_back({column.name, column.type});
    return query::values(std::move(output), std::move(rows));
  }
  std::vector<Plan> parts;
  for (std::size_t i = 0; i < rows.size(); ++i)
    parts.push_back(query::project(inputs[i], std::move(rows[i]), names(1)));
  if (parts.size() == 1) return parts.front();
  return query::set_operation(query::SetKind::union_, true, std::move(parts));
}

SqlResult<Plan> ChangeBinder::query_rows(const Insert& insert,
                                         const std::vector<std::size_t>& columns) {
  const Plan input = ATTEMPT(binder_.query(*insert.source, nullptr));
  std::vector<std::size_t> given;
  for (std::size_t i = 0; i < input->columns.size(); ++i)
    if (!input->columns[i].hidden) given.push_back(i);
  ATTEMPT(check_count(given.size(), insert, columns,
                      [&](std::size_t n) { return position_of_item(*insert.source, n); }));
  const auto* head = std::get_if<query::Project>(&input->node);
  std::vector<ExpressionRef> row = defaults();
  for (std::size_t i = 0; i < given.size(); ++i) {
    ExpressionRef value = query::column(given[i], input->columns[given[i]].type);
    // A literal of the SELECT list has no type of its own yet.
    if (head != nullptr) {
      const ExpressionRef& made = head->expressions[given[i]];
      if (made->kind == query::ExpressionKind::constant && made->type.is(TypeKind::varchar))
        value = made->value.is_null() ? query::null_constant(TypeKind::unknown)
                                      : query::constant(TypeKind::unknown, made->value.datum());
    }
    row[columns[i]] = ATTEMPT(assigned(std::move(value), columns[i], insert.source->position));
  }
  return query::project(input, std::move(row), names(1));
}

SqlResult<BoundChange> ChangeBinder::insert(const Insert& insert, RelationRef relation) {
  relation_ = std::move(relation);
  const std::vector<std::size_t> columns = ATTEMPT(insert_columns(insert));
  Plan plan;
  if (insert.source == nullptr) {
    std::vector<query::OutputColumn> output;
    for (const RelationColumn& column : relation_->columns)
      output.push_back({column.name, column.type});
    plan = query::values(std::move(output), {defaults()});
  } else {
    const Query& source = *insert.source;
    const auto* list = std::get_if<ValuesList>(&source.body);
    const bool plain = list != nullptr && source.with.empty() && source.order.empty() &&
                       source.limit == nullptr && source.offset == nullptr;
    plan = ATTEMPT(plain ? value_rows(insert, *list, columns) : query_rows(insert, columns));
  }
  ATTEMPT(check_conflict_target(insert));
  if (insert.on_conflict_nothing)
    plan = without_conflicts(relation_, std::move(plan));
  else if (!insert.conflict_assignments.empty())
    plan = ATTEMPT(updated_conflicts(insert, std::move(plan)));
  return finished(std::move(plan), insert.returning, insert.alias);
}

// ---- ON CONFLICT ----

SqlResult<Unit> ChangeBinder::check_conflict_target(const Insert& insert) const {
  if (!insert.on_conflict_nothing && insert.conflict_assignments.empty()) return Unit{};
  std::vector<std::size_t> wanted;
  for (const std::string& name : insert.conflict_columns)
    wanted.push_back(ATTEMPT(column_named(name, insert.position)));
  std::vector<std::size_t> key = relation_->key;
  std::sort(wanted.begin(), wanted.end());
  std::sort(key.begin(), key.end());
  if (wanted.empty() && insert.on_conflict_nothing) return Unit{};
  if (wanted.empty())
    return binder_.at(insert.position, sqlstate::syntax_error,
                      "ON CONFLICT DO UPDATE requires inference specification or constraint name",
                      "For example, ON CONFLICT (column_name).");
  if (has_declared_key(*relation_) && wanted == key) return Unit{};
  return query::refuse("42P10",
                       "there is no unique or exclusion constraint matching the ON CONFLICT "
                       "specification");
}

// DO UPDATE: beside each new row the one that has its key. What comes out overwrites it.
SqlResult<Plan> ChangeBinder::updated_conflicts(const Insert& insert, Plan rows) {
  const std::size_t width = relation_->columns.size();
  const Plan stored = stored_beside(relation_, rows);
  const Plan joined =
      query::join(query::JoinKind::left, std::move(rows), stored, same_key(*relation_));
  Frame frame;
  frame.plan = joined;
  const std::string alias = insert.alias.empty() ? relation_->name : insert.alias;
  const auto add_table = [&](const std::string& name, std::size_t shift) {
    const std::size_t first = frame.scope.columns.size();
    for (std::size_t i = 0; i < width; ++i) {
      const RelationColumn& column = relation_->columns[i];
      frame.scope.columns.push_back(
          {name, column.name, query::column(shift + i, column.type), column.hidden, false});
    }
    frame.scope.tables.push_back({name, "", first, first + width});
  };
  add_table(alias, width);
  add_table("excluded", 0);
  std::vector<ExpressionRef> changed(width);
  for (const Assignment& assignment : insert.conflict_assignments)
    ATTEMPT(assign(frame, assignment, changed));
  const std::size_t key = relation_->key.front();
  const ExpressionRef is_new =
      query::expression(query::ExpressionKind::is_null, TypeKind::boolean,
                        {query::column(width + key, relation_->columns[key].type)});
  if (insert.conflict_where != nullptr) {
    ExpressionRef wanted = ATTEMPT(binder_.term_over(frame, *insert.conflict_where));
    wanted =
        ATTEMPT(binder_.coercion().to(std::move(wanted), TypeKind::boolean, CastContext::implicit));
    frame.plan =
        query::filter(frame.plan, query::expression(query::ExpressionKind::any, TypeKind::boolean,
                                                    {is_new, std::move(wanted)}));
  }
  std::vector<ExpressionRef> row;
  for (std::size_t i = 0; i < width; ++i) {
    const RelationColumn& column = relation_->columns[i];
    ExpressionRef kept = changed[i] != nullptr ? changed[i] : query::column(width + i, column.type);
    if (column.generated != nullptr)
      row.push_back(query::null_constant(column.type));
    else
      row.push_back(query::expression(query::ExpressionKind::choose, column.type,
                                      {is_new, query::column(i, column.type), std::move(kept)}));
  }
  return query::project(frame.plan, std::move(row), names(1));
}

// The tables of FROM or USING beside the target's rows.
SqlResult<Unit> ChangeBinder::add_from(Frame& frame, const std::vector<TableRefPtr>& from) {
  if (from.empty()) return Unit{};
  Frame others = ATTEMPT(binder_.from(from, nullptr));
  const std::size_t shift = frame.plan->columns.size();
  const std::size_t first = frame.scope.columns.size();
  std::vector<std::size_t> moved(others.plan->columns.size());
  for (std::size_t i = 0; i < moved.size(); ++i) moved[i] = i + shift;
  frame.plan = query::join(query::JoinKind::inner, frame.plan, others.plan,
                           query::constant(TypeKind::boolean, query::Datum::of(true)));
  for (ScopeColumn& column : others.scope.columns) {
    column.value = query::with_columns(column.value, moved);
    frame.scope.columns.push_back(std::move(column));
  }
  for (ScopeTable& table : others.scope.tables) {
    if (table.alias == frame.scope.tables.front().alias)
      return query::refuse(sqlstate::duplicate_alias,
                           "table name \"" + table.alias + "\" specified more than once");
    table.first += first;
    table.beyond += first;
    frame.scope.tables.push_back(std::move(table));
  }
  return Unit{};
}

SqlResult<std::size_t> ChangeBinder::assigned_column(const Assignment& assignment, std::size_t i,
                                                     bool has_value,
                                                     const std::vector<ExpressionRef>& row) const {
  const std::string& name = assignment.columns[i];
  const std::size_t column = ATTEMPT(column_named(name, assignment.position));
  if (row[column] != nullptr)
    return query::refuse(sqlstate::syntax_error,
                         "multiple assignments to same column \"" + name + "\"");
  if (relation_->columns[column].generated != nullptr && has_value)
    return query::refuse(generated_always,
                         "column \"" + name + "\" can only be updated to DEFAULT");
  return column;
}

// (a, b) = (SELECT x, y …): the row of SELECT ROW(x, y) …, each column a field of it; of no row
// they are NULL.
SqlResult<Unit> ChangeBinder::assign_query(Frame& frame, const Assignment& assignment,
                                           const Term& value, std::vector<ExpressionRef>& row) {
  const ExpressionRef whole = ATTEMPT(binder_.row_of_query(frame, value));
  if (whole->type.fields().size() != assignment.columns.size())
    return binder_.at(value.position, sqlstate::syntax_error,
                      "number of columns does not match number of values");
  for (std::size_t i = 0; i < assignment.columns.size(); ++i) {
    const std::size_t column = ATTEMPT(assigned_column(assignment, i, true, row));
    ExpressionRef part =
        query::expression(query::ExpressionKind::field, whole->type.fields()[i].type, {whole}, i);
    row[column] = ATTEMPT(assigned(std::move(part), column, value.position));
  }
  return Unit{};
}

SqlResult<Unit> ChangeBinder::assign(Frame& frame, const Assignment& assignment,
                                     std::vector<ExpressionRef>& row) {
  const bool single = assignment.columns.size() == 1;
  const Term* value = assignment.value.get();
  while (!single && value != nullptr && value->kind == TermKind::group)
    value = value->arguments.front().get();
  if (!single && value != nullptr && value->kind == TermKind::subquery)
    return assign_query(frame, assignment, *value, row);
  if (!single && value != nullptr && value->kind != TermKind::row)
    return binder_.at(value->position, sqlstate::feature_not_supported,
                      "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() "
                      "expression");
  if (!single && value != nullptr && value->arguments.size() != assignment.columns.size())
    return binder_.at(value->position, sqlstate::syntax_error,
                      "number of columns does not match number of values");
  for (std::size_t i = 0; i < assignment.columns.size(); ++i) {
    const std::size_t column = ATTEMPT(assigned_column(assignment, i, value != nullptr, row));
    const Term* one = single || value == nullptr ? value : value->arguments[i].get();
    if (one == nullptr) {
      row[column] = default_of(column);
    } else {
      ExpressionRef bound = ATTEMPT(binder_.term_over(frame, *one));
      row[column] = ATTEMPT(assigned(std::move(bound), column, one->position));
    }
  }
  return Unit{};
}

// A row that FROM's tables match several times is changed once.
Plan once(Plan plan, std::size_t columns) {
  query::TopN top;
  for (std::size_t i = 0; i < columns; ++i)
    top.partition.push_back(query::column(i, plan->columns[i].type));
  top.limit = query::constant(TypeKind::int8, query::Datum::of(1));
  top.input = std::move(plan);
  return query::top_n(std::move(top));
}

SqlResult<BoundChange> ChangeBinder::update(const Update& update, RelationRef relation) {
  relation_ = std::move(relation);
  const std::size_t width = relation_->columns.size();
  Frame frame = stored_rows(relation_, update.alias);
  ATTEMPT(add_from(frame, update.from));
  if (update.where != nullptr) ATTEMPT(binder_.where(frame, *update.where));
  std::vector<ExpressionRef> changed(width);
  for (const Assignment& assignment : update.assignments)
    ATTEMPT(assign(frame, assignment, changed));
  std::vector<ExpressionRef> row;
  for (std::size_t i = 0; i < width; ++i)
    row.push_back(query::column(i, relation_->columns[i].type));
  for (std::size_t i = 0; i < width; ++i) {
    if (changed[i] != nullptr)
      row.push_back(changed[i]);
    else if (relation_->columns[i].generated != nullptr)
      row.push_back(query::null_constant(relation_->columns[i].type));
    else
      row.push_back(row[i]);
  }
  Plan plan = query::project(frame.plan, std::move(row), names(2));
  if (!update.from.empty()) plan = once(std::move(plan), width);
  return finished(std::move(plan), update.returning, update.alias);
}

SqlResult<BoundChange> ChangeBinder::remove(const Delete& statement, RelationRef relation) {
  relation_ = std::move(relation);
  const std::size_t width = relation_->columns.size();
  Frame frame = stored_rows(relation_, statement.alias);
  ATTEMPT(add_from(frame, statement.from));
  if (statement.where != nullptr) ATTEMPT(binder_.where(frame, *statement.where));
  std::vector<ExpressionRef> row;
  for (std::size_t i = 0; i < width; ++i)
    row.push_back(query::column(i, relation_->columns[i].type));
  Plan plan = query::project(frame.plan, std::move(row), names(1));
  if (!statement.from.empty()) plan = once(std::move(plan), width);
  return finished(std::move(plan), statement.returning, statement.alias);
}

SqlResult<BoundChange> ChangeBinder::finished(Plan plan, const std::vector<SelectItem>& returning,
                                              const std::string& alias) {
  BoundChange bound;
  bound.relation = relation_;
  bound.plan = std::move(plan);
  const Plan row = shape(relation_->columns);
  Frame frame = frame_over(row, relation_->columns, alias.empty() ? relation_->name : alias,
                           relation_->schema);
  for (const SelectItem& item : returning) {
    if (item.term->kind == TermKind::star) {
      for (auto& [value, name] : ATTEMPT(binder_.expand_star(frame, *item.term))) {
        bound.returning_columns.push_back({name, value->type});
        bound.returning.push_back(std::move(value));
      }
      continue;
    }
    ExpressionRef value = ATTEMPT(binder_.term_over(frame, *item.term));
    value = ATTEMPT(binder_.coercion().settled(std::move(value)));
    if (frame.plan != row)
      return binder_.at(item.term->position, sqlstate::feature_not_supported,
                        "subqueries in RETURNING are not supported");
    bound.returning_columns.push_back(
        {item.alias.empty() ? QueryBinder::column_name(*item.term) : item.alias, value->type});
    bound.returning.push_back(std::move(value));
  }
  bound.recursions = std::move(recursions_);
  bound.parameters = parameters_.types;
  return bound;
}

}  // namespace

SqlResult<BoundChange> bind_insert(const Insert& insert, const query::RelationCatalog& catalog,
                                   std::vector<Type> parameters, const BindOptions& options) {
  RelationRef relation =
      ATTEMPT(target(insert.table, insert.position, catalog, options, "insert into"));
  return ChangeBinder(catalog, std::move(parameters), options).insert(insert, std::move(relation));
}

SqlResult<BoundChange> bind_update(const Update& update, const query::RelationCatalog& catalog,
                                   std::vector<Type> parameters, const BindOptions& options) {
  RelationRef relation = ATTEMPT(target(update.table, update.position, catalog, options, "update"));
  return ChangeBinder(catalog, std::move(parameters), options).update(update, std::move(relation));
}

SqlResult<BoundChange> bind_delete(const Delete& statement, const query::RelationCatalog& catalog,
                                   std::vector<Type> parameters, const BindOptions& options) {
  RelationRef relation =
      ATTEMPT(target(statement.table, statement.position, catalog, options, "delete from"));
  return ChangeBinder(catalog, std::move(parameters), options)
      .remove(statement, std::move(relation));
}

SqlResult<BoundChange> bind_truncate(const Name& table, std::uint32_t position,
                                     const query::RelationCatalog& catalog,
                                     const BindOptions& options) {
  BoundChange bound;
  bound.relation = ATTEMPT(target(table, position, catalog, options, "truncate"));
  bound.plan = query::scan(bound.relation);
  return bound;
}

SqlResult<ExpressionRef> bind_term(const Term& term, const std::vector<RelationColumn>& columns,
                                   const Type& type, const query::RelationCatalog& catalog,
                                   const BindOptions& options) {
  ParameterTypes parameters;
  QueryBinder binder(catalog, parameters, options);
  const Plan row = shape(columns);
  Frame frame = frame_over(row, columns, "", "");
  ExpressionRef value = ATTEMPT(binder.term_over(frame, term));
  if (frame.plan != row)
    return binder.at(term.position, sqlstate::feature_not_supported,
                     "subqueries are not allowed in this expression");
  if (!parameters.types.empty())
    return binder.at(term.position, sqlstate::undefined_parameter,
                     "parameters are not allowed in this expression");
  return binder.coercion().to(std::move(value), type, CastContext::assignment);
}

}  // namespace levada::sql
