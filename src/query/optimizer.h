#pragma once
// Optimizer: the same plan, cheaper to run: conditions move down to where their columns come from,
// inner joins are ordered so that each has an equality, row_number() <= n becomes a top-N, columns
// that nobody looks at are left out.

#include "query/plan.h"

namespace levada::query {

Plan optimized(const Plan& plan);

// a = b or a IS NOT DISTINCT FROM b, between columns below `split` and columns from it on.
struct Equality {
  ExpressionRef left;   // over the left input
  ExpressionRef right;  // over the right input, its columns counted from 0
  bool null_safe = false;
};
std::optional<Equality> as_equality(const ExpressionRef& condition, std::size_t split,
                                    std::size_t width);

// Moves each column index by `by`.
ExpressionRef shifted(const ExpressionRef& expression, std::ptrdiff_t by);

}  // namespace levada::query
