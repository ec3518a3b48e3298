#include "query/plan.h"

#include <algorithm>

#include "query/rewrite.h"

namespace levada::query {

namespace {

Plan make(auto node, std::vector<OutputColumn> columns) {
  auto made = std::make_shared<PlanNode>();
  made->node = std::move(node);
  made->columns = std::move(columns);
  return made;
}

std::string name_of(const Expression& expression, const Plan& input) {
  if (expression.kind == ExpressionKind::column && expression.index < input->columns.size())
    return input->columns[expression.index].name;
  if (expression.kind == ExpressionKind::call) return std::string(expression.function->name);
  return "?column?";
}

// The output of a node that keeps its input's columns and adds some.
std::vector<OutputColumn> widened(const Plan& input, std::vector<OutputColumn> more) {
  std::vector<OutputColumn> columns = input->columns;
  columns.insert(columns.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
  return columns;
}

void collect(const Plan& plan, std::vector<std::shared_ptr<const Relation>>& out) {
  if (const auto* node = std::get_if<Scan>(&plan->node)) {
    const bool known = std::any_of(out.begin(), out.end(), [&](const auto& relation) {
      return relation->id == node->relation->id;
    });
    if (!known) out.push_back(node->relation);
  }
  for (const Plan& input : inputs(*plan)) collect(input, out);
}

}  // namespace

Plan scan(std::shared_ptr<const Relation> relation) {
  std::vector<OutputColumn> columns;
  for (const RelationColumn& from : relation->columns)
    columns.push_back({from.name, from.type, from.hidden});
  return make(Scan{std::move(relation)}, std::move(columns));
}

Plan values(std::vector<OutputColumn> columns, std::vector<std::vector<ExpressionRef>> rows) {
  return make(Values{std::move(rows)}, std::move(columns));
}

Plan project(Plan input, std::vector<ExpressionRef> expressions, std::vector<std::string> names) {
  std::vector<OutputColumn> columns;
  for (std::size_t i = 0; i < expressions.size(); ++i)
    columns.push_back({i < names.size() ? std::move(names[i]) : name_of(*expressions[i], input),
                       expressions[i]->type});
  return make(Project{std::move(input), std::move(expressions)}, std::move(columns));
}

Plan filter(Plan input, ExpressionRef condition) {
  auto columns = input->columns;
  return make(Filter{std::move(input), std::move(condition)}, std::move(columns));
}

Plan join(JoinKind kind, Plan left, Plan right, ExpressionRef condition, bool lookup) {
  auto columns = kind == JoinKind::semi || kind == JoinKind::anti ? left->columns
                                                                  : widened(left, right->columns);
  return make(Join{kind, std::move(left), std::move(right), std::move(condition), lookup},
              std::move(columns));
}

Plan aggregate(Plan input, std::vector<ExpressionRef> groups, std::vector<AggregateCall> aggregates,
               std::vector<std::vector<std::size_t>> grouping_sets) {
  std::vector<OutputColumn> columns;
  for (const ExpressionRef& group : groups)
    columns.push_back({name_of(*group, input), group->type});
  for (const AggregateCall& call : aggregates)
    columns.push_back({std::string(call.function->name), call.type});
  if (!grouping_sets.empty()) columns.push_back({"grouping", TypeKind::int8});
  return make(Aggregate{std::move(input), std::move(groups), std::move(aggregates),
                        std::move(grouping_sets)},
              std::move(columns));
}

Plan distinct(Plan input) {
  auto columns = input->columns;
  return make(Distinct{std::move(input)}, std::move(columns));
}

Plan set_operation(SetKind kind, bool all, std::vector<Plan> inputs) {
  auto columns = inputs.front()->columns;
  return make(SetOperation{kind, all, std::move(inputs)}, std::move(columns));
}

Plan top_n(TopN node) {
  auto columns = node.input->columns;
  if (node.ranked) columns.push_back({"row_number", TypeKind::int8});
  return make(std::move(node), std::move(columns));
}

Plan window(Window node) {
  std::vector<OutputColumn> more;
  for (const WindowCall& call : node.calls) more.push_back({"?column?", call.type});
  auto columns = widened(node.input, std::move(more));
  return make(std::move(node), std::move(columns));
}

Plan project_set(ProjectSet node) {
  std::vector<OutputColumn> more;
  for (const TableCall& call : node.calls)
    more.push_back(
        {call.function == nullptr ? "?column?" : std::string(call.function->name), call.type});
  if (node.ordinality) more.push_back({"ordinality", TypeKind::int8});
  auto columns = widened(node.input, std::move(more));
  return make(std::move(node), std::move(columns));
}

Plan time_window(TimeWindow node) {
  const Type type =
      node.time->type.is(TypeKind::date) ? Type(TypeKind::timestamp) : node.time->type;
  auto columns = widened(node.input, {{"window_start", type}, {"window_end", type}});
  return make(std::move(node), std::move(columns));
}

Plan single_row(Plan input, std::vector<ExpressionRef> partition) {
  auto columns = input->columns;
  return make(SingleRow{std::move(input), std::move(partition)}, std::move(columns));
}

Plan emit_on_close(Plan input, Watermark watermark) {
  auto columns = input->columns;
  return make(EmitOnClose{std::move(input), std::move(watermark)}, std::move(columns));
}

Plan changelog(Plan input, std::vector<std::size_t> key) {
  auto columns = widened(
      input, {{"changelog_op", TypeKind::int2}, {"_changelog_row_id", TypeKind::serial, true}});
  return make(Changelog{std::move(input), std::move(key)}, std::move(columns));
}

const OutputColumn& output(const Plan& plan, std::size_t index) {
  CHECK(index < plan->columns.size());
  return plan->columns[index];
}

std::vector<Plan> inputs(const PlanNode& node) {
  return std::visit(
      [](const auto& n) -> std::vector<Plan> {
        using Node = std::decay_t<decltype(n)>;
        if constexpr (std::is_same_v<Node, Scan> || std::is_same_v<Node, Values>)
          return {};
        else if constexpr (std::is_same_v<Node, Join>)
          return {n.left, n.right};
        else if constexpr (std::is_same_v<Node, SetOperation>)
          return n.inputs;
        else
          return {n.input};
      },
      node.node);
}

std::vector<std::shared_ptr<const Relation>> relations(const Plan& plan) {
  std::vector<std::shared_ptr<const Relation>> all;
  collect(plan, all);
  return all;
}

Plan with_parameters(const Plan& plan, const std::vector<Value>& values) {
  return rewrite(plan, [&](const ExpressionRef& from) { return with_parameters(from, values); });
}

}  // namespace levada::query
