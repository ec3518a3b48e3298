#pragma once
// Pruning: the same plan without the columns that nobody looks at, so that states and rows in
// flight hold only what counts. A column is followed from the root down; plans that several others
// share keep what any of them needs.

#include "query/plan.h"

namespace levada::query {

// The output's columns stay as they are.
Plan pruned(const Plan& plan);

}  // namespace levada::query
