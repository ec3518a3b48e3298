#pragma once
// The rows of an answer that was kept as columns, written as JSON in one go: as write_datum writes
// the values that they stand for, without making them.

#include "aws/output_writer.h"
#include "timestream/query_desk.h"

namespace levada::aws::timestream_query_api {

// Into a list that was begun. The answer has a table.
void write_column_rows(OutputWriter& out, const timestream::QueryAnswer& answer);

}  // namespace levada::aws::timestream_query_api
