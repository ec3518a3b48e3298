#include "query/rewrite.h"

#include <map>

namespace levada::query {

namespace {

using Rewriting = std::function<ExpressionRef(const ExpressionRef&)>;

struct Expressions {  // one visitor for every node's expressions
  const Rewriting& change;

  void one(ExpressionRef& expression) const {
    if (expression != nullptr) expression = change(expression);
  }
  void all(std::vector<ExpressionRef>& expressions) const {
    for (ExpressionRef& expression : expressions) one(expression);
  }
  void all(std::vector<SortKey>& keys) const {
    for (SortKey& key : keys) one(key.expression);
  }
  void call(AggregateCall& call) const {
    all(call.arguments);
    all(call.order);
    one(call.filter);
  }

  void operator()(Scan&) const {}
  void operator()(Values& node) const {
    for (auto& row : node.rows) all(row);
  }
  void operator()(Project& node) const { all(node.expressions); }
  void operator()(Filter& node) const { one(node.condition); }
  void operator()(Join& node) const { one(node.condition); }
  void operator()(Aggregate& node) const {
    all(node.groups);
    for (AggregateCall& aggregate : node.aggregates) call(aggregate);
  }
  void operator()(Distinct&) const {}
  void operator()(SetOperation&) const {}
  void operator()(TopN& node) const {
    all(node.partition);
    all(node.order);
    one(node.limit);
    one(node.offset);
  }
  void operator()(Window& node) const {
    all(node.partition);
    all(node.order);
    for (WindowCall& window : node.calls) {
      call(window.aggregate);
      all(window.arguments);
      one(window.frame.start.offset);
      one(window.frame.end.offset);
    }
  }
  void operator()(ProjectSet& node) const {
    for (TableCall& table : node.calls) all(table.arguments);
  }
  void operator()(TimeWindow& node) const { one(node.time); }
  void operator()(SingleRow& node) const { all(node.partition); }
  void operator()(EmitOnClose&) const {}
  void operator()(Changelog&) const {}
};

void replace_inputs(PlanNode& node, std::vector<Plan> inputs) {
  std::visit(
      [&](auto& n) {
        using Node = std::decay_t<decltype(n)>;
        if constexpr (std::is_same_v<Node, Scan> || std::is_same_v<Node, Values>) {
        } else if constexpr (std::is_same_v<Node, Join>) {
          n.left = std::move(inputs[0]);
          n.right = std::move(inputs[1]);
        } else if constexpr (std::is_same_v<Node, SetOperation>) {
          n.inputs = std::move(inputs);
        } else {
          n.input = std::move(inputs[0]);
        }
      },
      node.node);
}

Plan rewritten(const Plan& plan, const Rewriting& change, std::map<const PlanNode*, Plan>& done) {
  if (const auto found = done.find(plan.get()); found != done.end()) return found->second;
  std::vector<Plan> from;
  for (const Plan& input : inputs(*plan)) from.push_back(rewritten(input, change, done));
  auto copy = std::make_shared<PlanNode>(*plan);
  replace_inputs(*copy, std::move(from));
  std::visit(Expressions{change}, copy->node);
  done.emplace(plan.get(), copy);
  return copy;
}

}  // namespace

Plan rewrite(const Plan& plan, const Rewriting& change) {
  std::map<const PlanNode*, Plan> done;
  return rewritten(plan, change, done);
}

Plan with_plan_inputs(const Plan& plan, std::vector<Plan> inputs) {
  auto copy = std::make_shared<PlanNode>(*plan);
  replace_inputs(*copy, std::move(inputs));
  return copy;
}

}  // namespace levada::query
