#pragma once
// Recursion: WITH RECURSIVE, for what runs once. What the first term gives is the first round; the
// second term makes each round from the one before, until one is empty. All rounds are the result.

#include <functional>
#include <memory>

#include "query/circuit.h"
#include "query/plan.h"

namespace levada::query {

struct Recursion {
  std::shared_ptr<const Relation> round;   // what the second term reads
  std::shared_ptr<const Relation> result;  // what others read
  Plan first, next;
  bool distinct = false;  // UNION: a row comes once
};

// Relations of recursions are nowhere else; their ids lie above all others.
inline constexpr std::uint32_t recursion_id_first = 0xF0000000;

// The parameters of its terms, replaced.
Recursion with_parameters(Recursion recursion, const std::vector<Value>& values);

// Errors: those of the terms; 54000 when it does not seem to end.
SqlResult<Delta> run_recursion(const Recursion& recursion, const SessionFacts& facts,
                               const RowSource& rows_of);

// run_once() of a plan that reads what the recursions make, each of which may read those before.
SqlResult<std::vector<Row>> run_once(const Plan& plan, const std::vector<Recursion>& recursions,
                                     const SessionFacts& facts, const RowSource& rows_of);

}  // namespace levada::query
