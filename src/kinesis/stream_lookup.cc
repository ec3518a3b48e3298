#include "kinesis/stream_lookup.h"

#include <algorithm>

#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view part = text.substr(0, at);
  text = at == text.npos ? std::string_view{} : text.substr(at + 1);
  return part;
}

}  // namespace

std::optional<Arn> parse_arn(std::string_view text) {
  if (take_until(text, ':') != "arn" || !take_until(text, ':').starts_with("aws") ||
      take_until(text, ':') != "kinesis")
    return std::nullopt;
  Arn arn;
  arn.region = take_until(text, ':');
  arn.account = take_until(text, ':');
  if (take_until(text, '/') != "stream") return std::nullopt;
  arn.stream = take_until(text, '/');
  if (arn.stream.empty()) return std::nullopt;
  if (text.empty()) return arn;
  if (take_until(text, '/') != "consumer") return std::nullopt;
  arn.consumer = take_until(text, ':');
  arn.consumer_epoch = text;
  if (arn.consumer.empty() || arn.consumer_epoch.empty()) return std::nullopt;
  return arn;
}

std::string stream_arn(const catalog::StreamKeyView& key) {
  constexpr std::string_view head = "arn:aws:kinesis:", tail = ":stream/";
  std::string arn;
  arn.reserve(head.size() + key.region.size() + 1 + key.account.size() + tail.size() +
              key.name.size());
  arn.append(head).append(key.region).append(":").append(key.account).append(tail);
  return arn.append(key.name);
}

std::string consumer_arn(const catalog::StreamKey& key, const catalog::Consumer& consumer) {
  return stream_arn(view(key)) + "/consumer/" + consumer.name + ":" +
         std::to_string(consumer.created.count() / 1000);
}

Result<catalog::StreamKeyView> key_of(Caller caller, const StreamRef& stream) {
  if (stream.arn.empty()) return catalog::StreamKeyView{caller.account, caller.region, stream.name};
  const std::optional<Arn> arn = parse_arn(stream.arn);
  if (!arn || (!stream.name.empty() && arn->stream != stream.name))
    return refuse(Refusal::invalid_argument, "StreamARN " + std::string(stream.arn) +
                                                 " does not name stream " +
                                                 std::string(stream.name) + ".");
  return catalog::StreamKeyView{arn->account, arn->region, arn->stream};
}

Result<catalog::StreamSnapshot> find_stream(const catalog::StreamTable& table, Caller caller,
                                            const StreamRef& stream) {
  const catalog::StreamKeyView key = TRY(key_of(caller, stream));
  // One account never sees another's streams.
  if (key.account == caller.account)
    if (const catalog::StreamSnapshot& found = table.find(key)) return found;
  return refuse(Refusal::resource_not_found, text::stream_not_found(shown(stream), caller.account));
}

UnixMillis trim_horizon(const catalog::Stream& stream, UnixMillis now) {
  return std::max(stream.trim_mark, now - std::chrono::hours(stream.retention_hours));
}

}  // namespace levada::kinesis
