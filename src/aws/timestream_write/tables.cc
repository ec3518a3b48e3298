// CreateTable, DescribeTable, UpdateTable, DeleteTable, ListTables.

#include "aws/timestream_write/handlers.h"
#include "aws/timestream_write/requests.h"

namespace levada::aws::timestream_write_api {
namespace {

std::optional<timestream::Retention> retention_of(const Input& input) {
  const auto given = input.structure("RetentionProperties");
  if (!given) return std::nullopt;
  return timestream::Retention{*given->integer("MemoryStoreRetentionPeriodInHours"),
                               *given->integer("MagneticStoreRetentionPeriodInDays")};
}

std::optional<timestream::MagneticWrites> magnetic_writes_of(const Input& input) {
  const auto given = input.structure("MagneticStoreWriteProperties");
  if (!given) return std::nullopt;
  timestream::MagneticWrites writes;
  writes.enabled = given->flag("EnableMagneticStoreWrites");
  const auto rejected = given->structure("MagneticStoreRejectedDataLocation");
  const auto s3 = rejected ? rejected->structure("S3Configuration") : std::nullopt;
  if (s3)
    writes.rejected = {text_or_empty(*s3, "BucketName"), text_or_empty(*s3, "ObjectKeyPrefix"),
                       text_or_empty(*s3, "EncryptionOption"), text_or_empty(*s3, "KmsKeyId")};
  return writes;
}

std::vector<timestream::PartitionKey> partition_keys_of(const Input& input) {
  std::vector<timestream::PartitionKey> keys;
  const auto schema = input.structure("Schema");
  if (!schema) return keys;
  for (const Input& key : schema->structures("CompositePartitionKey"))
    keys.push_back({.dimension = key.text("Type") == "DIMENSION",
                    .name = text_or_empty(key, "Name"),
                    .required = key.text("EnforcementInRecord") == "REQUIRED",
                    .enforcement_given = key.has("EnforcementInRecord")});
  return keys;
}

void write_magnetic_writes(OutputWriter& out, const timestream::MagneticWrites& writes) {
  out.begin_structure("MagneticStoreWriteProperties");
  out.boolean("EnableMagneticStoreWrites", writes.enabled);
  if (writes.rejected) {
    out.begin_structure("MagneticStoreRejectedDataLocation");
    out.begin_structure("S3Configuration");
    const auto given = [&out](std::string_view name, const std::string& text) {
      if (!text.empty()) out.string(name, text);
    };
    given("BucketName", writes.rejected->bucket);
    given("ObjectKeyPrefix", writes.rejected->prefix);
    given("EncryptionOption", writes.rejected->encryption);
    given("KmsKeyId", writes.rejected->key_id);
    out.end_structure();
    out.end_structure();
  }
  out.end_structure();
}

void write_schema(OutputWriter& out, const std::vector<timestream::PartitionKey>& keys) {
  out.begin_structure("Schema");
  out.begin_list("CompositePartitionKey", keys.size());
  for (const timestream::PartitionKey& key : keys) {
    out.begin_structure();
    out.string("Type", key.dimension ? "DIMENSION" : "MEASURE");
    if (!key.name.empty()) out.string("Name", key.name);
    if (key.enforcement_given)
      out.string("EnforcementInRecord", key.required ? "REQUIRED" : "OPTIONAL");
    out.end_structure();
  }
  out.end_list();
  out.end_structure();
}

void write_members(Call& call, const timestream::Table& table) {
  OutputWriter& out = call.output;
  out.string("Arn", timestream::arn_of({call.caller.account, call.caller.region, table.database},
                                       table.name));
  out.string("TableName", table.name);
  out.string("DatabaseName", table.database);
  out.string("TableStatus", "ACTIVE");
  out.begin_structure("RetentionProperties");
  out.integer("MemoryStoreRetentionPeriodInHours", table.retention.memory_hours);
  out.integer("MagneticStoreRetentionPeriodInDays", table.retention.magnetic_days);
  out.end_structure();
  out.timestamp("CreationTime", table.created);
  out.timestamp("LastUpdatedTime", table.updated);
  write_magnetic_writes(out, table.magnetic_writes.value_or(timestream::MagneticWrites{}));
  write_schema(out, table.partition_keys);
}

void write_answer(Call& call, const timestream::Table& table) {
  call.output.begin_structure();
  call.output.begin_structure("Table");
  write_members(call, table);
  call.output.end_structure();
  call.output.end_structure();
}

}  // namespace

Task<Unit> handle_create_table(Doors& doors, Call& call) {
  timestream::CreateTable command;
  command.database = text_or_empty(call.input, "DatabaseName");
  command.table = text_or_empty(call.input, "TableName");
  command.retention = retention_of(call.input);
  command.magnetic_writes = magnetic_writes_of(call.input);
  command.partition_keys = partition_keys_of(call.input);
  command.tags = tags_of(call.input);
  const auto there = [&] { return doors.service.create_table(caller_of(call), command); };
  const timestream::Table table = co_await doors.service.at_home(doors.here, there);
  write_answer(call, table);
  co_return Unit{};
}

Task<Unit> handle_describe_table(Doors& doors, Call& call) {
  const std::string database = text_or_empty(call.input, "DatabaseName");
  const std::string name = text_or_empty(call.input, "TableName");
  const auto there = [&] { return doors.service.describe_table(caller_of(call), database, name); };
  const timestream::Table table = co_await doors.service.at_home(doors.here, there);
  write_answer(call, table);
  co_return Unit{};
}

Task<Unit> handle_update_table(Doors& doors, Call& call) {
  timestream::UpdateTable command;
  command.database = text_or_empty(call.input, "DatabaseName");
  command.table = text_or_empty(call.input, "TableName");
  command.retention = retention_of(call.input);
  command.magnetic_writes = magnetic_writes_of(call.input);
  command.partition_keys = partition_keys_of(call.input);
  const auto there = [&] { return doors.service.update_table(caller_of(call), command); };
  const timestream::Table table = co_await doors.service.at_home(doors.here, there);
  write_answer(call, table);
  co_return Unit{};
}

Task<Unit> handle_delete_table(Doors& doors, Call& call) {
  const std::string database = text_or_empty(call.input, "DatabaseName");
  const std::string name = text_or_empty(call.input, "TableName");
  const auto there = [&] { return doors.service.delete_table(caller_of(call), database, name); };
  co_await doors.service.at_home(doors.here, there);
  write_nothing(call);
  co_return Unit{};
}

Task<Unit> handle_list_tables(Doors& doors, Call& call) {
  const timestream::Page page = co_await page_of(call.input);
  const std::string database = text_or_empty(call.input, "DatabaseName");
  const auto there = [&] { return doors.service.list_tables(caller_of(call), database, page); };
  const timestream::TablePage answer = co_await doors.service.at_home(doors.here, there);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_list("Tables", answer.tables.size());
  for (const timestream::Table& table : answer.tables) {
    out.begin_structure();
    write_members(call, table);
    out.end_structure();
  }
  out.end_list();
  write_token(out, answer.next);
  out.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::timestream_write_api
