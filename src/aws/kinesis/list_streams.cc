#include "aws/kinesis/answers.h"
#include "aws/kinesis/handlers.h"
#include "aws/kinesis/requests.h"

namespace levada::aws::kinesis_api {

Task<Unit> handle_list_streams(Planes& planes, Call& call) {
  kinesis::ListStreams command;
  command.limit = count_of(call.input, "Limit");
  command.exclusive_start_name = text_or_empty(call.input, "ExclusiveStartStreamName");
  const std::optional<Buffer> token = next_token_of(call.input);
  command.next_token = view(token);
  const kinesis::ListStreamsAnswer answer =
      co_await planes.control.list_streams(caller_of(call), command);
  OutputWriter& out = call.output;
  out.begin_structure();
  out.begin_list("StreamNames", answer.streams.size());
  for (const catalog::StreamSnapshot& stream : answer.streams) out.item(stream->key.name);
  out.end_list();
  out.boolean("HasMoreStreams", answer.has_more);
  write_token(out, "NextToken", answer.next_token);
  out.begin_list("StreamSummaries", answer.streams.size());
  for (const catalog::StreamSnapshot& stream : answer.streams) {
    out.begin_structure();
    out.string("StreamName", stream->key.name);
    out.string("StreamARN", stream_arn_of(*stream));
    out.string("StreamStatus", status_name(stream->status));
    write_stream_mode(out, *stream);
    out.timestamp("StreamCreationTimestamp", UnixMillis(stream->created.count() / 1000 * 1000));
    out.end_structure();
  }
  out.end_list();
  out.end_structure();
  co_return Unit{};
}

}  // namespace levada::aws::kinesis_api
