// What follows from a plan: its key, whether rows ever leave it, how EXPLAIN shows it.

#include <algorithm>
#include <set>

#include "query/plan.h"

namespace levada::query {

namespace {

using Key = std::optional<std::vector<std::size_t>>;

Key key_of(const Plan& plan);

// Where the columns of an input are in a projection; nullopt: one of them is not there.
Key projected(const Key& key, const std::vector<ExpressionRef>& expressions) {
  if (!key) return std::nullopt;
  std::vector<std::size_t> result;
  for (const std::size_t wanted : *key) {
    const auto found = std::find_if(expressions.begin(), expressions.end(), [&](const auto& e) {
      return e->kind == ExpressionKind::column && e->index == wanted;
    });
    if (found == expressions.end()) return std::nullopt;
    result.push_back(static_cast<std::size_t>(found - expressions.begin()));
  }
  return result;
}

Key join_key(const Join& join) {
  if (join.kind == JoinKind::semi || join.kind == JoinKind::anti) return key_of(join.left);
  Key left = key_of(join.left);
  const Key right = key_of(join.right);
  if (!left || !right) return std::nullopt;
  for (const std::size_t index : *right) left->push_back(join.left->columns.size() + index);
  return left;
}

std::vector<std::size_t> first_columns(std::size_t count) {
  std::vector<std::size_t> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = i;
  return all;
}

Key columns_of(const std::vector<ExpressionRef>& expressions) {
  std::vector<std::size_t> all;
  for (const ExpressionRef& expression : expressions) {
    if (expression->kind != ExpressionKind::column) return std::nullopt;
    all.push_back(expression->index);
  }
  return all;
}

Key key_of(const Plan& plan) {
  return std::visit(
      [&](const auto& node) -> Key {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, Scan>) {
          if (node.relation->key.empty()) return std::nullopt;
          return node.relation->key;
        } else if constexpr (std::is_same_v<Node, Values>) {
          return node.rows.size() <= 1 ? Key(std::vector<std::size_t>()) : std::nullopt;
        } else if constexpr (std::is_same_v<Node, Project>) {
          return projected(key_of(node.input), node.expressions);
        } else if constexpr (std::is_same_v<Node, Join>) {
          return join_key(node);
        } else if constexpr (std::is_same_v<Node, Aggregate>) {
          auto key = first_columns(node.groups.size());
          if (!node.grouping_sets.empty()) key.push_back(plan->columns.size() - 1);
          return key;
        } else if constexpr (std::is_same_v<Node, Distinct>) {
          return first_columns(plan->columns.size());
        } else if constexpr (std::is_same_v<Node, SetOperation>) {
          if (!node.all) return first_columns(plan->columns.size());
          return std::nullopt;
        } else if constexpr (std::is_same_v<Node, TopN>) {
          if (node.limit != nullptr && node.limit->kind == ExpressionKind::constant &&
              !node.limit->value.is_null() && node.limit->value.datum().integer == 1 &&
              !node.with_ties)
            if (Key key = columns_of(node.partition)) return key;
          return key_of(node.input);
        } else if constexpr (std::is_same_v<Node, ProjectSet>) {
          return std::nullopt;
        } else if constexpr (std::is_same_v<Node, TimeWindow>) {
          Key key = key_of(node.input);
          if (key) key->push_back(plan->columns.size() - 2);
          return key;
        } else if constexpr (std::is_same_v<Node, SingleRow>) {
          if (Key key = columns_of(node.partition)) return key;
          return key_of(node.input);
        } else if constexpr (std::is_same_v<Node, Changelog>) {
          return std::vector<std::size_t>{plan->columns.size() - 1};
        } else {
          return key_of(node.input);
        }
      },
      plan->node);
}

std::string line_of(const Plan& plan) {
  const auto all = [](const std::vector<ExpressionRef>& expressions) {
    std::string out;
    for (const ExpressionRef& expression : expressions)
      out += (out.empty() ? "" : ", ") + text(*expression);
    return out;
  };
  const auto keys = [](const std::vector<SortKey>& order) {
    std::string out;
    for (const SortKey& key : order)
      out += (out.empty() ? "" : ", ") + text(*key.expression) + (key.descending ? " desc" : "");
    return out;
  };
  return std::visit(
      [&](const auto& node) -> std::string {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, Scan>) {
          return "Scan { relation: " + node.relation->name + " }";
        } else if constexpr (std::is_same_v<Node, Values>) {
          return "Values { rows: " + std::to_string(node.rows.size()) + " }";
        } else if constexpr (std::is_same_v<Node, Project>) {
          return "Project { exprs: [" + all(node.expressions) + "] }";
        } else if constexpr (std::is_same_v<Node, Filter>) {
          return std::string(mentions_now(*node.condition) ? "TemporalFilter" : "Filter") +
                 " { predicate: " + text(*node.condition) + " }";
        } else if constexpr (std::is_same_v<Node, Join>) {
          constexpr std::string_view kinds[] = {"Inner",     "LeftOuter", "RightOuter",
                                                "FullOuter", "LeftSemi",  "LeftAnti"};
          return std::string(node.lookup ? "LookupJoin" : "HashJoin") +
                 " { type: " + std::string(kinds[static_cast<std::size_t>(node.kind)]) +
                 ", predicate: " + text(*node.condition) + " }";
        } else if constexpr (std::is_same_v<Node, Aggregate>) {
          std::string calls;
          for (const AggregateCall& call : node.aggregates)
            calls += (calls.empty() ? "" : ", ") + std::string(call.function->name) + "(" +
                     (call.distinct ? "distinct " : "") + all(call.arguments) + ")" +
                     (call.filter != nullptr ? " filter(" + text(*call.filter) + ")" : "");
          return "HashAgg { group_key: [" + all(node.groups) + "], aggs: [" + calls + "] }";
        } else if constexpr (std::is_same_v<Node, Distinct>) {
          return "Distinct";
        } else if constexpr (std::is_same_v<Node, SetOperation>) {
          constexpr std::string_view kinds[] = {"Union", "Intersect", "Except"};
          return std::string(kinds[static_cast<std::size_t>(node.kind)]) +
                 " { all: " + (node.all ? "true" : "false") + " }";
        } else if constexpr (std::is_same_v<Node, TopN>) {
          std::string out = node.limit == nullptr ? "Sort { order: [" : "TopN { order: [";
          out += keys(node.order) + "]";
          if (node.limit != nullptr) out += ", limit: " + text(*node.limit);
          if (node.offset != nullptr) out += ", offset: " + text(*node.offset);
          if (!node.partition.empty()) out += ", group_key: [" + all(node.partition) + "]";
          return out + " }";
        } else if constexpr (std::is_same_v<Node, Window>) {
          return "OverWindow { partition_by: [" + all(node.partition) + "], order_by: [" +
                 keys(node.order) + "], calls: " + std::to_string(node.calls.size()) + " }";
        } else if constexpr (std::is_same_v<Node, ProjectSet>) {
          return "ProjectSet { calls: " + std::to_string(node.calls.size()) + " }";
        } else if constexpr (std::is_same_v<Node, TimeWindow>) {
          return "HopWindow { time_col: " + text(*node.time) + " }";
        } else if constexpr (std::is_same_v<Node, SingleRow>) {
          return "MaxOneRow";
        } else if constexpr (std::is_same_v<Node, Changelog>) {
          return "ChangeLog";
        } else {
          return "EmitOnWindowClose { column: $" + std::to_string(node.watermark.column) + " }";
        }
      },
      plan->node);
}

void explain_into(const Plan& plan, std::size_t depth, std::vector<std::string>& lines) {
  lines.push_back(depth == 0 ? line_of(plan)
                             : std::string((depth - 1) * 2, ' ') + "└─" + line_of(plan));
  for (const Plan& input : inputs(*plan)) explain_into(input, depth + 1, lines);
}

}  // namespace

std::optional<std::vector<std::size_t>> derived_key(const Plan& plan) {
  Key key = key_of(plan);
  if (!key) return key;
  std::sort(key->begin(), key->end());
  key->erase(std::unique(key->begin(), key->end()), key->end());
  return key;
}

bool is_append_only(const Plan& plan) {
  if (std::holds_alternative<Changelog>(plan->node) ||
      std::holds_alternative<EmitOnClose>(plan->node))
    return true;
  const bool inputs_are = [&] {
    for (const Plan& input : inputs(*plan))
      if (!is_append_only(input)) return false;
    return true;
  }();
  if (!inputs_are) return false;
  if (const auto* node = std::get_if<Scan>(&plan->node)) return node->relation->append_only;
  if (const auto* node = std::get_if<Filter>(&plan->node)) return !mentions_now(*node->condition);
  if (const auto* node = std::get_if<Join>(&plan->node)) return node->kind == JoinKind::inner;
  if (const auto* node = std::get_if<SetOperation>(&plan->node))
    return node->kind == SetKind::union_ && node->all;
  if (const auto* node = std::get_if<Window>(&plan->node)) return node->on_close;
  if (const auto* node = std::get_if<TopN>(&plan->node))
    return node->limit == nullptr && node->offset == nullptr;
  return std::holds_alternative<Values>(plan->node) ||
         std::holds_alternative<Project>(plan->node) ||
         std::holds_alternative<Distinct>(plan->node) ||
         std::holds_alternative<ProjectSet>(plan->node) ||
         std::holds_alternative<TimeWindow>(plan->node);
}

bool has_changelog(const Plan& plan) {
  if (std::holds_alternative<Changelog>(plan->node)) return true;
  for (const Plan& input : inputs(*plan))
    if (has_changelog(input)) return true;
  return false;
}

std::vector<std::string> explain(const Plan& plan) {
  std::vector<std::string> lines;
  explain_into(plan, 0, lines);
  return lines;
}

}  // namespace levada::query
