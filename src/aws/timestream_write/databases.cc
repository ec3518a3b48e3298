// CreateDatabase, DescribeDatabase, UpdateDatabase, DeleteDatabase, ListDatabases.

#include "aws/timestream_write/handlers.h"
#include "aws/timestream_write/requests.h"

namespace levada::aws::timestream_write_api {
namespace {

void write_members(OutputWriter& out, const timestream::DatabaseDescription& description) {
  const timestream::Database& database = description.database;
  out.string("Arn", timestream::arn_of(database.key));
  out.string("DatabaseName", database.key.name);
  out.integer("TableCount", static_cast<std::int64_t>(description.tables));
  out.string("KmsKeyId", database.key_id);
  out.timestamp("CreationTime", database.created);
  out.timestamp("LastUpdatedTime", database.updated);
}

void write_answer(Call& call, const timestream::DatabaseDescription& description) {
  call.output.begin_structure();
  call.output.begin_structure("Database");
  write_members(call.output, description);
  call.output.end_structure();
  call.output.end_structure();
}

}  // namespace

Task<Unit> handle_create_database(Doors& doors, Call& call) {
  const std::string name = text_or_empty(call.input, "DatabaseName");
  const std::string key = text_or_empty(call.input, "KmsKeyId");
  const timestream::Tags tags = tags_of(call.input);
  const auto there = [&] {
    return doors.service.create_database(caller_of(call), name, key, tags);
  };
  const auto answer = co_await doors.service.at_home(doors.here, there);
  write_answer(call, answer);
  co_return Unit{};
}

Task<Unit> handle_describe_database(Doors& doors, Call& call) {
  const std::string name = text_or_empty(call.input, "DatabaseName");
  const auto there = [&] { return doors.service.describe_database(caller_of(call), name); };
  const auto answer = co_await doors.service.at_home(doors.here, there);
  write_answer(call, answer);
  co_return Unit{};
}

Task<Unit> handle_update_database(Doors& doors, Call& call) {
  const std::string name = text_or_empty(call.input, "DatabaseName");
  const std::string key = text_or_empty(call.input, "KmsKeyId");
  const auto there = [&] { return doors.service.update_database(caller_of(call), name, key); };
  const auto answer = co_await doors.service.at_home(doors.here, there);
  write_answer(call, answer);
  co_return Unit{};
}

Task<Unit> handle_delete_database(Doors& doors, Call& call) {
  const std::string name = text_or_empty(call.input, "DatabaseName");
  const auto there = [&] { return doors.service.delete_database(caller_of(call), name); };
  co_await doors.service.at_home(doors.here, there);
  write_nothing(call);
  co_return Unit{};
}

Task<Unit> handle_list_databases(Doors& doors, Call& call) {
  const timestream::Page page = co_await page_of(call.input);
  const auto there = [&] { return doors.service.list_databases(caller_of(call), page); };
  const auto answer = co_await doors.service.at_home(doors.here, there);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_list("Databases", answer.databases.size());
  for (const timestream::DatabaseDescription& database : answer.databases) {
    out.begin_structure();
    write_members(out, database);
    out.end_structure();
  }
  out.end_list();
  write_token(out, answer.next);
  out.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::timestream_write_api
