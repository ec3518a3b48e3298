#include "aws/kinesis/handlers.h"
#include "aws/kinesis/put_answers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_put_record(Planes& planes, Call& call) {
  kinesis::PutRecord command;
  command.stream = stream_of(call.input);
  command.record = put_entry_of(call.input);
  command.sequence_number_for_ordering = text_or_empty(call.input, "SequenceNumberForOrdering");
  command.dry_run = call.input.flag("DryRun");
  const kinesis::PutRecordAnswer answer = co_await planes.data.put_record(caller_of(call), command);
  write_put_answer(call.output, answer);
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
