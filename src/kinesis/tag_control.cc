// Tags of streams and consumers, through either family of operations.

#include "kinesis/local_control_plane.h"
#include "kinesis/stream_limits.h"
#include "kinesis/stream_lookup.h"
#include "kinesis/tag_text.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

constexpr std::size_t tags_max = 50;  // of one resource: API_AddTagsToStream

// Whose tags: the stream a command names, or what its resource ARN names.
struct Target {
  StreamRef stream;
  std::string_view consumer;  // empty: the stream itself
};

Result<Target> target(const StreamRef& stream, std::string_view resource_arn,
                      std::string_view account) {
  if (resource_arn.empty()) return Target{stream, {}};
  const auto arn = parse_arn(resource_arn);
  if (!arn)
    return refuse(Refusal::resource_not_found, text::stream_not_found(resource_arn, account));
  return Target{{.name = {}, .arn = resource_arn.substr(0, resource_arn.find("/consumer/"))},
                arn->consumer};
}

template <class Stream>  // const or not
auto tags_of(Stream& stream, const Target& target) -> Result<decltype(&stream.tags)> {
  if (target.consumer.empty()) return &stream.tags;
  const auto consumer = stream.consumers.find(target.consumer);
  if (consumer == stream.consumers.end())
    return refuse(Refusal::resource_not_found,
                  text::consumer_not_found(target.consumer, stream.key.account));
  return &consumer->second.tags;
}

std::string of_stream(std::string_view verb, std::string_view stream, std::string_view account) {
  return "Failed to " + std::string(verb) + " stream " + std::string(stream) + " under account " +
         std::string(account);
}

constexpr std::string_view invalid_characters =
    "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white "
    "space, _ . / = + - % @.";
constexpr std::string_view illegal_characters =
    " because some tags contained illegal characters. The allowed characters are Unicode "
    "letters, white-spaces, '_',',','/','=','+','-','@'.";

bool has_percent(std::string_view text) { return text.find('%') != text.npos; }

}  // namespace

Task<Unit> LocalControlPlane::add_tags(Caller caller, AddTags command) {
  const Target at = co_await target(command.stream, command.resource_arn, caller.account);
  const Alter change = [&](Alteration it) -> Result<Unit> {
    const auto argument = [](std::string text) {
      return refuse(Refusal::invalid_argument, std::move(text));
    };
    const std::string failed = of_stream("add tags to", shown(at.stream), caller.account);
    for (const auto& [key, value] : command.tags)
      if (!tag_characters_valid(key) || !tag_characters_valid(value))
        return argument(std::string(invalid_characters));
    for (const auto& [key, value] : command.tags)
      if (has_percent(key) || has_percent(value))
        return argument(failed + std::string(illegal_characters));
    for (const auto& [key, value] : command.tags)
      if (key == limits_tag && !parse_stream_limits(value))
        return argument("The tag " + limits_tag +
                        " is off or RECORDS/BYTES, as in 5000/4194304, not " + std::string(value));
    catalog::Tags& tags = *TRY(tags_of(it.after, at));
    for (const auto& [key, value] : command.tags)
      tags.insert_or_assign(std::string(key), std::string(value));
    if (tags.size() > tags_max)
      return argument(failed +
                      " because a given stream cannot have more than 50 tags associated with it.");
    return Unit{};
  };
  co_return co_await outcome(alter(caller, at.stream, Needs::anything, change));
}

Task<Unit> LocalControlPlane::remove_tags(Caller caller, RemoveTags command) {
  const Target at = co_await target(command.stream, command.resource_arn, caller.account);
  const Alter change = [&](Alteration it) -> Result<Unit> {
    for (const std::string_view key : command.keys)
      if (!tag_characters_valid(key))
        return refuse(Refusal::invalid_argument, std::string(invalid_characters));
    for (const std::string_view key : command.keys)
      if (has_percent(key))
        return refuse(Refusal::invalid_argument,
                      of_stream("remove tags from", shown(at.stream), caller.account) +
                          std::string(illegal_characters));
    catalog::Tags& tags = *TRY(tags_of(it.after, at));
    for (const std::string_view key : command.keys) tags.erase(std::string(key));
    return Unit{};
  };
  co_return co_await outcome(alter(caller, at.stream, Needs::anything, change));
}

Result<ListTagsAnswer> LocalControlPlane::list_tags(Caller caller, ListTags command) {
  const Target at = TRY(target(command.stream, command.resource_arn, caller.account));
  const catalog::StreamSnapshot stream = TRY(find_stream(table_, caller, at.stream));
  const catalog::Tags& tags = *TRY(tags_of(*stream, at));
  const std::size_t limit = command.limit.value_or(tags_max);
  ListTagsAnswer answer;
  auto tag = command.exclusive_start_key.empty()
                 ? tags.begin()
                 : tags.upper_bound(std::string(command.exclusive_start_key));
  for (; tag != tags.end() && answer.tags.size() < limit; ++tag) answer.tags.push_back(*tag);
  answer.has_more = tag != tags.end();
  return answer;
}

}  // namespace levada::kinesis
