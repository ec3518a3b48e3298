#pragma once
// From the way a request names a stream to the stream, or to AWS's words for not finding it.

#include <optional>
#include <string>

#include "catalog/stream_table.h"
#include "kinesis/caller.h"
#include "kinesis/refusal.h"

namespace levada::kinesis {

// arn:aws*:kinesis:REGION:ACCOUNT:stream/NAME[/consumer/CONSUMER:EPOCH]
struct Arn {
  std::string_view region, account, stream;
  std::string_view consumer, consumer_epoch;  // empty for a stream's
};
std::optional<Arn> parse_arn(std::string_view text);

std::string stream_arn(const catalog::StreamKeyView& key);
std::string consumer_arn(const catalog::StreamKey& key, const catalog::Consumer& consumer);

// What texts call the stream: its name, or the ARN when the request gave nothing else.
inline std::string_view shown(const StreamRef& stream) {
  return stream.name.empty() ? stream.arn : stream.name;
}

// The key that a reference means. Errors: invalid_argument when name and ARN contradict.
Result<catalog::StreamKeyView> key_of(Caller caller, const StreamRef& stream);

// Errors: resource_not_found, invalid_argument.
Result<catalog::StreamSnapshot> find_stream(const catalog::StreamTable& table, Caller caller,
                                            const StreamRef& stream);

// What arrived before this is gone for every reader.
UnixMillis trim_horizon(const catalog::Stream& stream, UnixMillis now);

}  // namespace levada::kinesis
