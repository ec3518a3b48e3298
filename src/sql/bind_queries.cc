// The clauses around SELECT: WITH, VALUES, set operations, ORDER BY and LIMIT; and the doors of the
// binder.

#include <algorithm>

#include "sql/query_binder.h"

namespace levada::sql {
namespace {

using query::CastContext;
using query::ExpressionKind;
namespace sqlstate = query::sqlstate;

std::vector<ExpressionRef> columns_of(const Plan& plan) {
  std::vector<ExpressionRef> all;
  for (std::size_t n = 0; n < plan->columns.size(); ++n)
    all.push_back(query::column(n, plan->columns[n].type));
  return all;
}

std::vector<std::string> names_of(const Plan& plan) {
  std::vector<std::string> all;
  for (const query::OutputColumn& column : plan->columns) all.push_back(column.name);
  return all;
}

// What the plan's columns are computed from, where it is a projection: literals may still take a
// type then.
std::vector<ExpressionRef> made_by(const Plan& plan) {
  if (const auto* project = std::get_if<query::Project>(&plan->node)) return project->expressions;
  return columns_of(plan);
}

Plan made_anew(const Plan& plan, std::vector<ExpressionRef> expressions) {
  const auto* project = std::get_if<query::Project>(&plan->node);
  return query::project(project != nullptr ? project->input : plan, std::move(expressions),
                        names_of(plan));
}

std::string_view name_of(SetOperator kind) {
  switch (kind) {
    case SetOperator::union_:
      return "UNION";
    case SetOperator::intersect:
      return "INTERSECT";
    case SetOperator::except:
      return "EXCEPT";
  }
  return "";
}

query::SetKind kind_of(SetOperator kind) {
  switch (kind) {
    case SetOperator::union_:
      return query::SetKind::union_;
    case SetOperator::intersect:
      return query::SetKind::intersect;
    case SetOperator::except:
      return query::SetKind::except;
  }
  return query::SetKind::union_;
}

// CORRESPONDING: the columns of these names, in the order of the left.
SqlResult<Plan> corresponding(const Plan& plan, const std::vector<std::string>& names) {
  std::vector<ExpressionRef> kept;
  for (const std::string& name : names) {
    std::size_t n = 0;
    while (n < plan->columns.size() && plan->columns[n].name != name) ++n;
    if (n == plan->columns.size())
      return query::refuse(sqlstate::syntax_error,
                           "column \"" + name + "\" in CORRESPONDING BY does not exist");
    kept.push_back(query::column(n, plan->columns[n].type));
  }
  return query::project(plan, std::move(kept), names);
}

}  // namespace

SqlResult<Plan> QueryBinder::query(const Query& query, const Scope* outer) {
  return query_as(query, outer, true);
}

SqlResult<Plan> QueryBinder::query_as(const Query& written, const Scope* outer, bool settle) {
  constexpr int depth_max = 1'000;
  if (depth_ > depth_max) return query::refuse("54001", "stack depth limit exceeded");
  ++depth_;
  const std::size_t known = commons_.size();
  const auto made = [&]() -> SqlResult<Plan> {
    ATTEMPT(common_tables(written, outer));
    if (const auto* one = std::get_if<Select>(&written.body))
      return select(written, *one, outer, settle);
    if (const auto* list = std::get_if<ValuesList>(&written.body)) {
      const bool last = written.order.empty() && !written.limit && !written.offset;
      return ordered(written, ATTEMPT(values(*list, outer, settle || !last)));
    }
    return ordered(written, ATTEMPT(set_operation(std::get<SetQuery>(written.body), outer)));
  }();
  commons_.resize(known);
  --depth_;
  return made;
}

// The changes of a relation as rows: its columns, what happened, and a hidden number.
SqlResult<Plan> QueryBinder::changelog(const Name& of, const Scope* outer) {
  TableRef written;
  written.names = of;
  const Frame frame = ATTEMPT(relation(written, outer));
  std::vector<std::size_t> key =
      query::derived_key(frame.plan).value_or(std::vector<std::size_t>());
  if (const auto* scan = std::get_if<query::Scan>(&frame.plan->node);
      scan != nullptr && scan->relation->rows_expire)
    key.push_back(scan->relation->watermark_column);
  const Plan changes = query::changelog(frame.plan, std::move(key));
  std::vector<ExpressionRef> shown;
  std::vector<std::string> names;
  for (std::size_t n = 0; n < changes->columns.size(); ++n) {
    const bool last = n + 1 == changes->columns.size();
    if (changes->columns[n].hidden && !last) continue;
    shown.push_back(query::column(n, changes->columns[n].type));
    names.push_back(changes->columns[n].name);
  }
  auto made = std::make_shared<query::PlanNode>(*query::project(changes, shown, names));
  made->columns.back().hidden = true;
  return Plan(made);
}

// first UNION [ALL] next, where next may name the table that it makes.
SqlResult<Plan> QueryBinder::recursive(const CommonTable& common) {
  const auto& set = std::get<SetQuery>(common.query->body);
  const std::size_t known = commons_.size();
  ATTEMPT(common_tables(*common.query, nullptr));
  query::Recursion made;
  made.distinct = !set.all;
  made.first = ATTEMPT(query(*set.left, nullptr));
  for (const query::OutputColumn& column : made.first->columns)
    if (made.distinct) ATTEMPT(check_comparable(column.type, "equality"));
  std::vector<std::string> names = names_of(made.first);
  if (common.columns.size() > names.size())
    return query::refuse(sqlstate::invalid_column_reference,
                         "WITH query \"" + common.name + "\" has " + std::to_string(names.size()) +
                             " columns available but " + std::to_string(common.columns.size()) +
                             " columns specified");
  std::copy(common.columns.begin(), common.columns.end(), names.begin());
  const auto relation = [&] {
    auto one = std::make_shared<query::Relation>();
    const std::size_t number = recursions_ == nullptr ? 0 : 2 * recursions_->size();
    one->id = query::RelationId(query::recursion_id_first + static_cast<std::uint32_t>(number));
    one->kind = query::RelationKind::system;
    one->name = common.name;
    for (std::size_t n = 0; n < names.size(); ++n)
      one->columns.push_back({names[n], made.first->columns[n].type});
    return one;
  };
  const auto round = relation(), result = relation();
  result->id = query::RelationId(round->id.value() + 1);
  made.round = round;
  made.result = result;
  // Its place is taken before a recursion inside the second term takes one.
  const std::size_t place = recursions_ == nullptr ? 0 : recursions_->size();
  if (recursions_ != nullptr) recursions_->push_back({});
  commons_.push_back({common.name, query::scan(made.round)});
  made.next = ATTEMPT(query(*set.right, nullptr));
  commons_.resize(known);
  if (made.next->columns.size() != names.size())
    return query::refuse(sqlstate::syntax_error,
                         "each UNION query must have the same number of columns");
  const auto read = query::relations(made.next);
  const bool recurs =
      std::any_of(read.begin(), read.end(), [&](const auto& one) { return one->id == round->id; });
  if (!recurs) {
    if (recursions_ != nullptr) recursions_->resize(place);
    return query(*common.query, nullptr);
  }
  if (!common.query->order.empty() || common.query->limit || common.query->offset)
    return query::refuse(sqlstate::feature_not_supported,
                         "ORDER BY, LIMIT and OFFSET in a recursive query are not supported");
  if (recursions_ == nullptr)
    return query::refuse(sqlstate::feature_not_supported,
                         "WITH RECURSIVE is not supported in such a term");
  for (std::size_t n = 0; n < names.size(); ++n) {
    const Type& first = made.first->columns[n].type;
    const Type& next = made.next->columns[n].type;
    if (first != next)
      return query::refuse(sqlstate::datatype_mismatch,
                           "recursive query \"" + common.name + "\" column " +
                               std::to_string(n + 1) + " has type " + first.name() +
                               " in non-recursive term but type " + next.name() + " overall");
  }
  // Those inside its second term are run for each round; they would have to be run again.
  if (recursions_->size() > place + 1)
    return query::refuse(sqlstate::feature_not_supported,
                         "a recursive query inside the recursive term is not supported");
  (*recursions_)[place] = std::move(made);
  return query::scan(std::shared_ptr<const query::Relation>(result));
}

SqlResult<Unit> QueryBinder::common_tables(const Query& written, const Scope* outer) {
  for (const CommonTable& common : written.with) {
    const auto* set =
        common.query == nullptr ? nullptr : std::get_if<SetQuery>(&common.query->body);
    const bool may_recur = written.recursive && set != nullptr && set->kind == SetOperator::union_;
    Plan plan = common.query == nullptr ? ATTEMPT(changelog(common.changelog_of, outer))
                : may_recur             ? ATTEMPT(recursive(common))
                                        : ATTEMPT(query(*common.query, outer));
    if (common.columns.size() > plan->columns.size())
      return query::refuse(sqlstate::invalid_column_reference,
                           "WITH query \"" + common.name + "\" has " +
                               std::to_string(plan->columns.size()) + " columns available but " +
                               std::to_string(common.columns.size()) + " columns specified");
    if (!common.columns.empty()) {
      std::vector<std::string> names = names_of(plan);
      std::copy(common.columns.begin(), common.columns.end(), names.begin());
      plan = query::project(plan, columns_of(plan), std::move(names));
    }
    commons_.push_back({common.name, std::move(plan)});
  }
  return Unit{};
}

SqlResult<Plan> QueryBinder::values(const ValuesList& list, const Scope* outer, bool settle) {
  const std::size_t width = list.rows.front().size();
  const Frame nothing = ATTEMPT(from({}, outer));
  std::vector<std::vector<ExpressionRef>> columns(width);
  std::vector<Plan> inputs;
  bool has_subqueries = false;
  for (const std::vector<TermRef>& row : list.rows) {
    if (row.size() != width)
      return at(row.empty() || row.front() == nullptr ? 0 : row.front()->position,
                sqlstate::syntax_error, "VALUES lists must all be the same length");
    Frame frame = nothing;
    for (std::size_t n = 0; n < width; ++n) {
      if (row[n] == nullptr)
        return query::refuse(sqlstate::syntax_error, "DEFAULT is not allowed in this context");
      columns[n].push_back(ATTEMPT(term_over(frame, *row[n])));
    }
    has_subqueries = has_subqueries || frame.plan != nothing.plan;
    inputs.push_back(std::move(frame.plan));
  }
  std::vector<std::string> names;
  for (std::size_t n = 0; n < width; ++n) {
    names.push_back("column" + std::to_string(n + 1));
    const bool untyped = std::all_of(columns[n].begin(), columns[n].end(), [](const auto& value) {
      return value->type.is(TypeKind::unknown);
    });
    if (settle || !untyped) (void)ATTEMPT(coercion_.common(columns[n], "VALUES"));
  }
  std::vector<std::vector<ExpressionRef>> rows(list.rows.size());
  for (const auto& column : columns)
    for (std::size_t row = 0; row < rows.size(); ++row) rows[row].push_back(column[row]);
  // A row alone is a projection, whose literals may still take a type.
  if (!has_subqueries && (settle || rows.size() > 1)) {
    std::vector<query::OutputColumn> output;
    for (std::size_t n = 0; n < width; ++n) output.push_back({names[n], columns[n].front()->type});
    return query::values(std::move(output), std::move(rows));
  }
  std::vector<Plan> parts;
  for (std::size_t row = 0; row < rows.size(); ++row)
    parts.push_back(query::project(inputs[row], std::move(rows[row]), names));
  if (parts.size() == 1) return parts.front();
  return query::set_operation(query::SetKind::union_, true, std::move(parts));
}

std::uint32_t position_of_item(const Query& query, std::size_t n) {
  const auto* select = std::get_if<Select>(&query.body);
  const bool known = select != nullptr && n < select->items.size() &&
                     select->items[n].term->kind != TermKind::star;
  return known ? select->items[n].term->position : query.position;
}

SqlResult<Plan> QueryBinder::set_operation(const SetQuery& set, const Scope* outer) {
  Plan left = ATTEMPT(query_as(*set.left, outer, set.is_corresponding));
  Plan right = ATTEMPT(query_as(*set.right, outer, set.is_corresponding));
  const std::string name(name_of(set.kind));
  if (set.is_corresponding) {
    std::vector<std::string> names = set.corresponding;
    if (names.empty())
      for (const query::OutputColumn& column : left->columns)
        if (std::any_of(right->columns.begin(), right->columns.end(),
                        [&](const auto& other) { return other.name == column.name; }))
          names.push_back(column.name);
    if (names.empty())
      return query::refuse(sqlstate::syntax_error,
                           "each " + name + " query must have a column of the same name");
    left = ATTEMPT(corresponding(left, names));
    right = ATTEMPT(corresponding(right, names));
  }
  if (left->columns.size() != right->columns.size())
    return at(position_of_item(*set.right, 0), sqlstate::syntax_error,
              "each " + name + " query must have the same number of columns");
  std::vector<ExpressionRef> lefts = made_by(left);
  std::vector<ExpressionRef> rights = made_by(right);
  bool changes_left = false;
  bool changes_right = false;
  for (std::size_t n = 0; n < lefts.size(); ++n) {
    std::vector<ExpressionRef> both = {lefts[n], rights[n]};
    if (!common_type(both[0]->type, both[1]->type))
      return at(position_of_item(*set.right, n), sqlstate::datatype_mismatch,
                name + " types " + both[0]->type.name() + " and " + both[1]->type.name() +
                    " cannot be matched");
    const Type common = ATTEMPT(coercion_.common(both, name));
    if (!set.all || name != "UNION") ATTEMPT(check_comparable(common, "equality"));
    changes_left = changes_left || both[0] != lefts[n];
    changes_right = changes_right || both[1] != rights[n];
    lefts[n] = both[0];
    rights[n] = both[1];
  }
  if (changes_left) left = made_anew(left, std::move(lefts));
  if (changes_right) right = made_anew(right, std::move(rights));
  return query::set_operation(kind_of(set.kind), set.all, {std::move(left), std::move(right)});
}

// ORDER BY and LIMIT over what is no SELECT: the keys are output columns, or terms over them.
SqlResult<Plan> QueryBinder::ordered(const Query& written, Plan plan) {
  if (written.order.empty() && !written.limit && !written.offset) return plan;
  Frame frame;
  frame.plan = plan;
  for (std::size_t n = 0; n < plan->columns.size(); ++n)
    frame.scope.columns.push_back(
        {"", plan->columns[n].name, query::column(n, plan->columns[n].type), false, false});
  query::TopN top;
  for (const OrderItem& item : written.order) {
    query::SortKey key{nullptr, item.descending, item.nulls_first.value_or(item.descending)};
    if (item.term->kind == TermKind::number) {
      const std::size_t position = std::strtoul(item.term->text.c_str(), nullptr, 10);
      if (position < 1 || position > plan->columns.size())
        return at(item.term->position, sqlstate::invalid_column_reference,
                  "ORDER BY position " + item.term->text + " is not in select list");
      key.expression = query::column(position - 1, plan->columns[position - 1].type);
    } else {
      if (std::holds_alternative<SetQuery>(written.body) && item.term->kind != TermKind::column)
        return at(item.term->position, sqlstate::feature_not_supported,
                  "invalid UNION/INTERSECT/EXCEPT ORDER BY clause: only result column names can be "
                  "used, not expressions or functions");
      key.expression = ATTEMPT(coercion_.settled(ATTEMPT(term_over(frame, *item.term))));
    }
    ATTEMPT(check_comparable(key.expression->type, "ordering"));
    top.order.push_back(std::move(key));
  }
  if (frame.plan != plan)
    return query::refuse(sqlstate::feature_not_supported,
                         "subqueries in the ORDER BY of a set operation are not supported");
  ATTEMPT(limits(written, top));
  top.input = std::move(plan);
  return query::top_n(std::move(top));
}

SqlResult<Unit> QueryBinder::limits(const Query& written, query::TopN& top) {
  const auto bound = [&](const TermRef& one, std::string_view clause) -> SqlResult<ExpressionRef> {
    if (one == nullptr || one->kind == TermKind::null) return ExpressionRef();
    Scope nothing;
    Place place;
    place.scope = &nothing;
    place.clause = clause;
    ExpressionRef count = ATTEMPT(term(*one, place));
    return coercion_.to(std::move(count), TypeKind::int8, CastContext::assignment);
  };
  top.limit = ATTEMPT(bound(written.limit, "LIMIT"));
  top.offset = ATTEMPT(bound(written.offset, "OFFSET"));
  top.with_ties = written.with_ties;
  if (top.with_ties && top.order.empty())
    return query::refuse(sqlstate::syntax_error,
                         "WITH TIES cannot be specified without ORDER BY clause");
  return Unit{};
}

// Conditions that are subqueries alone become semi joins, the others filters.
SqlResult<Unit> QueryBinder::where(Frame& frame, const Term& condition) {
  if (condition.kind == TermKind::all) {
    for (const TermRef& part : condition.arguments) ATTEMPT(where(frame, *part));
    return Unit{};
  }
  if (condition.kind == TermKind::group) return where(frame, *condition.arguments.front());
  if (ATTEMPT(conjunct(frame, condition))) return Unit{};
  std::vector<Pending> pending;
  Place place;
  place.scope = &frame.scope;
  place.pending = &pending;
  place.clause = "WHERE";
  ExpressionRef value = ATTEMPT(boolean_term(condition, place));
  ATTEMPT(attach(frame, pending, {&value}));
  frame.plan = query::filter(frame.plan, std::move(value));
  return Unit{};
}

SqlResult<ExpressionRef> QueryBinder::term_over(Frame& frame, const Term& written) {
  std::vector<Pending> pending;
  Place place;
  place.scope = &frame.scope;
  place.pending = &pending;
  ExpressionRef value = ATTEMPT(term(written, place));
  ATTEMPT(attach(frame, pending, {&value}));
  return value;
}

SqlResult<std::vector<std::pair<ExpressionRef, std::string>>> QueryBinder::expand_star(
    Frame& frame, const Term& star) {
  std::vector<std::pair<ExpressionRef, std::string>> all;
  if (!star.arguments.empty()) {  // (structure).*
    const ExpressionRef value = ATTEMPT(term_over(frame, *star.arguments.front()));
    if (!value->type.is(TypeKind::structure))
      return at(star.position, sqlstate::wrong_object_type,
                "type " + value->type.name() + " is not composite");
    const auto& fields = value->type.fields();
    for (std::size_t n = 0; n < fields.size(); ++n)
      all.emplace_back(query::expression(ExpressionKind::field, fields[n].type, {value}, n),
                       fields[n].name);
    return all;
  }
  const Scope& scope = frame.scope;
  std::vector<const ScopeColumn*> excepted;
  for (const Name& name : star.excepted) {
    const ScopeColumn* found = nullptr;
    for (const ScopeColumn& column : scope.columns) {
      if (column.name != name.back() || column.merged_away) continue;
      if (name.size() > 1 && name[name.size() - 2] != column.table) continue;
      if (found != nullptr)
        return at(star.position, sqlstate::ambiguous_column,
                  "Ambiguous column name: " + name.back());
      found = &column;
    }
    if (found == nullptr)
      return at(star.position, sqlstate::undefined_column, "Invalid column: " + name.back());
    if (std::find(excepted.begin(), excepted.end(), found) != excepted.end())
      return at(star.position, sqlstate::duplicate_column, "Duplicate entry in except list");
    excepted.push_back(found);
  }
  const auto is_excepted = [&](const ScopeColumn& column) {
    return std::find(excepted.begin(), excepted.end(), &column) != excepted.end();
  };
  const auto add = [&](const ScopeColumn& column) {
    if (!column.hidden && !is_excepted(column)) all.emplace_back(column.value, column.name);
  };
  if (!star.names.empty()) {
    const std::string& alias = star.names.back();
    for (const ScopeTable& table : scope.tables) {
      if (table.alias != alias) continue;
      if (star.names.size() > 1 && table.schema != star.names[star.names.size() - 2]) continue;
      for (std::size_t n = table.first; n < table.beyond; ++n) add(scope.columns[n]);
      return all;
    }
    return at(star.position, sqlstate::undefined_table,
              "missing FROM-clause entry for table \"" + alias + "\"");
  }
  if (scope.tables.empty())
    return at(star.position, sqlstate::syntax_error,
              "SELECT * with no tables specified is not valid");
  // Columns that USING has merged come first, those of the outermost join before all.
  std::vector<const ScopeColumn*> shown;
  for (const ScopeColumn& column : scope.columns)
    if (!column.merged_away) shown.push_back(&column);
  std::stable_sort(shown.begin(), shown.end(),
                   [](const auto* a, const auto* b) { return a->merged > b->merged; });
  for (const ScopeColumn* column : shown) add(*column);
  return all;
}

// The name that PostgreSQL gives to a column without one.
std::string QueryBinder::column_name(const Term& term) {
  switch (term.kind) {
    case TermKind::column:
    case TermKind::call:
      return term.names.back();
    case TermKind::field:
      return term.text;
    case TermKind::group:
    case TermKind::collate:
    case TermKind::element:
    case TermKind::slice:
      return column_name(*term.arguments.front());
    case TermKind::cast:
    case TermKind::try_cast: {
      const std::string inner = column_name(*term.arguments.front());
      return inner != "?column?" ? inner : term.type.name;
    }
    case TermKind::choose: {
      if (term.has_else) {
        const std::string last = column_name(*term.arguments.back());
        if (last != "?column?") return last;
      }
      return "case";
    }
    case TermKind::boolean:
      return "bool";
    case TermKind::exists:
      return "exists";
    case TermKind::array:
    case TermKind::array_query:
      return "array";
    case TermKind::row:
      return "row";
    case TermKind::at_time_zone:
      return "timezone";
    case TermKind::subquery: {
      const auto* select = std::get_if<Select>(&term.query->body);
      if (select == nullptr || select->items.size() != 1) return "?column?";
      const SelectItem& item = select->items.front();
      return item.alias.empty() ? column_name(*item.term) : item.alias;
    }
    default:
      return "?column?";
  }
}

SqlResult<BoundQuery> bind_query(const Query& query, const query::RelationCatalog& catalog,
                                 std::vector<Type> parameters, const BindOptions& options) {
  ParameterTypes types{std::move(parameters)};
  QueryBinder binder(catalog, types, options);
  BoundQuery bound;
  binder.collect(bound.recursions);
  bound.plan = ATTEMPT(binder.query(query, nullptr));
  bound.parameters = std::move(types.types);
  return bound;
}

}  // namespace levada::sql
