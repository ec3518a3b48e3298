#include "aws/timestream_query/rows.h"

#include "timestream/sql/calendar.h"
#include "timestream/sql/expression.h"

namespace levada::aws::timestream_query_api {
namespace {

using timestream::sql::Kind;
using timestream::sql::Type;
using timestream::sql::Value;

std::string_view scalar_name(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return "BOOLEAN";
    case Kind::integer:
      return "INTEGER";
    case Kind::bigint:
      return "BIGINT";
    case Kind::real:
      return "DOUBLE";
    case Kind::varchar:
      return "VARCHAR";
    case Kind::timestamp:
      return "TIMESTAMP";
    case Kind::date:
      return "DATE";
    case Kind::time:
      return "TIME";
    case Kind::interval_day:
      return "INTERVAL_DAY_TO_SECOND";
    case Kind::interval_month:
      return "INTERVAL_YEAR_TO_MONTH";
    default:
      return "UNKNOWN";
  }
}

}  // namespace

void write_type(OutputWriter& out, const Type& type) {
  out.begin_structure("Type");
  switch (type.kind) {
    case Kind::array:
    case Kind::series:
      out.begin_structure(type.is(Kind::array) ? "ArrayColumnInfo"
                                               : "TimeSeriesMeasureValueColumnInfo");
      write_type(out, type.element());
      out.end_structure();
      break;
    case Kind::row:
      out.begin_list("RowColumnInfo", type.fields.size());
      for (const auto& field : type.fields) {
        out.begin_structure();
        if (!field.name.empty()) out.string("Name", field.name);
        write_type(out, field.type);
        out.end_structure();
      }
      out.end_list();
      break;
    default:
      out.string("ScalarType", scalar_name(type.kind));
  }
  out.end_structure();
}

void write_datum(OutputWriter& out, const Type& type, const Value& value) {
  if (value.null()) {
    out.boolean("NullValue", true);
    return;
  }
  switch (type.kind) {
    case Kind::array:
      out.begin_list("ArrayValue", value.list().size());
      for (const Value& each : value.list()) {
        out.begin_structure();
        write_datum(out, type.element(), each);
        out.end_structure();
      }
      out.end_list();
      break;
    case Kind::series:
      out.begin_list("TimeSeriesValue", value.list().size());
      for (const Value& point : value.list()) {
        out.begin_structure();
        out.string("Time", timestream::sql::timestamp_text(point.list()[0].number()));
        out.begin_structure("Value");
        write_datum(out, type.element(), point.list()[1]);
        out.end_structure();
        out.end_structure();
      }
      out.end_list();
      break;
    case Kind::row:
      out.begin_structure("RowValue");
      out.begin_list("Data", value.list().size());
      for (std::size_t i = 0; i < value.list().size(); ++i) {
        out.begin_structure();
        write_datum(out, type.fields[i].type, value.list()[i]);
        out.end_structure();
      }
      out.end_list();
      out.end_structure();
      break;
    default:
      out.string("ScalarValue", timestream::sql::text_of(value, type));
  }
}

void write_columns(OutputWriter& out, std::string_view name,
                   const timestream::sql::Scope& columns) {
  out.begin_list(name, columns.size());
  for (const timestream::sql::ScopeColumn& column : columns) {
    out.begin_structure();
    out.string("Name", column.name);
    write_type(out, column.type);
    out.end_structure();
  }
  out.end_list();
}

void write_insights(OutputWriter& out, const timestream::QueryInsights& insights) {
  out.begin_structure("QueryInsightsResponse");
  if (!insights.coverage.arn.empty()) {
    out.begin_structure("QuerySpatialCoverage");
    out.begin_structure("Max");
    out.real("Value", insights.coverage.value);
    out.string("TableArn", insights.coverage.arn);
    out.begin_list("PartitionKey", insights.coverage.partition_key.size());
    for (const std::string& key : insights.coverage.partition_key) out.item(key);
    out.end_list();
    out.end_structure();
    out.end_structure();
    out.begin_structure("QueryTemporalRange");
    out.begin_structure("Max");
    out.integer("Value", static_cast<std::int64_t>(insights.range.value));
    out.string("TableArn", insights.range.arn);
    out.end_structure();
    out.end_structure();
  }
  const auto number = [&out](std::string_view name, std::uint64_t value) {
    out.integer(name, static_cast<std::int64_t>(value));
  };
  number("QueryTableCount", insights.tables);
  number("OutputRows", insights.rows);
  number("OutputBytes", insights.bytes);
  if (insights.unload) {
    number("UnloadPartitionCount", insights.unload_partitions);
    number("UnloadWrittenRows", insights.unload_rows);
    number("UnloadWrittenBytes", insights.unload_bytes);
  }
  out.end_structure();
}

}  // namespace levada::aws::timestream_query_api
