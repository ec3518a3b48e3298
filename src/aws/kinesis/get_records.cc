#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_get_records(Planes& planes, Call& call) {
  kinesis::GetRecords command;
  const Buffer iterator = decode_token(text_or_empty(call.input, "ShardIterator"));
  command.iterator = iterator;
  if (const auto limit = count_of(call.input, "Limit")) command.limit = *limit;
  command.stream_arn = text_or_empty(call.input, "StreamARN");
  command.dry_run = call.input.flag("DryRun");
  const kinesis::GetRecordsAnswer answer =
      co_await planes.data.get_records(caller_of(call), command);
  OutputWriter& out = call.output;
  out.begin_structure();
  write_records(out, answer.records);
  write_token(out, "NextShardIterator", answer.next_iterator);
  out.integer("MillisBehindLatest", answer.behind_latest.count());
  write_child_shards(out, answer.children);
  out.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
