#pragma once
// Rewriting of plans: the same tree with every expression, or every input, replaced.

#include <functional>

#include "query/plan.h"

namespace levada::query {

// Each expression of each node of the tree through `change`.
Plan rewrite(const Plan& plan, const std::function<ExpressionRef(const ExpressionRef&)>& change);
// The node with other inputs, of the same shape.
Plan with_plan_inputs(const Plan& plan, std::vector<Plan> inputs);

}  // namespace levada::query
