#include "aws/timestream_query/face.h"

#include <span>

#include "aws/timestream_faults.h"
#include "aws/timestream_query/operations.h"
#include "aws/timestream_query/rows.h"
#include "aws/timestream_query/scheduled_queries.h"
#include "timestream/refusal.h"

namespace levada::aws {
using namespace timestream_query_api;
namespace {

void write_rows(OutputWriter& out, const timestream::sql::Relation& result, std::size_t begin,
                std::size_t end) {
  for (const auto& row : std::span(result.rows).subspan(begin, end - begin)) {
    out.begin_structure();
    out.begin_list("Data", row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      out.begin_structure();
      write_datum(out, result.columns[i].type, row[i]);
      out.end_structure();
    }
    out.end_list();
    out.end_structure();
  }
}

}  // namespace

const Service& TimestreamQueryFace::service() const { return timestream_query_api::service; }

Task<Unit> TimestreamQueryFace::run(Call& call) {
  const std::string_view name = call.operation.name;
  if (name == "Query") co_return co_await outcome(query(call));
  if (name == "CancelQuery") co_return co_await outcome(cancel(call));
  if (name == "PrepareQuery") co_return co_await outcome(prepare(call));
  ScheduledDoors doors{here_, service_, scheduler_};
  for (const ScheduledRow& row : scheduled_rows())
    if (row.operation == name) co_return co_await row.handler(doors, call);
  co_return fail(ErrorKind::unsupported,
                 std::string(name) + " is not supported by this version of Levada.");
}

Task<Unit> TimestreamQueryFace::query(Call& call) {
  timestream::QueryCommand command;
  command.text = call.input.string("QueryString").value_or("");
  command.client_token = call.input.string("ClientToken").value_or("");
  command.next_token = call.input.string("NextToken").value_or("");
  if (const auto insights = call.input.structure("QueryInsights"))
    command.insights = insights->text("Mode") == "ENABLED_WITH_RATE_CONTROL";
  command.max_rows = static_cast<std::size_t>(call.input.integer("MaxRows").value_or(0));
  const timestream::Caller caller{call.caller.account, call.caller.region};
  const auto there = [&] { return desk_.query(caller, command); };
  const timestream::QueryAnswer answer = co_await service_.at_home(here_, there);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.string("QueryId", answer.id);
  const timestream::sql::Relation& result = *answer.result;
  out.begin_list("Rows", answer.end - answer.begin);
  if (result.table)
    pages_ahead_.write(out, answer);
  else
    write_rows(out, result, answer.begin, answer.end);
  out.end_list();
  write_columns(out, "ColumnInfo", result.columns);
  if (!answer.next_token.empty()) out.string("NextToken", answer.next_token);
  out.begin_structure("QueryStatus");
  out.real("ProgressPercentage", answer.progress);
  out.integer("CumulativeBytesScanned", answer.bytes_scanned);
  out.integer("CumulativeBytesMetered", answer.bytes_metered);
  out.end_structure();
  if (answer.insights) write_insights(out, *answer.insights);
  out.end_structure();
  co_return Unit{};
}

Task<Unit> TimestreamQueryFace::cancel(Call& call) {
  const std::string id = call.input.string("QueryId").value_or("");
  const timestream::Caller caller{call.caller.account, call.caller.region};
  const auto there = [&] { return desk_.cancel(caller, id); };
  const std::string message = co_await service_.at_home(here_, there);
  call.output.begin_structure();
  call.output.string("CancellationMessage", message);
  call.output.end_structure();
  co_return Unit{};
}

Task<Unit> TimestreamQueryFace::prepare(Call& call) {
  if (call.input.has("ValidateOnly") && !call.input.flag("ValidateOnly"))
    co_return timestream::refuse(timestream::Refusal::validation,
                                 "PrepareQuery supports ValidateOnly only.");
  const std::string text = call.input.string("QueryString").value_or("");
  const timestream::Caller caller{call.caller.account, call.caller.region};
  const auto there = [&] { return desk_.prepare(caller, text); };
  const timestream::Prepared prepared = co_await service_.at_home(here_, there);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.string("QueryString", text);
  out.begin_list("Columns", prepared.columns.size());
  for (const timestream::Prepared::Column& column : prepared.columns) {
    out.begin_structure();
    out.string("Name", column.column.name);
    write_type(out, column.column.type);
    if (!column.database.empty()) out.string("DatabaseName", column.database);
    if (!column.table.empty()) out.string("TableName", column.table);
    out.boolean("Aliased", column.aliased);
    out.end_structure();
  }
  out.end_list();
  out.begin_list("Parameters", prepared.parameters.size());
  for (const std::string& name : prepared.parameters) {
    out.begin_structure();
    out.string("Name", name);
    write_type(out, {});
    out.end_structure();
  }
  out.end_list();
  out.end_structure();
  co_return Unit{};
}

std::string TimestreamQueryFace::resource(const Caller&, const Input& input) const {
  const bool names_one = find_field(input.shape(), "ScheduledQueryArn") != nullptr;
  return names_one ? input.string("ScheduledQueryArn").value_or("") : "";
}

Fault TimestreamQueryFace::fault_of(const Error& error) const { return timestream_fault_of(error); }

}  // namespace levada::aws
