#include "kinesis/stream_limits.h"

#include <charconv>

namespace levada::kinesis {

std::optional<ShardLimits> parse_stream_limits(std::string_view text) {
  if (text == "off") return ShardLimits::off();
  std::uint64_t records = 0, bytes = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, records);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '/') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, bytes);
  constexpr std::uint64_t most = 1'000'000'000'000;
  if (second.ec != std::errc() || second.ptr != end) return std::nullopt;
  if (records == 0 || bytes == 0 || records > most || bytes > most) return std::nullopt;
  return ShardLimits::custom(records, bytes);
}

const std::string& limits_text(const catalog::Stream& stream) {
  static const std::string none;
  if (stream.tags.empty()) return none;
  const auto tag = stream.tags.find(limits_tag);
  return tag == stream.tags.end() ? none : tag->second;
}

ShardLimits limits_of(const catalog::Stream& stream, const ShardLimits& server) {
  return parse_stream_limits(limits_text(stream)).value_or(server);
}

}  // namespace levada::kinesis
