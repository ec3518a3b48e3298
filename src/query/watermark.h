#pragma once
// Watermarks through plans: which output columns no row will be below again, and EMIT ON WINDOW
// CLOSE, which lets rows out only when such a column says that they are final.

#include <optional>
#include <vector>

#include "query/evaluation.h"
#include "query/plan.h"
#include "query/sql_error.h"

namespace levada::query {

std::vector<Watermark> watermarks_of(const Plan& plan);
std::vector<Watermark> watermarks_of(const Join& join);

// The plan that puts out each row once, when it is final. 0A000: nothing says when that is.
SqlResult<Plan> emitting_on_close(const Plan& plan);

// Where the watermark stands; NULL: nowhere yet.
Value watermark_value(const Watermark& watermark, const SessionFacts& facts);

}  // namespace levada::query
