#include "aws/describe_endpoints.h"
#include "aws/timestream_write/handlers.h"
#include "aws/timestream_write/operations.h"
#include "aws/timestream_write/requests.h"

namespace levada::aws::timestream_write_api {
namespace {

constexpr std::string_view rejected_message =
    "One or more records have been rejected. See RejectedRecords for details.";
constexpr int rejected_status = 419;

timestream::RecordInput record_of(const Input& input) {
  timestream::RecordInput record;
  for (const Input& dimension : input.structures("Dimensions"))
    record.dimensions.push_back({*dimension.text("Name"), *dimension.text("Value")});
  for (const Input& measure : input.structures("MeasureValues"))
    record.measures.push_back(
        {*measure.text("Name"), *measure.text("Value"), *measure.text("Type")});
  record.measure_name = input.text("MeasureName");
  record.measure_value = input.text("MeasureValue");
  record.measure_type = input.text("MeasureValueType");
  record.time = input.text("Time");
  record.time_unit = input.text("TimeUnit");
  record.version = input.integer("Version");
  return record;
}

// The one exception with members of its own.
void write_rejections(Call& call, const std::vector<timestream::Rejection>& rejected) {
  call.response.status = rejected_status;
  call.response.headers.add("x-amzn-ErrorType", "RejectedRecordsException");
  OutputWriter& out = call.output;
  out.begin_structure();
  out.string("__type", std::string(service.error_prefix) + "RejectedRecordsException");
  out.string("Message", rejected_message);
  out.string("message", rejected_message);
  out.begin_list("RejectedRecords", rejected.size());
  for (const timestream::Rejection& rejection : rejected) {
    out.begin_structure();
    out.integer("RecordIndex", rejection.record);
    out.string("Reason", rejection.reason);
    if (rejection.existing_version) out.integer("ExistingVersion", *rejection.existing_version);
    out.end_structure();
  }
  out.end_list();
  out.end_structure();
}

}  // namespace

Task<Unit> handle_write_records(Doors& doors, Call& call) {
  const auto common_input = call.input.structure("CommonAttributes");
  const timestream::RecordInput common =
      common_input ? record_of(*common_input) : timestream::RecordInput{};
  std::vector<timestream::RecordInput> inputs;
  for (const Input& input : call.input.structures("Records")) inputs.push_back(record_of(input));
  std::vector<timestream::ReadRecord> records = co_await timestream::read_records(common, inputs);
  const std::string database = text_or_empty(call.input, "DatabaseName");
  const std::string table = text_or_empty(call.input, "TableName");
  const auto there = [&] {
    return doors.service.write(caller_of(call), database, table, std::move(records));
  };
  const timestream::WriteAnswer answer = co_await doors.service.at_home(doors.here, there);
  if (!answer.rejected.empty()) {
    write_rejections(call, answer.rejected);
    co_return Unit{};
  }
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_structure("RecordsIngested");
  out.integer("Total", answer.memory + answer.magnetic);
  out.integer("MemoryStore", answer.memory);
  out.integer("MagneticStore", answer.magnetic);
  out.end_structure();
  out.end_structure();
  co_return Unit{};
}

Task<Unit> handle_describe_endpoints(Doors& doors, Call& call) {
  write_endpoints(call, doors.scheme);
  co_return Unit{};
}

}  // namespace levada::aws::timestream_write_api
