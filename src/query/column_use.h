#pragma once
// Which columns of a relation a plan looks at, for ALTER TABLE … DROP COLUMN.

#include "query/plan.h"

namespace levada::query {

// Whether the plan's answer depends on that column. Where it cannot be told, it does.
bool uses_column(const Plan& plan, RelationId relation, std::size_t column);

}  // namespace levada::query
