#include "query/watermark.h"

#include <algorithm>

#include "query/rewrite.h"

namespace levada::query {

namespace {

using Watermarks = std::vector<Watermark>;

const Watermark* of_column(const Watermarks& all, std::size_t column) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Watermark& one) { return one.column == column; });
  return found == all.end() ? nullptr : &*found;
}

// Functions that never fall while this argument rises and the others stay.
bool keeps_order(const Expression& call, std::size_t argument) {
  const std::string_view name = call.function->name;
  if (name == "+") return true;
  if (name == "-") return argument == 0 && call.arguments.size() == 2;
  if (name == "date_trunc" || name == "timezone") return argument == 1;
  return name == "date_bin" && argument == 1;
}

// The only watermarked column that the expression rises with; nullopt: none, or not surely.
std::optional<std::size_t> rises_with(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::column:
      return expression.index;
    case ExpressionKind::cast: {
      const TypeKind from = expression.arguments[0]->type.kind(), to = expression.type.kind();
      const auto ordered = [](TypeKind kind) {
        return kind == TypeKind::timestamp || kind == TypeKind::timestamptz ||
               kind == TypeKind::date || Type(kind).is_integer();
      };
      if (!ordered(from) || !ordered(to)) return std::nullopt;
      return rises_with(*expression.arguments[0]);
    }
    case ExpressionKind::call: {
      std::optional<std::size_t> found;
      for (std::size_t i = 0; i < expression.arguments.size(); ++i) {
        const Expression& argument = *expression.arguments[i];
        if (!mentions_column(argument, 0, SIZE_MAX)) continue;
        if (found || !keeps_order(expression, i)) return std::nullopt;
        found = rises_with(argument);
        if (!found) return std::nullopt;
      }
      return is_volatile(expression) || mentions_now(expression) ? std::nullopt : found;
    }
    default:
      return std::nullopt;
  }
}

std::optional<Watermark> through(const Watermarks& input, const ExpressionRef& expression,
                                 std::size_t output) {
  const auto column_index = rises_with(*expression);
  const Watermark* from = column_index ? of_column(input, *column_index) : nullptr;
  if (from == nullptr) return std::nullopt;
  Watermark made{output, {}};
  for (const Watermark::Bound& bound : from->bounds) {
    std::vector<ExpressionRef> inputs(*column_index + 1, bound.value);
    made.bounds.push_back({bound.relation, with_inputs(expression, inputs)});
  }
  return made;
}

ExpressionRef call_of(std::string_view name, std::vector<ExpressionRef> arguments) {
  std::vector<Type> types;
  for (const ExpressionRef& argument : arguments) types.push_back(argument->type);
  const Function* function = exact_function(name, types);
  CHECK(function != nullptr, "time windows have times of timestamps");
  return call(*function, *result_type(*function, types), std::move(arguments));
}

// The earliest window that a row at the watermark may still fall into.
void add_windows(const TimeWindow& node, const Plan& plan, Watermarks& all) {
  const std::size_t width = node.input->columns.size();
  const bool regular = node.slide.months == 0 && node.size.months == 0 && node.offset.months == 0;
  const auto time = through(all, node.time, width);
  if (!time || !regular || node.time->type.is(TypeKind::date)) return;
  const Type type = plan->columns[width].type;
  const auto interval = [](const Interval& value) {
    return constant(TypeKind::interval, Datum::of(&value));
  };
  const Interval shifted_origin = node.offset;
  const ExpressionRef origin =
      call_of("+", {constant(type, Datum::of(std::int64_t{0})), interval(shifted_origin)});
  Watermark start{width, {}}, end{width + 1, {}};
  for (const Watermark::Bound& bound : time->bounds) {
    ExpressionRef first =
        call_of("date_bin",
                {interval(node.slide), call_of("-", {bound.value, interval(node.size)}), origin});
    first = call_of("+", {first, interval(node.slide)});
    start.bounds.push_back({bound.relation, first});
    end.bounds.push_back({bound.relation, call_of("+", {first, interval(node.size)})});
  }
  all.push_back(std::move(start));
  all.push_back(std::move(end));
}

// Equal columns of both sides: neither will see what is below the lesser.
Watermarks of_join(const Join& join) {
  const std::size_t width = join.left->columns.size();
  const Watermarks left = watermarks_of(join.left);
  const bool left_alone = join.lookup || join.kind == JoinKind::semi || join.kind == JoinKind::anti;
  if (left_alone) return left;
  if (join.kind != JoinKind::inner) return {};
  const Watermarks right = watermarks_of(join.right);
  Watermarks all;
  for (const ExpressionRef& condition : conjuncts(join.condition)) {
    if (condition->kind != ExpressionKind::call || condition->function->name != "=") continue;
    const Expression* a = condition->arguments[0].get();
    const Expression* b = condition->arguments[1].get();
    if (a->kind != ExpressionKind::column || b->kind != ExpressionKind::column) continue;
    if (a->index > b->index) std::swap(a, b);
    if (a->index >= width || b->index < width) continue;
    const Watermark* of_left = of_column(left, a->index);
    const Watermark* of_right = of_column(right, b->index - width);
    if (of_left == nullptr || of_right == nullptr) continue;
    Watermark both = *of_left;
    both.bounds.insert(both.bounds.end(), of_right->bounds.begin(), of_right->bounds.end());
    all.push_back(both);
    both.column = b->index;
    all.push_back(std::move(both));
  }
  return all;
}

Watermarks of_union(const SetOperation& node) {
  Watermarks all = watermarks_of(node.inputs.front());
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    const Watermarks other = watermarks_of(node.inputs[i]);
    std::erase_if(all, [&](Watermark& one) {
      const Watermark* same = of_column(other, one.column);
      if (same != nullptr)
        one.bounds.insert(one.bounds.end(), same->bounds.begin(), same->bounds.end());
      return same == nullptr;
    });
  }
  return all;
}

SqlResult<Plan> closed(const Plan& plan, bool& gated);

tl::unexpected<SqlError> cannot_close() {
  auto refused = refuse(sqlstate::feature_not_supported,
                        "The query cannot be executed in Emit-On-Window-Close mode.");
  refused.value().hint =
      "Try define a watermark column in the source, or avoid aggregation without GROUP BY";
  return refused;
}

// Rows of a partition are final when the watermark of a partition column has passed it; otherwise
// they come in the order of a watermarked column, and each when its frames are complete.
SqlResult<Plan> closed_window(const Window& node, const Plan& plan, bool& gated) {
  const Watermarks all = watermarks_of(node.input);
  for (const ExpressionRef& partition : node.partition)
    if (partition->kind == ExpressionKind::column)
      if (const Watermark* known = of_column(all, partition->index)) {
        gated = true;
        return emit_on_close(plan, *known);
      }
  if (node.order.empty() || node.order.front().descending) return cannot_close();
  const ExpressionRef& key = node.order.front().expression;
  const Watermark* known =
      key->kind == ExpressionKind::column ? of_column(all, key->index) : nullptr;
  if (known == nullptr) return cannot_close();
  gated = true;
  auto copy = std::make_shared<PlanNode>(*plan);
  Window& window = std::get<Window>(copy->node);
  window.input = emit_on_close(node.input, *known);
  window.on_close = true;
  return Plan(copy);
}

SqlResult<Plan> closed(const Plan& plan, bool& gated) {
  if (const auto* node = std::get_if<Window>(&plan->node)) {
    bool below = false;
    const Plan input = ATTEMPT(closed(node->input, below));
    if (below) {  // several windows one above the other: rows come in order already
      gated = true;
      auto copy = std::make_shared<PlanNode>(*plan);
      std::get<Window>(copy->node).input = input;
      std::get<Window>(copy->node).on_close = true;
      return Plan(copy);
    }
    return closed_window(*node, plan, gated);
  }
  if (const auto* node = std::get_if<Aggregate>(&plan->node)) {
    const Watermarks all = watermarks_of(plan);
    if (all.empty() || !node->grouping_sets.empty()) return cannot_close();
    gated = true;
    return emit_on_close(plan, all.front());
  }
  if (std::holds_alternative<Project>(plan->node) || std::holds_alternative<Filter>(plan->node) ||
      std::holds_alternative<ProjectSet>(plan->node) || std::holds_alternative<TopN>(plan->node)) {
    const Plan input = ATTEMPT(closed(inputs(*plan).front(), gated));
    return with_plan_inputs(plan, {input});
  }
  if (const auto* node = std::get_if<Join>(&plan->node); node != nullptr && node->lookup) {
    const Plan left = ATTEMPT(closed(node->left, gated));
    return with_plan_inputs(plan, {left, node->right});
  }
  return plan;
}

}  // namespace

Watermarks watermarks_of(const Join& join) { return of_join(join); }

Watermarks watermarks_of(const Plan& plan) {
  return std::visit(
      [&](const auto& node) -> Watermarks {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, Scan>) {
          return node.relation->watermarks;
        } else if constexpr (std::is_same_v<Node, Values> || std::is_same_v<Node, Changelog>) {
          return {};
        } else if constexpr (std::is_same_v<Node, Project>) {
          const Watermarks from = watermarks_of(node.input);
          Watermarks all;
          for (std::size_t i = 0; i < node.expressions.size(); ++i)
            if (auto one = through(from, node.expressions[i], i)) all.push_back(std::move(*one));
          return all;
        } else if constexpr (std::is_same_v<Node, Aggregate>) {
          const Watermarks from = watermarks_of(node.input);
          Watermarks all;
          for (std::size_t i = 0; i < node.groups.size(); ++i)
            if (auto one = through(from, node.groups[i], i)) all.push_back(std::move(*one));
          return all;
        } else if constexpr (std::is_same_v<Node, Join>) {
          return of_join(node);
        } else if constexpr (std::is_same_v<Node, SetOperation>) {
          return node.kind == SetKind::union_ ? of_union(node) : Watermarks();
        } else if constexpr (std::is_same_v<Node, TimeWindow>) {
          Watermarks all = watermarks_of(node.input);
          add_windows(node, plan, all);
          return all;
        } else {
          return watermarks_of(node.input);
        }
      },
      plan->node);
}

SqlResult<Plan> emitting_on_close(const Plan& plan) {
  bool gated = false;
  Plan made = ATTEMPT(closed(plan, gated));
  if (gated) return made;
  const Watermarks all = watermarks_of(plan);
  if (all.empty()) return cannot_close();
  return emit_on_close(plan, all.front());
}

Value watermark_value(const Watermark& watermark, const SessionFacts& facts) {
  Value least;
  for (const Watermark::Bound& bound : watermark.bounds) {
    if (facts.watermarks == nullptr) return Value();
    const auto known = facts.watermarks->find(bound.relation.value());
    if (known == facts.watermarks->end() || known->second.is_null()) return Value();
    Evaluation evaluation(facts, Evaluation::Mode::lenient);
    const Datum base = known->second.datum();
    const Value value(Program(bound.value).evaluate(evaluation, &base));
    if (value.is_null()) return Value();
    if (least.is_null() || compare(value.datum(), least.datum()) < 0) least = value;
  }
  return least;
}

}  // namespace levada::query
