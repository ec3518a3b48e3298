#include "aws/kinesis/requests.h"

#include <algorithm>

#include "aws/kinesis/shapes.h"
#include "aws/validate.h"
#include "kinesis/refusal.h"
#include "wire/base64.h"

namespace levada::aws::kinesis_api {

kinesis::Caller caller_of(const Call& call) { return {call.caller.account, call.caller.region}; }

std::string_view text_or_empty(const Input& input, std::string_view name) {
  return input.text(name).value_or("");
}

std::optional<std::uint32_t> count_of(const Input& input, std::string_view name) {
  const auto number = input.integer(name);
  return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

kinesis::StreamRef stream_of(const Input& input) {
  return {text_or_empty(input, "StreamName"), text_or_empty(input, "StreamARN")};
}

Result<kinesis::StreamRef> stream_by_arn(const Input& input) {
  const std::string_view arn = text_or_empty(input, "StreamARN");
  if (arn.empty())
    return kinesis::refuse(
        kinesis::Refusal::validation,
        validation_error(
            "Value null at 'streamARN' failed to satisfy constraint: Member must not be null"));
  return kinesis::StreamRef{{}, arn};
}

kinesis::ConsumerRef consumer_of(const Input& input) {
  return {text_or_empty(input, "ConsumerARN"), text_or_empty(input, "StreamARN"),
          text_or_empty(input, "ConsumerName")};
}

kinesis::TagList tags_of(const Input& input) {
  kinesis::TagList tags;
  for (const wire::Member& tag : input.entries("Tags"))
    tags.emplace_back(tag.key, tag.value.string());
  return tags;
}

std::vector<std::string_view> tag_keys_of(const Input& input) {
  std::vector<std::string_view> keys;
  for (const wire::Value& key : input.items("TagKeys")) keys.push_back(key.string());
  return keys;
}

Buffer decode_token(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  Buffer bytes(wire::base64_decoded_size_max(text.size()));
  const wire::Base64Decoded decoded = wire::base64_decode(text, bytes);
  bytes.resize(decoded.ok() ? decoded.size : 0);
  return bytes;
}

std::optional<Buffer> next_token_of(const Input& input) {
  const auto text = input.text("NextToken");
  return text ? std::optional(decode_token(*text)) : std::nullopt;
}

catalog::StreamMode mode_of(const Input& input) {
  const auto details = input.structure("StreamModeDetails");
  const bool on_demand = details && details->text("StreamMode") == "ON_DEMAND";
  return on_demand ? catalog::StreamMode::on_demand : catalog::StreamMode::provisioned;
}

std::optional<catalog::Distribution> distribution_of(const Input& input) {
  const auto name = input.text("RecordDistributionStrategy");
  if (!name) return std::nullopt;
  return *name == "AUTO" ? catalog::Distribution::automatic
                         : catalog::Distribution::user_partition_key;
}

catalog::ShardMetrics metrics_of(const Input& input) {
  catalog::ShardMetrics metrics = 0;
  for (const wire::Value& name : input.items("ShardLevelMetrics")) {
    const auto at = std::ranges::find(metric_values, name.string()) - std::begin(metric_values);
    const bool all = metric_values[at] == "ALL";
    metrics |= all ? catalog::all_shard_metrics : static_cast<catalog::ShardMetrics>(1u << at);
  }
  return metrics;
}

kinesis::StartType start_type_of(std::string_view name) {
  using enum kinesis::StartType;
  if (name == "AT_SEQUENCE_NUMBER") return at_sequence_number;
  if (name == "AFTER_SEQUENCE_NUMBER") return after_sequence_number;
  if (name == "TRIM_HORIZON") return trim_horizon;
  if (name == "AT_TIMESTAMP") return at_timestamp;
  return latest;
}

}  // namespace levada::aws::kinesis_api
