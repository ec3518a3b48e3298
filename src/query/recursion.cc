#include "query/recursion.h"

#include <map>
#include <unordered_set>

#include "base/attempt.h"

namespace levada::query {

namespace {

constexpr std::size_t rows_max = 10'000'000;
constexpr std::size_t rounds_max = 1'000'000;

struct RowHash {
  std::size_t operator()(const Row& row) const { return hash(row.span()); }
};
struct RowEqual {
  bool operator()(const Row& a, const Row& b) const { return equal(a.span(), b.span()); }
};

}  // namespace

SqlResult<Delta> run_recursion(const Recursion& recursion, const SessionFacts& facts,
                               const RowSource& rows_of) {
  Delta all;
  Delta round;
  std::unordered_set<Row, RowHash, RowEqual> seen;
  const RowSource rows = [&](const Relation& relation, const Equalities& wanted) {
    return relation.id == recursion.round->id ? round : rows_of(relation, wanted);
  };
  for (std::size_t rounds = 0;; ++rounds) {
    const Plan& term = rounds == 0 ? recursion.first : recursion.next;
    std::vector<Row> made = ATTEMPT(run_once(term, facts, rows));
    round.clear();
    for (Row& row : made) {
      if (recursion.distinct && !seen.insert(row).second) continue;
      round.push_back({row, 1});
      all.push_back({std::move(row), 1});
    }
    if (round.empty()) return all;
    if (all.size() > rows_max || rounds > rounds_max)
      return refuse(sqlstate::program_limit_exceeded,
                    "a recursive query makes more rows or rounds than there may be");
    if (facts.breath != nullptr)
      if (auto why = facts.breath->draw()) return tl::make_unexpected(std::move(*why));
  }
}

Recursion with_parameters(Recursion recursion, const std::vector<Value>& values) {
  recursion.first = with_parameters(recursion.first, values);
  recursion.next = with_parameters(recursion.next, values);
  return recursion;
}

SqlResult<std::vector<Row>> run_once(const Plan& plan, const std::vector<Recursion>& recursions,
                                     const SessionFacts& facts, const RowSource& rows_of) {
  std::map<RelationId, Delta> made;
  const RowSource rows = [&](const Relation& relation, const Equalities& wanted) {
    const auto found = made.find(relation.id);
    return found != made.end() ? found->second : rows_of(relation, wanted);
  };
  for (const Recursion& one : recursions)
    made.emplace(one.result->id, ATTEMPT(run_recursion(one, facts, rows)));
  return run_once(plan, facts, rows);
}

}  // namespace levada::query
