#include "aws/kinesis/handlers.h"
#include "aws/kinesis/put_answers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_put_records(Planes& planes, Call& call) {
  std::vector<kinesis::PutEntry> entries;
  for (const Input& record : call.input.structures("Records"))
    entries.push_back(put_entry_of(record));
  kinesis::PutRecords command;
  command.stream = stream_of(call.input);
  command.records = entries;
  command.dry_run = call.input.flag("DryRun");
  const kinesis::PutRecordsAnswer answer =
      co_await planes.data.put_records(caller_of(call), command);
  write_put_answer(call.output, answer, command);
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
