// Execution: subqueries. What looks at no column around it runs once, before; what does runs once
// for each of the values that it looks at, when the rows that have them are known.

#include <algorithm>

#include "timestream/refusal.h"
#include "timestream/sql/opened.h"

namespace levada::timestream::sql {

std::optional<Compiled> Execution::outer_column(const Node& node) {
  for (auto around = outers_.rbegin(); around != outers_.rend(); ++around) {
    for (std::size_t i = 0; i < around->captures.size(); ++i)
      if (same_name(around->captures[i].name, node.text) &&
          same_name(around->captures[i].qualifier, node.qualifier))
        return constant_of(around->types[i],
                           around->values == nullptr ? Value() : (*around->values)[i]);
    if (around->scope == nullptr) continue;
    const auto found = find_column(*around->scope, node);
    if (!found || !*found) continue;
    around->captures.push_back({node.qualifier, node.text, node.place});
    around->types.push_back((*around->scope)[**found].type);
    return constant_of(around->types.back(), Value());
  }
  return std::nullopt;
}

// The first column of its answer; of EXISTS one value for each row.
Task<SubqueryResult> Execution::ask(const Node& node) {
  SubqueryResults around = std::exchange(subqueries_, {});
  const std::size_t held_before = cells_;
  Relation inner = co_await query(*node.query);
  release(cells_ - held_before);  // all but the answer goes
  co_await hold(inner.rows.size());
  subqueries_ = std::move(around);
  if (node.kind != NodeKind::exists && inner.columns.size() != 1)
    co_return refuse_at(node.place,
                        "Multiple columns returned by subquery are not yet supported. "
                        "Found " +
                            std::to_string(inner.columns.size()));
  if (node.kind == NodeKind::scalar && inner.rows.size() > 1 && !dry_)
    co_return refuse(Refusal::query_execution, "Scalar sub-query has returned multiple rows");
  SubqueryResult result;
  result.type = inner.columns.front().type;
  for (Row& row : inner.rows) result.values.push_back(std::move(row.front()));
  co_return result;
}

Task<Unit> Execution::prepare_subqueries(const Node* node, const Scope* scope) {
  if (node == nullptr) co_return Unit{};
  if (node->query && !subqueries_.contains(node)) {
    SubqueryResult result;
    std::vector<Capture> captures;
    if (scope != nullptr) {  // without data first: what does it look at?
      outers_.push_back({.scope = scope});
      const bool was_dry = std::exchange(dry_, true);
      result = co_await ask(*node);
      dry_ = was_dry;
      captures = std::move(outers_.back().captures);
      result.types = std::move(outers_.back().types);
      outers_.pop_back();
    }
    if (captures.empty()) {
      result = co_await ask(*node);
    } else {
      result.values.clear();
      result.captures = std::move(captures);
      result.answers = std::make_shared<SubqueryResult::Answers>();
    }
    subqueries_.emplace(node, std::move(result));
  }
  std::vector<const Node*> parts;
  each_part(*node, [&parts](const Node& part) { parts.push_back(&part); });
  for (const Node* part : parts) co_await prepare_subqueries(part, scope);
  co_return Unit{};
}

bool Execution::correlated(const Node* node) const {
  if (node == nullptr) return false;
  if (const auto at = subqueries_.find(node); at != subqueries_.end() && at->second.answers)
    return true;
  bool any = false;
  each_part(*node, [&](const Node& part) { any = any || correlated(&part); });
  return any;
}

Task<Unit> Execution::answer_subqueries(std::vector<const Node*> roots, Compiler& compiler,
                                        const std::vector<Row>& rows) {
  while (!roots.empty()) {
    const Node* node = roots.back();
    roots.pop_back();
    if (node == nullptr) continue;
    each_part(*node, [&roots](const Node& part) { roots.push_back(&part); });
    const auto at = subqueries_.find(node);
    if (at == subqueries_.end() || !at->second.answers) continue;
    const SubqueryResult& subquery = at->second;
    const std::shared_ptr<SubqueryResult::Answers> answers = subquery.answers;
    const std::vector<Capture> captures = subquery.captures;
    const std::vector<Type> types = subquery.types;
    const std::vector<Run> runs = co_await compiler.captured(subquery);
    std::size_t count = 0;
    for (const Row& row : rows) {
      if (due(count)) co_await pause();
      Row key;
      for (const Run& run : runs) key.push_back(run(Frame{row, runtime_}));
      co_await check();
      if (answers->contains(key)) continue;
      co_await pause();
      outers_.push_back({.captures = captures, .types = types, .values = &key});
      SubqueryResult one = co_await ask(*node);
      outers_.pop_back();
      co_await hold(key.size() + one.values.size() + 4);
      answers->emplace(std::move(key), std::move(one.values));
    }
  }
  co_return Unit{};
}

}  // namespace levada::timestream::sql
