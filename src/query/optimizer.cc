#include "query/optimizer.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "query/evaluation.h"
#include "query/prune.h"
#include "query/rewrite.h"

namespace levada::query {

namespace {

using Conditions = std::vector<ExpressionRef>;

Plan pushed(const Plan& plan, Conditions conditions);

bool only_columns(const ExpressionRef& condition, std::size_t first, std::size_t beyond,
                  std::size_t width) {
  return !mentions_column(*condition, 0, first) && !mentions_column(*condition, beyond, width);
}

Plan filtered(Plan plan, Conditions conditions) {
  return conditions.empty() ? plan : filter(std::move(plan), conjunction(std::move(conditions)));
}

Plan over_inputs(const Plan& plan) {
  std::vector<Plan> from = inputs(*plan);
  for (Plan& input : from) input = pushed(input, {});
  return with_plan_inputs(plan, std::move(from));
}

// ---- inner joins ----

struct JoinPart {
  Plan plan;
  std::size_t first = 0;  // its columns in the flat list of all parts
};

void flatten(const Plan& plan, std::vector<JoinPart>& parts, Conditions& conditions,
             std::size_t& width) {
  const auto* node = std::get_if<Join>(&plan->node);
  if (node == nullptr || node->kind != JoinKind::inner || node->lookup) {
    if (const auto* filter_node = std::get_if<Filter>(&plan->node)) {
      const auto* inner = std::get_if<Join>(&filter_node->input->node);
      if (inner != nullptr && inner->kind == JoinKind::inner && !inner->lookup) {
        const std::size_t start = width;
        flatten(filter_node->input, parts, conditions, width);
        for (const ExpressionRef& part : conjuncts(filter_node->condition))
          conditions.push_back(shifted(part, static_cast<std::ptrdiff_t>(start)));
        return;
      }
    }
    parts.push_back({plan, width});
    width += plan->columns.size();
    return;
  }
  const std::size_t start = width;
  flatten(node->left, parts, conditions, width);
  flatten(node->right, parts, conditions, width);
  for (const ExpressionRef& part : conjuncts(node->condition))
    conditions.push_back(shifted(part, static_cast<std::ptrdiff_t>(start)));
}

std::vector<bool> parts_of(const ExpressionRef& condition, const std::vector<JoinPart>& parts) {
  std::vector<bool> used;
  for (const JoinPart& part : parts)
    used.push_back(mentions_column(*condition, part.first, part.first + part.plan->columns.size()));
  return used;
}

bool is_equality(const ExpressionRef& condition) {
  return condition->kind == ExpressionKind::call &&
         (condition->function->name == "=" || condition->function->name == "is_not_distinct_from");
}

// The part to join next: one that an equality ties to what is there, else the next in order.
std::size_t next_part(const std::vector<bool>& taken, const std::vector<std::vector<bool>>& uses,
                      const Conditions& conditions) {
  for (std::size_t part = 0; part < taken.size(); ++part) {
    if (taken[part]) continue;
    for (std::size_t c = 0; c < conditions.size(); ++c) {
      if (!is_equality(conditions[c]) || !uses[c][part]) continue;
      bool rest = true, any = false;
      for (std::size_t other = 0; other < taken.size(); ++other) {
        if (other == part || !uses[c][other]) continue;
        rest = rest && taken[other];
        any = true;
      }
      if (rest && any) return part;
    }
  }
  return static_cast<std::size_t>(std::find(taken.begin(), taken.end(), false) - taken.begin());
}

Plan ordered_joins(const Plan& plan, const Conditions& above) {
  std::vector<JoinPart> parts;
  Conditions all;
  std::size_t width = 0;
  flatten(plan, parts, all, width);
  all.insert(all.end(), above.begin(), above.end());

  Conditions conditions;
  std::vector<std::vector<bool>> uses;
  std::vector<Conditions> own(parts.size());
  for (const ExpressionRef& condition : all) {
    const std::vector<bool> used = parts_of(condition, parts);
    const auto count = std::count(used.begin(), used.end(), true);
    if (count <= 1) {
      const auto at = count == 0 ? 0 : std::find(used.begin(), used.end(), true) - used.begin();
      own[static_cast<std::size_t>(at)].push_back(
          shifted(condition, -static_cast<std::ptrdiff_t>(
                                 count == 0 ? 0 : parts[static_cast<std::size_t>(at)].first)));
    } else {
      conditions.push_back(condition);
      uses.push_back(used);
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i].plan = pushed(parts[i].plan, own[i]);

  std::vector<bool> taken(parts.size(), false), placed(conditions.size(), false);
  std::vector<std::size_t> to(width, 0);  // where a flat column is in the result
  const auto place = [&](std::size_t part, std::size_t at) {
    for (std::size_t i = 0; i < parts[part].plan->columns.size(); ++i)
      to[parts[part].first + i] = at + i;
    taken[part] = true;
  };
  Plan result = parts[0].plan;
  place(0, 0);
  for (std::size_t count = 1; count < parts.size(); ++count) {
    const std::size_t next = next_part(taken, uses, conditions);
    place(next, result->columns.size());
    Conditions here;
    for (std::size_t c = 0; c < conditions.size(); ++c) {
      if (placed[c]) continue;
      bool ready = true;
      for (std::size_t i = 0; i < parts.size(); ++i) ready = ready && (!uses[c][i] || taken[i]);
      if (!ready) continue;
      placed[c] = true;
      here.push_back(with_columns(conditions[c], to));
    }
    result = join(JoinKind::inner, result, parts[next].plan, conjunction(std::move(here)));
  }
  bool in_order = true;
  for (std::size_t i = 0; i < width; ++i) in_order = in_order && to[i] == i;
  if (in_order) return result;
  std::vector<ExpressionRef> back;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < width; ++i) {
    back.push_back(column(to[i], plan->columns[i].type));
    names.push_back(plan->columns[i].name);
  }
  return project(result, std::move(back), std::move(names));
}

// ---- other nodes ----

Plan pushed_outer_join(const Join& node, const Plan& plan, Conditions above) {
  const std::size_t left_width = node.left->columns.size();
  const std::size_t width = left_width + node.right->columns.size();
  const bool keeps_left = node.kind == JoinKind::left || node.kind == JoinKind::semi ||
                          node.kind == JoinKind::anti || node.lookup;
  const bool keeps_right = node.kind == JoinKind::right;
  Conditions left, right, on, rest;
  for (const ExpressionRef& condition : above) {  // hold for the output
    const bool of_left = only_columns(condition, 0, left_width, width);
    const bool of_right = only_columns(condition, left_width, width, width);
    if (of_left && (keeps_left || node.kind == JoinKind::inner))
      left.push_back(condition);
    else if (of_right && (keeps_right || (node.kind == JoinKind::inner && !node.lookup)))
      right.push_back(shifted(condition, -static_cast<std::ptrdiff_t>(left_width)));
    else
      rest.push_back(condition);
  }
  for (const ExpressionRef& condition : conjuncts(node.condition)) {  // hold for matches
    const bool of_left = only_columns(condition, 0, left_width, width);
    const bool of_right = only_columns(condition, left_width, width, width);
    const bool constant = of_left && of_right;
    const bool right_is_optional =
        node.kind == JoinKind::left || node.kind == JoinKind::semi || node.kind == JoinKind::anti;
    if (!constant && of_right && right_is_optional && !mentions_now(*condition))
      right.push_back(shifted(condition, -static_cast<std::ptrdiff_t>(left_width)));
    else if (!constant && of_left &&
             (node.kind == JoinKind::right || node.kind == JoinKind::semi) &&
             !mentions_now(*condition))
      left.push_back(condition);
    else
      on.push_back(condition);
  }
  Plan made = join(node.kind, pushed(node.left, std::move(left)),
                   pushed(node.right, std::move(right)), conjunction(std::move(on)), node.lookup);
  auto named = std::make_shared<PlanNode>(*made);
  named->columns = plan->columns;
  return filtered(named, std::move(rest));
}

struct RankBound {
  std::int64_t limit = 0, offset = 0;
};

// row_number <= n, < n, = n over the column `rank`.
std::optional<RankBound> rank_bound(const ExpressionRef& condition, std::size_t rank) {
  if (condition->kind != ExpressionKind::call || condition->arguments.size() != 2)
    return std::nullopt;
  std::string_view sign = condition->function->name;
  const Expression* left = condition->arguments[0].get();
  const Expression* right = condition->arguments[1].get();
  while (left->kind == ExpressionKind::cast) left = left->arguments[0].get();
  while (right->kind == ExpressionKind::cast) right = right->arguments[0].get();
  if (right->kind == ExpressionKind::column) {
    std::swap(left, right);
    sign = sign == ">=" ? "<=" : sign == ">" ? "<" : sign == "<=" ? ">=" : sign == "<" ? ">" : sign;
  }
  if (left->kind != ExpressionKind::column || left->index != rank ||
      right->kind != ExpressionKind::constant || !right->type.is_integer() ||
      right->value.is_null())
    return std::nullopt;
  const std::int64_t n = right->value.datum().integer;
  if (sign == "<=") return RankBound{std::max<std::int64_t>(n, 0), 0};
  if (sign == "<") return RankBound{std::max<std::int64_t>(n - 1, 0), 0};
  if (sign == "=" && n >= 1) return RankBound{1, n - 1};
  return std::nullopt;
}

Plan pushed_window(const Window& node, const Plan& plan, Conditions above) {
  const std::size_t width = node.input->columns.size();
  Conditions below, rest;
  for (const ExpressionRef& condition : above) {
    // A condition on partition columns alone keeps or drops whole partitions.
    bool whole = only_columns(condition, 0, width, plan->columns.size());
    for (std::size_t i = 0; i < width && whole; ++i) {
      if (!mentions_column(*condition, i, i + 1)) continue;
      whole =
          std::any_of(node.partition.begin(), node.partition.end(), [&](const ExpressionRef& p) {
            return p->kind == ExpressionKind::column && p->index == i;
          });
    }
    (whole ? below : rest).push_back(condition);
  }
  Window copy = node;
  copy.input = pushed(node.input, std::move(below));
  if (node.calls.size() == 1 && node.calls[0].kind == WindowKind::row_number) {
    for (std::size_t i = 0; i < rest.size(); ++i) {
      const auto bound = rank_bound(rest[i], width);
      if (!bound) continue;
      TopN top;
      top.input = copy.input;
      top.partition = copy.partition;
      top.order = copy.order;
      top.limit = constant(TypeKind::int8, Datum::of(bound->limit));
      if (bound->offset > 0) top.offset = constant(TypeKind::int8, Datum::of(bound->offset));
      top.ranked = true;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      return filtered(top_n(std::move(top)), std::move(rest));
    }
  }
  return filtered(window(std::move(copy)), std::move(rest));
}

// Splits off the conditions that only look at the input's columns.
std::pair<Conditions, Conditions> split_by_width(const Conditions& conditions, std::size_t width,
                                                 std::size_t all) {
  std::pair<Conditions, Conditions> result;
  for (const ExpressionRef& condition : conditions)
    (only_columns(condition, 0, width, all) ? result.first : result.second).push_back(condition);
  return result;
}

Plan pushed(const Plan& plan, Conditions conditions) {
  if (const auto* node = std::get_if<Filter>(&plan->node)) {
    Conditions all = conjuncts(node->condition);
    all.insert(all.end(), conditions.begin(), conditions.end());
    return pushed(node->input, std::move(all));
  }
  if (const auto* node = std::get_if<Project>(&plan->node)) {
    const bool changing = std::any_of(node->expressions.begin(), node->expressions.end(),
                                      [](const ExpressionRef& e) { return is_volatile(*e); });
    if (changing) return filtered(over_inputs(plan), std::move(conditions));
    for (ExpressionRef& condition : conditions)
      condition = with_inputs(condition, node->expressions);
    Plan below = pushed(node->input, std::move(conditions));
    std::vector<ExpressionRef> expressions = node->expressions;
    if (const auto* inner = std::get_if<Project>(&below->node)) {  // two in a row are one
      const bool plain =
          std::all_of(inner->expressions.begin(), inner->expressions.end(),
                      [](const ExpressionRef& e) { return e->kind == ExpressionKind::column; });
      if (plain) {
        for (ExpressionRef& e : expressions) e = with_inputs(e, inner->expressions);
        below = inner->input;
      }
    }
    auto made = std::make_shared<PlanNode>(*plan);
    made->node = Project{std::move(below), std::move(expressions)};
    return made;
  }
  if (const auto* node = std::get_if<Join>(&plan->node)) {
    if (node->kind == JoinKind::inner && !node->lookup) return ordered_joins(plan, conditions);
    return pushed_outer_join(*node, plan, std::move(conditions));
  }
  if (const auto* node = std::get_if<Window>(&plan->node))
    return pushed_window(*node, plan, std::move(conditions));
  if (const auto* node = std::get_if<Aggregate>(&plan->node)) {
    if (node->grouping_sets.empty() && !node->groups.empty()) {
      auto [below, rest] = split_by_width(conditions, node->groups.size(), plan->columns.size());
      for (ExpressionRef& condition : below) condition = with_inputs(condition, node->groups);
      return filtered(with_plan_inputs(plan, {pushed(node->input, std::move(below))}),
                      std::move(rest));
    }
    return filtered(over_inputs(plan), std::move(conditions));
  }
  if (const auto* node = std::get_if<SetOperation>(&plan->node)) {
    std::vector<Plan> from;
    for (const Plan& input : node->inputs) from.push_back(pushed(input, conditions));
    return with_plan_inputs(plan, std::move(from));
  }
  if (const auto* node = std::get_if<Distinct>(&plan->node))
    return with_plan_inputs(plan, {pushed(node->input, std::move(conditions))});
  const bool widens = std::holds_alternative<TimeWindow>(plan->node) ||
                      std::holds_alternative<ProjectSet>(plan->node);
  if (widens) {
    const Plan input = inputs(*plan).front();
    auto [below, rest] = split_by_width(conditions, input->columns.size(), plan->columns.size());
    return filtered(with_plan_inputs(plan, {pushed(input, std::move(below))}), std::move(rest));
  }
  return filtered(over_inputs(plan), std::move(conditions));
}

}  // namespace

ExpressionRef shifted(const ExpressionRef& expression, std::ptrdiff_t by) {
  if (by == 0) return expression;
  if (expression->kind == ExpressionKind::column)
    return column(static_cast<std::size_t>(static_cast<std::ptrdiff_t>(expression->index) + by),
                  expression->type);
  auto copy = std::make_shared<Expression>(*expression);
  for (ExpressionRef& argument : copy->arguments) argument = shifted(argument, by);
  return copy;
}

std::optional<Equality> as_equality(const ExpressionRef& condition, std::size_t split,
                                    std::size_t width) {
  if (!is_equality(condition)) return std::nullopt;
  ExpressionRef a = condition->arguments[0], b = condition->arguments[1];
  const auto sided = [&](const ExpressionRef& e, std::size_t first, std::size_t beyond) {
    return only_columns(e, first, beyond, width) && mentions_column(*e, first, beyond);
  };
  if (sided(b, 0, split)) std::swap(a, b);
  if (!sided(a, 0, split) || !sided(b, split, width)) return std::nullopt;
  if (mentions_now(*a) || mentions_now(*b)) return std::nullopt;
  return Equality{a, shifted(b, -static_cast<std::ptrdiff_t>(split)),
                  condition->function->name != "="};
}

Plan optimized(const Plan& plan) { return pruned(pushed(plan, {})); }

}  // namespace levada::query
