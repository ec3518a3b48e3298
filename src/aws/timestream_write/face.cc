#include "aws/timestream_write/face.h"

#include "aws/timestream_faults.h"
#include "aws/timestream_write/operations.h"

namespace levada::aws {
namespace {

using namespace timestream_write_api;

struct Row {
  std::string_view operation;
  Handler handler;
};

constexpr Row rows[] = {
    {"CreateBatchLoadTask", handle_create_batch_load_task},
    {"CreateDatabase", handle_create_database},
    {"CreateTable", handle_create_table},
    {"DeleteDatabase", handle_delete_database},
    {"DeleteTable", handle_delete_table},
    {"DescribeBatchLoadTask", handle_describe_batch_load_task},
    {"DescribeDatabase", handle_describe_database},
    {"DescribeEndpoints", handle_describe_endpoints},
    {"DescribeTable", handle_describe_table},
    {"ListBatchLoadTasks", handle_list_batch_load_tasks},
    {"ListDatabases", handle_list_databases},
    {"ListTables", handle_list_tables},
    {"ListTagsForResource", handle_list_tags_for_resource},
    {"ResumeBatchLoadTask", handle_resume_batch_load_task},
    {"TagResource", handle_tag_resource},
    {"UntagResource", handle_untag_resource},
    {"UpdateDatabase", handle_update_database},
    {"UpdateTable", handle_update_table},
    {"WriteRecords", handle_write_records},
};

}  // namespace

TimestreamWriteFace::TimestreamWriteFace(io::Reactor& here, timestream::Service& service,
                                         std::string_view scheme)
    : doors_{here, service, scheme}, handlers_(timestream_write_api::service.operations.size()) {
  const auto& operations = timestream_write_api::service.operations;
  for (const Row& row : rows) {
    const Operation* operation = find_operation(timestream_write_api::service, row.operation);
    CHECK(operation != nullptr, row.operation);
    handlers_[static_cast<std::size_t>(operation - operations.data())] = row.handler;
  }
}

const Service& TimestreamWriteFace::service() const { return timestream_write_api::service; }

Task<Unit> TimestreamWriteFace::run(Call& call) {
  const auto& operations = timestream_write_api::service.operations;
  const auto index = static_cast<std::size_t>(&call.operation - operations.data());
  if (handlers_[index] == nullptr)
    co_return fail(ErrorKind::unsupported, std::string(call.operation.name) +
                                               " is not supported by this version of Levada.");
  co_return co_await handlers_[index](doors_, call);
}

std::string TimestreamWriteFace::resource(const Caller& caller, const Input& input) const {
  const auto text = [&input](std::string_view member) {
    return find_field(input.shape(), member) != nullptr ? input.string(member).value_or("") : "";
  };
  if (const std::string arn = text("ResourceARN"); !arn.empty()) return arn;
  const std::string database = text("DatabaseName"), table = text("TableName");
  if (database.empty()) return "";
  const timestream::DatabaseKey key{caller.account, caller.region, database};
  return table.empty() ? timestream::arn_of(key) : timestream::arn_of(key, table);
}

std::unique_ptr<FastCall> TimestreamWriteFace::read_fast(const Operation& operation, Coding coding,
                                                         ByteView body) {
  return coding == Coding::json ? read_fast_write(operation, body, doors_, memories_) : nullptr;
}

Fault TimestreamWriteFace::fault_of(const Error& error) const { return timestream_fault_of(error); }

}  // namespace levada::aws
