#include "query/column_use.h"

#include <set>

namespace levada::query {

namespace {

using Columns = std::set<std::size_t>;  // of a node's output: somebody looks at them

void add(const ExpressionRef& expression, Columns& used) {
  if (expression == nullptr) return;
  if (expression->kind == ExpressionKind::column) used.insert(expression->index);
  for (const ExpressionRef& argument : expression->arguments) add(argument, used);
}

class Search {
 public:
  Search(RelationId relation, std::size_t column) : relation_(relation), column_(column) {}

  bool finds(const Plan& plan, const Columns& used) const {
    if (const auto* scan = std::get_if<Scan>(&plan->node))
      return scan->relation->id == relation_ && used.contains(column_);
    if (const auto* project = std::get_if<Project>(&plan->node)) {
      Columns below;
      for (const std::size_t output : used) add(project->expressions[output], below);
      return finds(project->input, below);
    }
    if (const auto* filter = std::get_if<Filter>(&plan->node)) {
      Columns below = used;
      add(filter->condition, below);
      return finds(filter->input, below);
    }
    if (const auto* join = std::get_if<Join>(&plan->node)) return in_join(*join, used);
    if (const auto* aggregate = std::get_if<Aggregate>(&plan->node)) {
      Columns below;
      for (const ExpressionRef& group : aggregate->groups) add(group, below);
      for (const AggregateCall& call : aggregate->aggregates) {
        for (const ExpressionRef& argument : call.arguments) add(argument, below);
        for (const SortKey& key : call.order) add(key.expression, below);
        add(call.filter, below);
      }
      return finds(aggregate->input, below);
    }
    for (const Plan& input : inputs(*plan))
      if (finds(input, all_of(input))) return true;
    return false;
  }

  static Columns all_of(const Plan& plan) {
    Columns all;
    for (std::size_t i = 0; i < plan->columns.size(); ++i) all.insert(i);
    return all;
  }

 private:
  bool in_join(const Join& join, const Columns& used) const {
    const std::size_t width = join.left->columns.size();
    Columns both = used, left, right;
    add(join.condition, both);
    for (const std::size_t one : both)
      if (one < width)
        left.insert(one);
      else
        right.insert(one - width);
    return finds(join.left, left) || finds(join.right, right);
  }

  RelationId relation_;
  std::size_t column_;
};

}  // namespace

bool uses_column(const Plan& plan, RelationId relation, std::size_t column) {
  return Search(relation, column).finds(plan, Search::all_of(plan));
}

}  // namespace levada::query
