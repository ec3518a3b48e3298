#include "sql/decorrelate.h"

#include <algorithm>
#include <functional>

#include "base/attempt.h"
#include "query/rewrite.h"
#include "sql/scope.h"

namespace levada::sql {
namespace {

using query::ExpressionKind;
using query::ExpressionRef;
using query::Plan;
using query::SqlResult;
using query::Type;
using query::TypeKind;

using Outer = std::vector<ExpressionRef>;

// Every column of the expression.
void visit(const ExpressionRef& expression, const std::function<void(const ExpressionRef&)>& see) {
  if (expression->kind == ExpressionKind::column) return see(expression);
  for (const ExpressionRef& argument : expression->arguments) visit(argument, see);
}

ExpressionRef with_changed_columns(
    const ExpressionRef& expression,
    const std::function<ExpressionRef(const ExpressionRef&)>& change) {
  if (expression->kind == ExpressionKind::column) return change(expression);
  std::vector<ExpressionRef> arguments;
  bool changed = false;
  for (const ExpressionRef& argument : expression->arguments) {
    arguments.push_back(with_changed_columns(argument, change));
    changed |= arguments.back() != argument;
  }
  if (!changed) return expression;
  query::Expression copy = *expression;
  copy.arguments = std::move(arguments);
  return std::make_shared<const query::Expression>(std::move(copy));
}

// Every expression of every node below.
void visit_plan(const Plan& plan, const std::function<void(const ExpressionRef&)>& see) {
  (void)query::rewrite(plan, [&](const ExpressionRef& expression) {
    if (expression) see(expression);
    return expression;
  });
}

bool looks_out(const Plan& plan) { return !outer_columns(plan).empty(); }

// Builds what `depend` returns, node by node.
class Dependent {
 public:
  Dependent(const Plan& domain, const Outer& outer) : domain_(domain), outer_(outer) {}

  SqlResult<Plan> run(const Plan& plan) {
    if (!looks_out(plan)) {
      // Nothing to depend on: every combination sees all of it.
      return query::join(query::JoinKind::inner, domain_, one_level_in(plan), truth());
    }
    return std::visit([&](const auto& node) { return of(node, plan); }, plan->node);
  }

 private:
  std::size_t width() const { return outer_.size(); }
  ExpressionRef moved(const ExpressionRef& expression) const {
    return expression ? resolved(expression, outer_, width()) : expression;
  }
  std::vector<ExpressionRef> moved(const std::vector<ExpressionRef>& expressions) const {
    std::vector<ExpressionRef> all;
    for (const ExpressionRef& expression : expressions) all.push_back(moved(expression));
    return all;
  }
  std::vector<query::SortKey> moved(std::vector<query::SortKey> keys) const {
    for (query::SortKey& key : keys) key.expression = moved(key.expression);
    return keys;
  }
  query::AggregateCall moved(query::AggregateCall call) const {
    call.arguments = moved(call.arguments);
    call.order = moved(call.order);
    call.filter = moved(call.filter);
    return call;
  }
  // The combination's own columns.
  std::vector<ExpressionRef> combination(std::size_t first = 0) const {
    std::vector<ExpressionRef> all;
    for (std::size_t n = 0; n < width(); ++n)
      all.push_back(query::column(first + n, outer_[n]->type));
    return all;
  }
  std::vector<ExpressionRef> with_combination(std::vector<ExpressionRef> expressions) const {
    std::vector<ExpressionRef> all = combination();
    all.insert(all.end(), expressions.begin(), expressions.end());
    return all;
  }
  static std::vector<std::string> names(const Plan& plan, std::size_t before) {
    std::vector<std::string> all(before);
    for (const query::OutputColumn& column : plan->columns) all.push_back(column.name);
    return all;
  }

  SqlResult<Plan> of(const query::Scan&, const Plan& plan) {
    return query::join(query::JoinKind::inner, domain_, plan, truth());
  }

  SqlResult<Plan> of(const query::Values& node, const Plan& plan) {
    // Each row is computed beside the combination.
    std::vector<Plan> rows;
    for (const auto& row : node.rows)
      rows.push_back(
          query::project(domain_, with_combination(moved_over_domain(row)), names(plan, width())));
    if (rows.size() == 1) return rows.front();
    return query::set_operation(query::SetKind::union_, true, std::move(rows));
  }
  std::vector<ExpressionRef> moved_over_domain(const std::vector<ExpressionRef>& row) const {
    return moved(row);  // a row of Values has no columns of its own to move
  }

  SqlResult<Plan> of(const query::Project& node, const Plan& plan) {
    Plan input = ATTEMPT(run(node.input));
    return query::project(std::move(input), with_combination(moved(node.expressions)),
                          names(plan, width()));
  }

  SqlResult<Plan> of(const query::Filter& node, const Plan&) {
    Plan input = ATTEMPT(run(node.input));
    return query::filter(std::move(input), moved(node.condition));
  }

  SqlResult<Plan> of(const query::Join& node, const Plan& plan) {
    using Kind = query::JoinKind;
    if (node.kind == Kind::right) {
      // The same join seen from the other side.
      const std::size_t left_width = node.left->columns.size();
      const std::size_t right_width = node.right->columns.size();
      const auto swapped = [&](const ExpressionRef& c) {
        if (level_of(c->index) > 0) return c;
        const std::size_t to =
            c->index < left_width ? c->index + right_width : c->index - left_width;
        return query::column(to, c->type);
      };
      Plan turned = query::join(Kind::left, node.right, node.left,
                                with_changed_columns(node.condition, swapped), node.lookup);
      std::vector<ExpressionRef> back;
      for (std::size_t n = 0; n < left_width; ++n)
        back.push_back(query::column(right_width + n, node.left->columns[n].type));
      for (std::size_t n = 0; n < right_width; ++n)
        back.push_back(query::column(n, node.right->columns[n].type));
      return run(query::project(std::move(turned), std::move(back), names(plan, 0)));
    }
    if (node.kind == Kind::full)
      return query::refuse(query::sqlstate::feature_not_supported,
                           "a correlated subquery with a FULL JOIN is not supported");
    Plan left = ATTEMPT(run(node.left));
    const std::size_t left_width = node.left->columns.size();
    if (!looks_out(node.right)) {
      // combination, left, right: the condition's columns all move by the combination's width.
      return query::join(node.kind, std::move(left), one_level_in(node.right),
                         moved(node.condition), node.lookup);
    }
    Plan right = ATTEMPT(run(node.right));
    // combination, left, combination, right
    const std::size_t right_at = width() + left_width;
    const auto place = [&](const ExpressionRef& c) -> ExpressionRef {
      if (level_of(c->index) > 0) return resolved(c, outer_, 0);
      const std::size_t to =
          c->index < left_width ? width() + c->index : right_at + width() + c->index - left_width;
      return query::column(to, c->type);
    };
    ExpressionRef condition =
        query::conjunction({same_combination(combination(), combination(right_at)),
                            with_changed_columns(node.condition, place)});
    Plan joined = query::join(node.kind, std::move(left), std::move(right), std::move(condition),
                              node.lookup);
    if (node.kind == Kind::semi || node.kind == Kind::anti) return joined;
    std::vector<ExpressionRef> kept = combination();
    for (std::size_t n = 0; n < left_width; ++n)
      kept.push_back(query::column(width() + n, node.left->columns[n].type));
    for (std::size_t n = 0; n < node.right->columns.size(); ++n)
      kept.push_back(query::column(right_at + width() + n, node.right->columns[n].type));
    return query::project(std::move(joined), std::move(kept), names(plan, width()));
  }

  SqlResult<Plan> of(const query::Aggregate& node, const Plan& plan) {
    if (!node.grouping_sets.empty())
      return query::refuse(query::sqlstate::feature_not_supported,
                           "a correlated subquery with grouping sets is not supported");
    Plan input = ATTEMPT(run(node.input));
    std::vector<query::AggregateCall> calls;
    for (const query::AggregateCall& call : node.aggregates) calls.push_back(moved(call));
    Plan grouped = query::aggregate(std::move(input), with_combination(moved(node.groups)), calls);
    if (!node.groups.empty()) return grouped;
    // Without groups there is a row for every combination, also where nothing was found: counts are
    // zero there, all else is NULL.
    Plan joined = query::join(query::JoinKind::left, domain_, std::move(grouped),
                              same_combination(combination(), combination(width())));
    std::vector<ExpressionRef> kept = combination();
    for (std::size_t n = 0; n < calls.size(); ++n) {
      ExpressionRef value = query::column(2 * width() + n, calls[n].type);
      const bool counts = calls[n].function->name == "count" || calls[n].function->name == "sum0";
      if (counts)
        value = query::expression(ExpressionKind::coalesce, calls[n].type,
                                  {value, query::constant(calls[n].type, query::Datum::of(0))});
      kept.push_back(std::move(value));
    }
    return query::project(std::move(joined), std::move(kept), names(plan, width()));
  }

  SqlResult<Plan> of(const query::Distinct& node, const Plan&) {
    return query::distinct(ATTEMPT(run(node.input)));
  }

  SqlResult<Plan> of(const query::SetOperation& node, const Plan&) {
    std::vector<Plan> inputs;
    for (const Plan& input : node.inputs) inputs.push_back(ATTEMPT(run(input)));
    return query::set_operation(node.kind, node.all, std::move(inputs));
  }

  SqlResult<Plan> of(const query::TopN& node, const Plan&) {
    query::TopN made = node;
    made.input = ATTEMPT(run(node.input));
    made.partition = with_combination(moved(node.partition));
    made.order = moved(node.order);
    if ((node.limit && !outer_columns(node.limit).empty()) ||
        (node.offset && !outer_columns(node.offset).empty()))
      return query::refuse(query::sqlstate::feature_not_supported,
                           "LIMIT and OFFSET cannot look at columns of an outer query");
    return query::top_n(std::move(made));
  }

  SqlResult<Plan> of(const query::Window& node, const Plan&) {
    query::Window made = node;
    made.input = ATTEMPT(run(node.input));
    made.partition = with_combination(moved(node.partition));
    made.order = moved(node.order);
    for (query::WindowCall& call : made.calls) {
      call.aggregate = moved(call.aggregate);
      call.arguments = moved(call.arguments);
    }
    return query::window(std::move(made));
  }

  SqlResult<Plan> of(const query::ProjectSet& node, const Plan&) {
    query::ProjectSet made = node;
    made.input = ATTEMPT(run(node.input));
    for (query::TableCall& call : made.calls) call.arguments = moved(call.arguments);
    return query::project_set(std::move(made));
  }

  SqlResult<Plan> of(const query::TimeWindow& node, const Plan&) {
    query::TimeWindow made = node;
    made.input = ATTEMPT(run(node.input));
    made.time = moved(node.time);
    return query::time_window(std::move(made));
  }

  SqlResult<Plan> of(const query::SingleRow& node, const Plan&) {
    Plan input = ATTEMPT(run(node.input));
    return query::single_row(std::move(input), with_combination(moved(node.partition)));
  }

  SqlResult<Plan> of(const query::EmitOnClose&, const Plan&) {
    return query::refuse(query::sqlstate::feature_not_supported,
                         "EMIT ON WINDOW CLOSE stands at the end of a view");
  }

  SqlResult<Plan> of(const query::Changelog&, const Plan& plan) {
    return query::join(query::JoinKind::inner, domain_, plan, truth());
  }

  const Plan& domain_;
  const Outer& outer_;
};

}  // namespace

std::vector<ExpressionRef> outer_columns(const ExpressionRef& expression) {
  std::vector<ExpressionRef> all;
  visit(expression, [&](const ExpressionRef& column) {
    if (level_of(column->index) != 1) return;
    for (const ExpressionRef& known : all)
      if (known->index == column->index) return;
    all.push_back(column);
  });
  return all;
}

std::vector<ExpressionRef> outer_columns(const Plan& plan) {
  std::vector<ExpressionRef> all;
  visit_plan(plan, [&](const ExpressionRef& expression) {
    for (const ExpressionRef& column : outer_columns(expression)) {
      const bool known = std::any_of(all.begin(), all.end(), [&](const ExpressionRef& other) {
        return other->index == column->index;
      });
      if (!known) all.push_back(column);
    }
  });
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a->index < b->index; });
  return all;
}

ExpressionRef one_level_in(const ExpressionRef& expression) {
  return with_changed_columns(expression, [](const ExpressionRef& column) {
    if (level_of(column->index) < 2) return column;
    return query::column(column->index - level_step, column->type);
  });
}

Plan one_level_in(const Plan& plan) {
  return query::rewrite(plan, [](const ExpressionRef& expression) {
    return expression ? one_level_in(expression) : expression;
  });
}

ExpressionRef resolved(const ExpressionRef& expression, const Outer& outer, std::size_t shift) {
  return with_changed_columns(expression, [&](const ExpressionRef& column) {
    const std::size_t level = level_of(column->index);
    if (level == 0) return query::column(column->index + shift, column->type);
    if (level > 1) return query::column(column->index - level_step, column->type);
    for (std::size_t n = 0; n < outer.size(); ++n)
      if (outer[n]->index == column->index) return query::column(n, column->type);
    return column;
  });
}

SqlResult<Plan> depend(const Plan& plan, const Plan& domain, const Outer& outer) {
  return Dependent(domain, outer).run(plan);
}

ExpressionRef same_combination(const std::vector<ExpressionRef>& left,
                               const std::vector<ExpressionRef>& right) {
  std::vector<ExpressionRef> parts;
  for (std::size_t n = 0; n < left.size(); ++n) {
    const std::vector<Type> types = {left[n]->type, left[n]->type};
    const query::Function* same = query::exact_function("is_not_distinct_from", types);
    parts.push_back(query::call(*same, TypeKind::boolean, {left[n], right[n]}));
  }
  return query::conjunction(std::move(parts));
}

}  // namespace levada::sql
