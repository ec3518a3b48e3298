#include "aws/timestream_query/face.h"

#include "aws/timestream_faults.h"
#include "aws/timestream_query/operations.h"
#include "aws/timestream_query/rows.h"
#include "timestream/refusal.h"

namespace levada::aws {
namespace {

using namespace timestream_query_api;

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

}  // namespace

const Service& TimestreamQueryFace::service() const { return timestream_query_api::service; }

// What is not here is answered as not supported: scheduled queries and account settings.
Task<Unit> TimestreamQueryFace::run(Call& call) {
  const std::string_view name = call.operation.name;
  if (name == "Query") co_return co_await outcome(query(call));
  if (name == "CancelQuery") co_return co_await outcome(cancel(call));
  if (name == "PrepareQuery") co_return co_await outcome(prepare(call));
  co_return fail(ErrorKind::unsupported,
                 std::string(name) + " is not supported by this version of Levada.");
}

Task<Unit> TimestreamQueryFace::query(Call& call) {
  timestream::QueryCommand command;
  command.text = call.input.string("QueryString").value_or("");
  command.client_token = call.input.string("ClientToken").value_or("");
  command.next_token = call.input.string("NextToken").value_or("");
  command.max_rows = static_cast<std::size_t>(call.input.integer("MaxRows").value_or(0));
  const timestream::Caller caller{call.caller.account, call.caller.region};
  const auto there = [&] { return desk_.query(caller, command); };
  const timestream::QueryAnswer answer = co_await service_.at_home(here_, there);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.string("QueryId", answer.id);
  out.begin_list("Rows", answer.rows.size());
  for (const auto& row : answer.rows) {
    out.begin_structure();
    out.begin_list("Data", row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      out.begin_structure();
      write_datum(out, answer.columns[i].type, row[i]);
      out.end_structure();
    }
    out.end_list();
    out.end_structure();
  }
  out.end_list();
  write_columns(out, "ColumnInfo", answer.columns);
  if (!answer.next_token.empty()) out.string("NextToken", answer.next_token);
  out.begin_structure("QueryStatus");
  out.real("ProgressPercentage", answer.progress);
  out.integer("CumulativeBytesScanned", 0);
  out.integer("CumulativeBytesMetered", answer.bytes_metered);
  out.end_structure();
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
  const timestream::sql::Scope columns = co_await service_.at_home(here_, there);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.string("QueryString", text);
  write_columns(out, "Columns", columns);
  out.begin_list("Parameters", 0);
  out.end_list();
  out.end_structure();
  co_return Unit{};
}

std::string TimestreamQueryFace::resource(const Caller&, const Input&) const { return ""; }

Fault TimestreamQueryFace::fault_of(const Error& error) const { return timestream_fault_of(error); }

}  // namespace levada::aws
