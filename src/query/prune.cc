#include "query/prune.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "query/rewrite.h"

namespace levada::query {

namespace {

using Used = std::vector<bool>;  // of a node's output: somebody looks at it

void mark(const ExpressionRef& expression, std::size_t first, Used& used) {
  if (expression == nullptr) return;
  if (expression->kind == ExpressionKind::column && expression->index >= first &&
      expression->index - first < used.size())
    used[expression->index - first] = true;
  for (const ExpressionRef& argument : expression->arguments) mark(argument, first, used);
}
void mark(const std::vector<ExpressionRef>& expressions, Used& used) {
  for (const ExpressionRef& expression : expressions) mark(expression, 0, used);
}
void mark(const std::vector<SortKey>& keys, Used& used) {
  for (const SortKey& key : keys) mark(key.expression, 0, used);
}
void mark(const AggregateCall& call, Used& used) {
  mark(call.arguments, used);
  mark(call.order, used);
  mark(call.filter, 0, used);
}

class Pruning {
 public:
  Plan run(const Plan& plan) {
    order(plan);
    used_[plan.get()].assign(plan->columns.size(), true);
    for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) look(**node);
    return narrowed(plan).plan;
  }

 private:
  struct Narrowed {
    Plan plan;
    std::vector<std::size_t> to;  // where each column is now; of used ones only
  };

  void order(const Plan& plan) {
    if (!used_.emplace(plan.get(), Used(plan->columns.size(), false)).second) return;
    for (const Plan& input : inputs(*plan)) order(input);
    nodes_.push_back(plan.get());  // behind its inputs
  }

  Used& used(const Plan& plan) { return used_.at(plan.get()); }

  // What the node asks of its inputs.
  void look(const PlanNode& node) {
    const Used& out = used_.at(&node);
    const auto hand_on = [&](const Plan& input) {
      Used& below = used(input);
      for (std::size_t i = 0; i < below.size() && i < out.size(); ++i)
        if (out[i]) below[i] = true;
    };
    if (const auto* project = std::get_if<Project>(&node.node)) {
      for (std::size_t i = 0; i < out.size(); ++i)
        if (out[i]) mark(project->expressions[i], 0, used(project->input));
    } else if (const auto* filter = std::get_if<Filter>(&node.node)) {
      hand_on(filter->input);
      mark(filter->condition, 0, used(filter->input));
    } else if (const auto* join = std::get_if<Join>(&node.node)) {
      const std::size_t width = join->left->columns.size();
      hand_on(join->left);
      mark(join->condition, 0, used(join->left));
      mark(join->condition, width, used(join->right));
      Used& right = used(join->right);
      for (std::size_t i = width; i < out.size(); ++i)
        if (out[i]) right[i - width] = true;
    } else if (const auto* aggregate = std::get_if<Aggregate>(&node.node)) {
      mark(aggregate->groups, used(aggregate->input));
      for (const AggregateCall& call : aggregate->aggregates) mark(call, used(aggregate->input));
    } else if (const auto* top = std::get_if<TopN>(&node.node)) {
      hand_on(top->input);
      mark(top->partition, used(top->input));
      mark(top->order, used(top->input));
    } else if (const auto* set = std::get_if<ProjectSet>(&node.node)) {
      hand_on(set->input);
      for (const TableCall& call : set->calls) mark(call.arguments, used(set->input));
    } else if (const auto* window = std::get_if<TimeWindow>(&node.node)) {
      hand_on(window->input);
      mark(window->time, 0, used(window->input));
    } else {
      for (const Plan& input : inputs(node)) used(input).assign(input->columns.size(), true);
    }
  }

  static std::vector<std::size_t> in_place(std::size_t width) {
    std::vector<std::size_t> to(width);
    std::iota(to.begin(), to.end(), std::size_t{0});
    return to;
  }
  static std::vector<ExpressionRef> moved(std::vector<ExpressionRef> expressions,
                                          const std::vector<std::size_t>& to) {
    for (ExpressionRef& expression : expressions)
      if (expression != nullptr) expression = with_columns(expression, to);
    return expressions;
  }
  static std::vector<SortKey> moved(std::vector<SortKey> keys, const std::vector<std::size_t>& to) {
    for (SortKey& key : keys) key.expression = with_columns(key.expression, to);
    return keys;
  }

  const Narrowed& narrowed(const Plan& plan) {
    if (const auto found = done_.find(plan.get()); found != done_.end()) return found->second;
    Narrowed made = narrow(plan);
    return done_.emplace(plan.get(), std::move(made)).first->second;
  }

  Narrowed narrow(const Plan& plan) {
    const Used& out = used(plan);
    if (const auto* node = std::get_if<Project>(&plan->node)) return narrow(*node, *plan, out);
    if (const auto* node = std::get_if<Filter>(&plan->node)) {
      const Narrowed& below = narrowed(node->input);
      return {filter(below.plan, with_columns(node->condition, below.to)), below.to};
    }
    if (const auto* node = std::get_if<Join>(&plan->node)) return narrow(*node, plan);
    if (const auto* node = std::get_if<Aggregate>(&plan->node)) {
      const Narrowed& below = narrowed(node->input);
      Aggregate copy = *node;
      copy.input = below.plan;
      copy.groups = moved(copy.groups, below.to);
      for (AggregateCall& call : copy.aggregates) {
        call.arguments = moved(call.arguments, below.to);
        call.order = moved(call.order, below.to);
        if (call.filter != nullptr) call.filter = with_columns(call.filter, below.to);
      }
      return with_node(plan, std::move(copy));
    }
    if (const auto* node = std::get_if<TopN>(&plan->node)) {
      const Narrowed& below = narrowed(node->input);
      TopN copy = *node;
      copy.input = below.plan;
      copy.partition = moved(copy.partition, below.to);
      copy.order = moved(copy.order, below.to);
      return widened(plan, top_n(std::move(copy)), node->input, below);
    }
    if (const auto* node = std::get_if<ProjectSet>(&plan->node)) {
      const Narrowed& below = narrowed(node->input);
      ProjectSet copy = *node;
      copy.input = below.plan;
      for (TableCall& call : copy.calls) call.arguments = moved(call.arguments, below.to);
      return widened(plan, project_set(std::move(copy)), node->input, below);
    }
    if (const auto* node = std::get_if<TimeWindow>(&plan->node)) {
      const Narrowed& below = narrowed(node->input);
      TimeWindow copy = *node;
      copy.input = below.plan;
      copy.time = with_columns(copy.time, below.to);
      return widened(plan, time_window(std::move(copy)), node->input, below);
    }
    // The others look at whole rows.
    std::vector<Plan> from = inputs(*plan);
    for (Plan& input : from) input = narrowed(input).plan;
    return {from.empty() ? plan : with_plan_inputs(plan, std::move(from)),
            in_place(plan->columns.size())};
  }

  Narrowed narrow(const Project& node, const PlanNode& plan, const Used& out) {
    const Narrowed& below = narrowed(node.input);
    std::vector<ExpressionRef> expressions;
    std::vector<OutputColumn> columns;
    std::vector<std::size_t> to(out.size(), 0);
    for (std::size_t i = 0; i < out.size(); ++i) {
      // A row without columns is none; one stays.
      const bool stays = out[i] || (i + 1 == out.size() && expressions.empty());
      if (!stays) continue;
      to[i] = expressions.size();
      expressions.push_back(out[i] ? with_columns(node.expressions[i], below.to)
                                   : null_constant(plan.columns[i].type));
      columns.push_back(plan.columns[i]);
    }
    auto made = std::make_shared<PlanNode>();
    made->columns = std::move(columns);
    made->node = merged(below.plan, std::move(expressions));
    return {std::move(made), std::move(to)};
  }

  // Only says where in the row something stands.
  static bool picks(const Expression& e) {
    if (e.kind == ExpressionKind::field) return picks(*e.arguments[0]);
    return e.kind == ExpressionKind::column || e.kind == ExpressionKind::constant;
  }

  // Two projections in a row are one, when the upper or the lower one computes nothing.
  static Project merged(const Plan& below, std::vector<ExpressionRef> expressions) {
    const auto* inner = std::get_if<Project>(&below->node);
    if (inner == nullptr) return Project{below, std::move(expressions)};
    std::vector<int> uses(below->columns.size(), 0);
    const bool plain = std::all_of(expressions.begin(), expressions.end(), [&](const auto& e) {
      if (e->kind == ExpressionKind::constant) return true;
      return e->kind == ExpressionKind::column && ++uses[e->index] == 1;
    });
    const bool picked = std::all_of(inner->expressions.begin(), inner->expressions.end(),
                                    [](const auto& e) { return picks(*e); });
    if (!plain && !picked) return Project{below, std::move(expressions)};
    for (ExpressionRef& e : expressions) e = with_inputs(e, inner->expressions);
    return Project{inner->input, std::move(expressions)};
  }

  Narrowed narrow(const Join& node, const Plan& plan) {
    const Narrowed& left = narrowed(node.left);
    const Narrowed& right = narrowed(node.right);
    const std::size_t left_width = left.plan->columns.size();
    std::vector<std::size_t> to = left.to;
    for (const std::size_t at : right.to) to.push_back(at + left_width);
    Plan made =
        join(node.kind, left.plan, right.plan, with_columns(node.condition, to), node.lookup);
    to.resize(plan->columns.size());  // of semi and anti joins the left side's only
    return {std::move(made), std::move(to)};
  }

  static Narrowed with_node(const Plan& plan, Aggregate node) {
    auto made = std::make_shared<PlanNode>(*plan);
    made->node = std::move(node);
    return {std::move(made), in_place(plan->columns.size())};
  }

  // Of a node that puts out its input's columns, then some of its own.
  static Narrowed widened(const Plan& plan, Plan made, const Plan& input, const Narrowed& below) {
    std::vector<std::size_t> to = below.to;
    for (std::size_t i = input->columns.size(); i < plan->columns.size(); ++i)
      to.push_back(below.plan->columns.size() + i - input->columns.size());
    return {std::move(made), std::move(to)};
  }

  std::map<const PlanNode*, Used> used_;
  std::vector<const PlanNode*> nodes_;
  std::map<const PlanNode*, Narrowed> done_;
};

}  // namespace

Plan pruned(const Plan& plan) {
  Plan made = Pruning().run(plan);
  // The root keeps every column, but a node that hands on its input's may have more.
  if (made->columns.size() == plan->columns.size()) {
    auto named = std::make_shared<PlanNode>(*made);
    named->columns = plan->columns;
    return named;
  }
  return plan;
}

}  // namespace levada::query
