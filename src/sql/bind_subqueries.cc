// Subqueries made joins. One in a term becomes a placeholder; when the plan that its term is
// computed over stands, it is joined there (`attach`), decorrelated if it looks out.

#include <algorithm>

#include "query/rewrite.h"
#include "sql/query_binder.h"

namespace levada::sql {
namespace {

using query::CastContext;
using query::ExpressionKind;

bool is_one_row(const Plan& plan) {
  if (const auto* aggregate = std::get_if<query::Aggregate>(&plan->node))
    return aggregate->groups.empty() && aggregate->grouping_sets.empty();
  if (const auto* values = std::get_if<query::Values>(&plan->node)) return values->rows.size() == 1;
  if (const auto* project = std::get_if<query::Project>(&plan->node))
    return is_one_row(project->input);
  return false;
}

// The expression with the placeholder replaced.
ExpressionRef replaced(const ExpressionRef& expression, std::size_t index,
                       const ExpressionRef& value) {
  if (expression->kind == ExpressionKind::column)
    return expression->index == index ? value : expression;
  std::vector<ExpressionRef> arguments;
  bool changed = false;
  for (const ExpressionRef& argument : expression->arguments) {
    arguments.push_back(replaced(argument, index, value));
    changed |= arguments.back() != argument;
  }
  if (!changed) return expression;
  query::Expression copy = *expression;
  copy.arguments = std::move(arguments);
  return std::make_shared<const query::Expression>(std::move(copy));
}

}  // namespace

SqlResult<ExpressionRef> QueryBinder::subquery(const Term& one, Place& place) {
  if (place.pending == nullptr)
    return at(one.position, query::sqlstate::feature_not_supported,
              "subqueries are not allowed in " +
                  std::string(place.clause.empty() ? "this clause" : place.clause));
  Pending pending;
  pending.negated = one.negated;
  pending.plan = ATTEMPT(query(*one.query, place.scope));
  pending.type = TypeKind::boolean;
  const auto only_column = [&]() -> SqlResult<Unit> {
    if (pending.plan->columns.size() == 1) return Unit{};
    return at(one.position, query::sqlstate::syntax_error, "subquery must return only one column");
  };
  switch (one.kind) {
    case TermKind::exists:
      pending.kind = Pending::Kind::exists;
      break;
    case TermKind::subquery:
      ATTEMPT(only_column());
      pending.kind = Pending::Kind::scalar;
      pending.type = pending.plan->columns.front().type;
      break;
    case TermKind::array_query:
      ATTEMPT(only_column());
      pending.kind = Pending::Kind::array;
      pending.type = Type::list(pending.plan->columns.front().type);
      break;
    default: {
      pending.kind = Pending::Kind::in;
      pending.left = ATTEMPT(term(*one.arguments.front(), place));
      if (one.kind == TermKind::quantified) {
        pending.sign = one.text;
        pending.every = one.every;
      }
      const std::size_t width =
          pending.left->kind == ExpressionKind::make_row ? pending.left->arguments.size() : 1;
      if (pending.plan->columns.size() != width)
        return at(one.position, query::sqlstate::syntax_error,
                  pending.plan->columns.size() > width ? "subquery has too many columns"
                                                       : "subquery has too few columns");
    }
  }
  const Type type = pending.type;
  place.pending->push_back(std::move(pending));
  return query::column(pending_base + place.pending->size() - 1, type);
}

SqlResult<ExpressionRef> QueryBinder::row_of_query(Frame& frame, const Term& written) {
  Plan plan = ATTEMPT(query(*written.query, &frame.scope));
  std::vector<query::TypeField> fields;
  std::vector<ExpressionRef> parts;
  for (std::size_t n = 0; n < plan->columns.size(); ++n) {
    fields.push_back({"f" + std::to_string(n + 1), plan->columns[n].type});
    parts.push_back(query::column(n, plan->columns[n].type));
  }
  const Type type = Type::structure(std::move(fields));
  ExpressionRef row = query::expression(ExpressionKind::make_row, type, std::move(parts));
  std::vector<Pending> pending(1);
  pending.front().kind = Pending::Kind::scalar;
  pending.front().plan = query::project(std::move(plan), {std::move(row)}, {"row"});
  ExpressionRef value = query::column(pending_base, type);
  ATTEMPT(attach(frame, pending, {&value}));
  return value;
}

SqlResult<Unit> QueryBinder::attach(Frame& frame, std::vector<Pending>& pending,
                                    std::vector<ExpressionRef*> expressions) {
  for (std::size_t n = 0; n < pending.size(); ++n) {
    // x of x IN (…) may hold an earlier subquery, which stands by now.
    ExpressionRef value;
    ATTEMPT(attach_one(frame, pending[n], value));
    for (ExpressionRef* expression : expressions)
      *expression = replaced(*expression, pending_base + n, value);
    for (std::size_t later = n + 1; later < pending.size(); ++later)
      if (pending[later].left)
        pending[later].left = replaced(pending[later].left, pending_base + n, value);
  }
  pending.clear();
  return Unit{};
}

SqlResult<std::size_t> QueryBinder::join_dependent(Frame& frame, Plan plan, query::JoinKind kind) {
  const std::vector<ExpressionRef> outer = outer_columns(plan);
  const std::size_t width = frame.plan->columns.size();
  if (outer.empty()) {
    frame.plan = query::join(kind, frame.plan, one_level_in(plan), truth());
    return width;
  }
  std::vector<ExpressionRef> own;
  for (const ExpressionRef& column : outer)
    own.push_back(query::column(index_of(column->index), column->type));
  const Plan domain =
      query::distinct(query::project(frame.plan, own, std::vector<std::string>(own.size())));
  Plan dependent = ATTEMPT(depend(plan, domain, outer));
  std::vector<ExpressionRef> theirs;
  for (std::size_t n = 0; n < outer.size(); ++n)
    theirs.push_back(query::column(width + n, outer[n]->type));
  frame.plan = query::join(kind, frame.plan, std::move(dependent), same_combination(own, theirs));
  return width + outer.size();
}

SqlResult<Unit> QueryBinder::attach_one(Frame& frame, Pending& pending, ExpressionRef& value) {
  const std::vector<ExpressionRef> outer = outer_columns(pending.plan);
  switch (pending.kind) {
    case Pending::Kind::scalar: {
      const Type type = pending.plan->columns.front().type;
      Plan plan = pending.plan;
      if (!is_one_row(plan)) plan = query::single_row(std::move(plan));
      const std::size_t at = ATTEMPT(join_dependent(frame, std::move(plan), query::JoinKind::left));
      value = query::column(at, type);
      return Unit{};
    }
    case Pending::Kind::array: {
      const Type element = pending.plan->columns.front().type;
      query::AggregateCall call;
      const std::vector<Type> types = {element};
      for (const query::AggregateFunction* function : query::aggregates_named("array_agg"))
        if (query::result_type(*function, types)) call.function = function;
      if (call.function == nullptr)
        return query::refuse(query::sqlstate::feature_not_supported, "ARRAY(query)");
      call.type = Type::list(element);
      call.arguments = {query::column(0, element)};
      // The query's order is the list's. Above what it sorts only columns are left out.
      Plan plan = pending.plan;
      if (const auto* project = std::get_if<query::Project>(&plan->node);
          project && std::holds_alternative<query::TopN>(project->input->node)) {
        call.arguments = project->expressions;
        plan = project->input;
      }
      if (const auto* sorted = std::get_if<query::TopN>(&plan->node)) {
        call.order = sorted->order;
        if (!sorted->limit && !sorted->offset) plan = sorted->input;
      }
      const std::size_t at = ATTEMPT(join_dependent(
          frame, query::aggregate(std::move(plan), {}, {call}), query::JoinKind::left));
      value = query::expression(ExpressionKind::coalesce, call.type,
                                {query::column(at, call.type),
                                 query::expression(ExpressionKind::make_list, call.type, {})});
      return Unit{};
    }
    case Pending::Kind::exists: {
      // At most one row for each combination: a mark.
      Plan marks = query::project(pending.plan, {truth()}, {"mark"});
      query::TopN one;
      one.input = std::move(marks);
      one.limit = query::constant(TypeKind::int8, query::Datum::of(1));
      const std::size_t at =
          ATTEMPT(join_dependent(frame, query::top_n(std::move(one)), query::JoinKind::left));
      value =
          query::expression(pending.negated ? ExpressionKind::is_null : ExpressionKind::is_not_null,
                            TypeKind::boolean, {query::column(at, TypeKind::boolean)});
      return Unit{};
    }
    case Pending::Kind::in:
      break;
  }
  // x op ANY (S), three-valued: bool_or over the comparisons; ALL: bool_and. Empty: false, true.
  Frame inner;
  inner.plan = pending.plan;
  std::vector<ExpressionRef> columns;
  for (std::size_t n = 0; n < pending.plan->columns.size(); ++n)
    columns.push_back(query::column(n, pending.plan->columns[n].type));
  // Seen from inside, x is one level out.
  const auto outward = [](const ExpressionRef& expression) {
    return resolved(expression, {}, level_step);
  };
  ExpressionRef left = outward(pending.left);
  ExpressionRef right = columns.size() == 1 ? columns.front()
                                            : query::expression(ExpressionKind::make_row,
                                                                pending.left->type, columns);
  if (columns.size() > 1) {
    std::vector<query::TypeField> fields;
    for (std::size_t n = 0; n < columns.size(); ++n)
      fields.push_back({"f" + std::to_string(n + 1), columns[n]->type});
    right =
        query::expression(ExpressionKind::make_row, Type::structure(std::move(fields)), columns);
  }
  ExpressionRef test = ATTEMPT(compare(pending.sign, left, right));
  const std::vector<Type> types = {TypeKind::boolean};
  query::AggregateCall call;
  for (const query::AggregateFunction* function :
       query::aggregates_named(pending.every ? "bool_and" : "bool_or"))
    if (query::result_type(*function, types)) call.function = function;
  query::AggregateCall count, known;  // of all tests, and of those that are not NULL
  for (const query::AggregateFunction* function : query::aggregates_named("count"))
    (function->arguments.empty() ? count : known).function = function;
  call.type = TypeKind::boolean;
  call.arguments = {query::column(0, TypeKind::boolean)};
  count.type = known.type = TypeKind::int8;
  known.arguments = call.arguments;
  Plan tests = query::project(pending.plan, {std::move(test)}, {"test"});
  const std::size_t at = ATTEMPT(join_dependent(
      frame, query::aggregate(std::move(tests), {}, {call, count, known}), query::JoinKind::left));
  const ExpressionRef rows =
      query::expression(ExpressionKind::coalesce, TypeKind::int8,
                        {query::column(at + 1, TypeKind::int8),
                         query::constant(TypeKind::int8, query::Datum::of(0))});
  const ExpressionRef empty =
      ATTEMPT(compare("=", rows, query::constant(TypeKind::int8, query::Datum::of(0))));
  // One false decides ALL, one true decides ANY; else a NULL among the tests leaves it open.
  const ExpressionRef result = query::column(at, TypeKind::boolean);
  const auto constant = [](bool one) {
    return query::constant(TypeKind::boolean, query::Datum::of(one));
  };
  const ExpressionRef decided = ATTEMPT(compare("=", result, constant(!pending.every)));
  const ExpressionRef open = ATTEMPT(compare("<>", query::column(at + 2, TypeKind::int8), rows));
  value = query::expression(ExpressionKind::choose, TypeKind::boolean,
                            {empty, constant(pending.every), decided, result, open,
                             query::constant(TypeKind::boolean, query::Datum::null()), result});
  if (pending.negated) value = ATTEMPT(negation(std::move(value)));
  return Unit{};
}

// Rows of the frame with (without) a row of the plan that meets the conditions, which are over the
// frame's columns and then the plan's.
SqlResult<Unit> QueryBinder::semi_join(Frame& frame, Plan plan,
                                       std::vector<ExpressionRef> conditions, bool anti) {
  const std::size_t width = frame.plan->columns.size();
  const auto kind = anti ? query::JoinKind::anti : query::JoinKind::semi;
  // Filters that look out stand at the top as a rule: they are conditions of the join.
  std::vector<ExpressionRef> lifted;
  Plan rest = plan;
  std::vector<ExpressionRef> projection;
  if (const auto* project = std::get_if<query::Project>(&rest->node)) {
    projection = project->expressions;
    rest = project->input;
  }
  while (const auto* filter = std::get_if<query::Filter>(&rest->node)) {
    lifted.push_back(filter->condition);
    rest = filter->input;
  }
  const bool simple = outer_columns(rest).empty() &&
                      std::all_of(projection.begin(), projection.end(),
                                  [](const ExpressionRef& e) { return outer_columns(e).empty(); });
  if (simple) {
    const auto joined = [&](const ExpressionRef& expression) {
      // Own columns move behind the frame's; what looked out looks at the frame now.
      std::vector<ExpressionRef> outer = outer_columns(expression);
      ExpressionRef moved = resolved(expression, {}, width);
      return moved;
    };
    std::vector<ExpressionRef> all;
    // With a projection in between, conditions on its columns are conditions on what it computes.
    if (!projection.empty()) {
      std::vector<ExpressionRef> to;
      for (std::size_t n = 0; n < width; ++n)
        to.push_back(query::column(n, frame.plan->columns[n].type));
      for (const ExpressionRef& expression : projection) to.push_back(joined(expression));
      for (ExpressionRef& condition : conditions) condition = query::with_inputs(condition, to);
    }
    all = std::move(conditions);
    for (const ExpressionRef& condition : lifted) {
      ExpressionRef moved = joined(condition);
      for (const ExpressionRef& column : outer_columns(moved))
        moved =
            replaced(moved, column->index, query::column(index_of(column->index), column->type));
      all.push_back(std::move(moved));
    }
    frame.plan = query::join(kind, frame.plan, one_level_in(rest), query::conjunction(all));
    return Unit{};
  }
  const std::vector<ExpressionRef> outer = outer_columns(plan);
  if (outer.empty()) {
    frame.plan = query::join(kind, frame.plan, one_level_in(plan),
                             query::conjunction(std::move(conditions)));
    return Unit{};
  }
  std::vector<ExpressionRef> own;
  for (const ExpressionRef& column : outer)
    own.push_back(query::column(index_of(column->index), column->type));
  const Plan domain =
      query::distinct(query::project(frame.plan, own, std::vector<std::string>(own.size())));
  Plan dependent = ATTEMPT(depend(plan, domain, outer));
  std::vector<ExpressionRef> theirs;
  for (std::size_t n = 0; n < outer.size(); ++n)
    theirs.push_back(query::column(width + n, outer[n]->type));
  // The plan's columns stand behind the combination's.
  std::vector<ExpressionRef> to;
  for (std::size_t n = 0; n < width; ++n)
    to.push_back(query::column(n, frame.plan->columns[n].type));
  for (std::size_t n = 0; n < plan->columns.size(); ++n)
    to.push_back(query::column(width + outer.size() + n, plan->columns[n].type));
  std::vector<ExpressionRef> all = {same_combination(own, theirs)};
  for (const ExpressionRef& condition : conditions)
    all.push_back(query::with_inputs(condition, to));
  frame.plan = query::join(kind, frame.plan, std::move(dependent), query::conjunction(all));
  return Unit{};
}

// EXISTS, IN and ANY standing alone in WHERE are semi joins, their negations anti joins.
SqlResult<bool> QueryBinder::conjunct(Frame& frame, const Term& written) {
  const Term* one = &written;
  bool negated = false;
  while (one->kind == TermKind::negation || one->kind == TermKind::group) {
    negated ^= one->kind == TermKind::negation;
    one = one->arguments.front().get();
  }
  negated ^= one->negated;
  const std::size_t width = frame.plan->columns.size();
  if (one->kind == TermKind::exists) {
    Plan plan = ATTEMPT(query(*one->query, &frame.scope));
    ATTEMPT(semi_join(frame, std::move(plan), {}, negated));
    return true;
  }
  const bool in = one->kind == TermKind::in_query;
  const bool any = one->kind == TermKind::quantified && one->query && !one->every;
  if (!in && !any) return false;
  const ExpressionRef left = ATTEMPT(term_over(frame, *one->arguments.front()));
  const std::size_t now = frame.plan->columns.size();
  Plan plan = ATTEMPT(query(*one->query, &frame.scope));
  const std::size_t parts = left->kind == ExpressionKind::make_row ? left->arguments.size() : 1;
  if (plan->columns.size() != parts)
    return at(one->position, query::sqlstate::syntax_error,
              plan->columns.size() > parts ? "subquery has too many columns"
                                           : "subquery has too few columns");
  std::vector<ExpressionRef> conditions;
  for (std::size_t n = 0; n < parts; ++n) {
    const ExpressionRef own = parts == 1 ? left : left->arguments[n];
    ExpressionRef test =
        ATTEMPT(compare(in ? "=" : one->text, own, query::column(now + n, plan->columns[n].type)));
    if (negated) test = ATTEMPT(coercion_.call("is_not_false", {std::move(test)}));
    conditions.push_back(std::move(test));
  }
  (void)width;
  ATTEMPT(semi_join(frame, std::move(plan), std::move(conditions), negated));
  return true;
}

}  // namespace levada::sql
