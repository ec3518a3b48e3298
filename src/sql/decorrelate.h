#pragma once
// Decorrelation: a plan that looks at columns of the query around it becomes one that does not, by
// computing it for every distinct combination of those columns (Neumann, Kemper: "Unnesting
// Arbitrary Queries"). Internal to sql/.

#include <vector>

#include "query/plan.h"
#include "query/sql_error.h"

namespace levada::sql {

// The columns of the next query out that the plan looks at, each once, in rising order.
std::vector<query::ExpressionRef> outer_columns(const query::Plan& plan);
std::vector<query::ExpressionRef> outer_columns(const query::ExpressionRef& expression);

// For marks of level 1 resolved elsewhere: one level off all marks.
query::ExpressionRef one_level_in(const query::ExpressionRef& expression);
query::Plan one_level_in(const query::Plan& plan);

// `domain`: a plan of one row for each combination, with as many columns as `outer`. The result has
// the domain's columns, then the plan's.
query::SqlResult<query::Plan> depend(const query::Plan& plan, const query::Plan& domain,
                                     const std::vector<query::ExpressionRef>& outer);

// The expression with outer columns (level 1) replaced by columns of what `outer` became (index n
// for outer[n]), own columns moved by `shift`, and further levels one less.
query::ExpressionRef resolved(const query::ExpressionRef& expression,
                              const std::vector<query::ExpressionRef>& outer, std::size_t shift);

// Whether the columns first … of the left and those from `right` of the joined row are the same
// combination, NULL being like NULL.
query::ExpressionRef same_combination(const std::vector<query::ExpressionRef>& left,
                                      const std::vector<query::ExpressionRef>& right);

}  // namespace levada::sql
