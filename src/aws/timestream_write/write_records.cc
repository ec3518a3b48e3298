#include "aws/describe_endpoints.h"
#include "aws/timestream_write/handlers.h"
#include "aws/timestream_write/operations.h"
#include "aws/timestream_write/record_inputs.h"
#include "aws/timestream_write/requests.h"
#include "aws/timestream_write/write_answers.h"

namespace levada::aws::timestream_write_api {

Task<Unit> handle_write_records(Doors& doors, Call& call) {
  const RecordInputs given(call.input);
  timestream::ReadRecords records = co_await timestream::read_records(given.common, given.records);
  const std::string database = text_or_empty(call.input, "DatabaseName");
  const std::string table = text_or_empty(call.input, "TableName");
  const auto there = [&] {
    return doors.service.write(caller_of(call), database, table, std::move(records));
  };
  const timestream::WriteAnswer answer = co_await doors.service.at_home(doors.here, there);
  write_answer(call.output, call.response, answer);
  co_return Unit{};
}

Task<Unit> handle_describe_endpoints(Doors& doors, Call& call) {
  write_endpoints(call, doors.scheme);
  co_return Unit{};
}

}  // namespace levada::aws::timestream_write_api
