#pragma once
// Members that several operations share, as the kinesis room wants them. Views look into the
// request.

#include <optional>

#include "aws/call.h"
#include "base/result.h"
#include "kinesis/control.h"
#include "kinesis/read.h"

namespace levada::aws::kinesis_api {

kinesis::Caller caller_of(const Call& call);

// The stream by StreamName, StreamARN or both.
kinesis::StreamRef stream_of(const Input& input);
// The same for operations that have no StreamName, where the tables cannot ask for one of the two.
Result<kinesis::StreamRef> stream_by_arn(const Input& input);

kinesis::ConsumerRef consumer_of(const Input& input);
kinesis::TagList tags_of(const Input& input);
std::vector<std::string_view> tag_keys_of(const Input& input);
std::string_view text_or_empty(const Input& input, std::string_view name);
std::optional<std::uint32_t> count_of(const Input& input, std::string_view name);

// The bytes of an iterator or token; empty when the text is no canonical base64. An iterator may
// stand in double quotes, a habit of shells.
Buffer decode_token(std::string_view text);
std::optional<Buffer> next_token_of(const Input& input);
inline std::optional<ByteView> view(const std::optional<Buffer>& buffer) {
  return buffer ? std::optional<ByteView>(*buffer) : std::nullopt;
}

catalog::StreamMode mode_of(const Input& input);  // of StreamModeDetails; provisioned if absent
std::optional<catalog::Distribution> distribution_of(const Input& input);
catalog::ShardMetrics metrics_of(const Input& input);  // of ShardLevelMetrics
kinesis::StartType start_type_of(std::string_view name);

}  // namespace levada::aws::kinesis_api
