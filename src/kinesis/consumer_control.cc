// Consumers of enhanced fan-out come and go.

#include <algorithm>

#include "kinesis/local_control_plane.h"
#include "kinesis/page_token.h"
#include "kinesis/stream_lookup.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

constexpr std::uint32_t consumers_page = 100;

// What a reference to a consumer means: its stream, its name, and the moment if the ARN says it.
struct NamedConsumer {
  std::string stream_arn;
  std::string name;
  std::string epoch;  // empty: any
};

Result<NamedConsumer> named(const ConsumerRef& ref, std::string_view account) {
  const auto argument = [](const char* text) { return refuse(Refusal::invalid_argument, text); };
  if (ref.consumer_arn.empty()) {
    if (ref.stream_arn.empty() || ref.name.empty())
      return argument("Either ConsumerARN or both StreamARN and ConsumerName must be provided.");
    return NamedConsumer{std::string(ref.stream_arn), std::string(ref.name), {}};
  }
  const auto arn = parse_arn(ref.consumer_arn);
  if (!arn || arn->consumer.empty())
    return refuse(Refusal::resource_not_found, text::consumer_not_found(ref.consumer_arn, account));
  const std::string_view stream = ref.consumer_arn.substr(0, ref.consumer_arn.find("/consumer/"));
  if ((!ref.name.empty() && ref.name != arn->consumer) ||
      (!ref.stream_arn.empty() && ref.stream_arn != stream))
    return argument("ConsumerARN, StreamARN and ConsumerName do not name the same consumer.");
  return NamedConsumer{std::string(stream), std::string(arn->consumer),
                       std::string(arn->consumer_epoch)};
}

Result<const catalog::Consumer*> consumer_in(const catalog::Stream& stream,
                                             const NamedConsumer& which) {
  const auto at = stream.consumers.find(which.name);
  if (at != stream.consumers.end() &&
      (which.epoch.empty() || which.epoch == std::to_string(at->second.created.count() / 1000)))
    return &at->second;
  return refuse(Refusal::resource_not_found,
                text::consumer_not_found(which.name, stream.key.account));
}

}  // namespace

Task<ConsumerAnswer> LocalControlPlane::register_consumer(Caller caller, RegisterConsumer command) {
  const StreamRef stream{.name = {}, .arn = command.stream_arn};
  ConsumerAnswer answer;
  const Alter change = [&](Alteration it) -> Result<Unit> {
    if (it.before.consumers.contains(command.name))
      return refuse(Refusal::resource_in_use, "Consumer " + std::string(command.name) +
                                                  " under stream " + it.before.key.name +
                                                  " already exists for account " +
                                                  it.before.key.account + ".");
    const auto creating = std::count_if(
        it.before.consumers.begin(), it.before.consumers.end(),
        [](const auto& c) { return c.second.status == catalog::ConsumerStatus::creating; });
    if (it.before.consumers.size() >= options_.consumer_limit ||
        static_cast<std::uint64_t>(creating) >= options_.consumers_creating_limit)
      return refuse(Refusal::limit_exceeded,
                    "This request would exceed the limit of consumers of stream " +
                        it.before.key.name + " under account " + it.before.key.account + ".");
    catalog::Consumer consumer;
    consumer.name = command.name;
    consumer.created = it.now;
    for (const auto& [key, value] : command.tags)
      consumer.tags.insert_or_assign(std::string(key), std::string(value));
    if (options_.transition_delay.count() != 0) {
      consumer.status = catalog::ConsumerStatus::creating;
      consumer.due = it.now + options_.transition_delay;
    }
    it.after.consumers.insert_or_assign(consumer.name, consumer);
    answer.consumer = consumer;
    answer.consumer.status = catalog::ConsumerStatus::creating;  // what the answer always says
    return Unit{};
  };
  co_await alter(caller, stream, Needs::active, change);
  answer.stream = co_await find_stream(table_, caller, stream);
  co_return answer;
}

Task<Unit> LocalControlPlane::deregister_consumer(Caller caller, ConsumerRef command) {
  const NamedConsumer which = co_await named(command, caller.account);
  const Alter change = [&](Alteration it) -> Result<Unit> {
    TRY(consumer_in(it.before, which));
    const auto at = it.after.consumers.find(which.name);
    if (options_.transition_delay.count() == 0) {
      it.after.consumers.erase(at);
    } else {
      at->second.status = catalog::ConsumerStatus::deleting;
      at->second.due = it.now + options_.transition_delay;
    }
    return Unit{};
  };
  StreamRef stream{.name = {}, .arn = which.stream_arn};
  co_return co_await outcome(alter(caller, stream, Needs::anything, change));
}

Result<ConsumerAnswer> LocalControlPlane::describe_consumer(Caller caller, ConsumerRef command) {
  const NamedConsumer which = TRY(named(command, caller.account));
  ConsumerAnswer answer;
  answer.stream = TRY(find_stream(table_, caller, {.name = {}, .arn = which.stream_arn}));
  answer.consumer = *TRY(consumer_in(*answer.stream, which));
  return answer;
}

Result<ListConsumersAnswer> LocalControlPlane::list_consumers(Caller caller,
                                                              ListConsumers command) {
  ListConsumersAnswer answer;
  answer.stream = TRY(find_stream(table_, caller, {.name = {}, .arn = command.stream_arn}));
  const std::int64_t created = answer.stream->created.count() / 1000;
  if (command.stream_created && command.stream_created->count() / 1000 != created)
    return refuse(Refusal::resource_not_found,
                  text::stream_not_found(command.stream_arn, caller.account));
  std::string after;
  if (command.next_token)
    after = TRY(open_page(seal_, *command.next_token, Listing::consumers, now())).after;
  const std::size_t limit = std::min(command.max_results.value_or(consumers_page), consumers_page);
  const auto& all = answer.stream->consumers;
  for (auto at = all.upper_bound(after); at != all.end(); ++at) {
    if (answer.consumers.size() == limit) {
      answer.next_token = seal_page(seal_, {.listing = Listing::consumers,
                                            .issued = now(),
                                            .stream = answer.stream->id.value(),
                                            .after = answer.consumers.back().name});
      break;
    }
    answer.consumers.push_back(at->second);
  }
  return answer;
}

}  // namespace levada::kinesis
