#pragma once
// Types and values of query results as Timestream's structures spell them (spec timestream 6.5).

#include "aws/output_writer.h"
#include "timestream/scheduled_query.h"
#include "timestream/sql/expression.h"
#include "timestream/sql/type.h"

namespace levada::aws::timestream_query_api {

void write_type(OutputWriter& out, const timestream::sql::Type& type);  // the member "Type"
// The members of a Datum, without the braces.
void write_datum(OutputWriter& out, const timestream::sql::Type& type,
                 const timestream::sql::Value& value);

void write_columns(OutputWriter& out, std::string_view name,
                   const timestream::sql::Scope& columns);  // a list of ColumnInfo
void write_insights(OutputWriter& out, const timestream::QueryInsights& insights);

}  // namespace levada::aws::timestream_query_api
