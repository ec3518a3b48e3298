#pragma once
// Where the rows of a scheduled query go: its mapping, checked against the columns, and the records
// that it makes of rows.

#include <vector>

#include "timestream/documents.h"
#include "timestream/scheduled_query.h"

namespace levada::timestream {

// Errors: validation, with what of the mapping does not fit the columns.
Result<Unit> check_target(const DataModel& model, const sql::Scope& columns);

// The records of one row; none where all its measures are null. Errors: query_execution.
Result<std::vector<OwnedRecord>> records_of(const DataModel& model, const sql::Scope& columns,
                                            const std::vector<sql::Value>& row);

}  // namespace levada::timestream
