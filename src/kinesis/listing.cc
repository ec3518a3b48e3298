// What only looks: describing and listing.

#include <algorithm>

#include "kinesis/local_control_plane.h"
#include "kinesis/page_token.h"
#include "kinesis/shard_id.h"
#include "kinesis/stream_lookup.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

constexpr std::uint32_t describe_page = 100, streams_page = 100, shards_page = 1000;

// Whether everything in the shard is past retention.
bool expired(const catalog::Shard& shard, UnixMillis horizon) {
  return shard.closed && *shard.closed < horizon;
}

// A child's life begins when its parents' ends: at any moment the living tile the key space.
UnixMillis born(const catalog::Stream& stream, const catalog::Shard& shard) {
  UnixMillis moment(0);
  for (const auto& parent : {shard.parent, shard.adjacent_parent})
    if (const catalog::Shard* p = parent ? stream.find(*parent) : nullptr;
        p != nullptr && p->closed)
      moment = std::max(moment, *p->closed);
  return moment;
}
bool alive(const catalog::Stream& stream, const catalog::Shard& shard, UnixMillis moment) {
  return born(stream, shard) <= moment && (!shard.closed || *shard.closed > moment);
}

bool passes(const catalog::Stream& stream, const catalog::Shard& shard, const PageToken& page,
            UnixMillis horizon) {
  switch (static_cast<ShardFilterType>(page.filter)) {
    case ShardFilterType::after_shard_id:
      return shard.index.value() > page.filter_shard && !expired(shard, horizon);
    case ShardFilterType::at_trim_horizon:
      return alive(stream, shard, horizon);
    case ShardFilterType::from_trim_horizon:
      return !expired(shard, horizon);
    case ShardFilterType::at_latest:
      return shard.open();
    case ShardFilterType::at_timestamp:
      return alive(stream, shard, page.filter_time);
    case ShardFilterType::from_timestamp:
      return !shard.closed || *shard.closed >= std::max(page.filter_time, horizon);
  }
  return false;
}

Result<std::uint32_t> first_behind(std::string_view id, std::string_view stream,
                                   std::string_view account) {
  if (id.empty()) return 0;
  const auto index = parse_shard_id(id);
  if (!index)
    return refuse(Refusal::resource_not_found, text::shard_not_found(id, stream, account));
  return index->value() + 1;
}

Result<Unit> set_filter(PageToken& page, const ShardFilter& filter, std::string_view stream,
                        std::string_view account, UnixMillis now) {
  const auto argument = [](const char* text) { return refuse(Refusal::invalid_argument, text); };
  page.filter = static_cast<std::uint32_t>(filter.type);
  if (filter.type == ShardFilterType::after_shard_id) {
    if (filter.shard_id.empty())
      return argument("ShardId must be specified for ShardFilter type AFTER_SHARD_ID.");
    page.filter_shard = TRY(first_behind(filter.shard_id, stream, account)) - 1;
  }
  if (filter.type == ShardFilterType::at_timestamp ||
      filter.type == ShardFilterType::from_timestamp) {
    if (!filter.timestamp)
      return argument(
          "Timestamp must be specified for ShardFilter types AT_TIMESTAMP and "
          "FROM_TIMESTAMP.");
    if (*filter.timestamp > now)
      return refuse(Refusal::invalid_argument, text::timestamp_in_future(*filter.timestamp, now));
    page.filter_time = *filter.timestamp;
  }
  return Unit{};
}

// A token names its stream and filter itself.
Result<Unit> nothing_beside_token(const ListShards& command) {
  const struct {
    bool given;
    std::string_view name;
  } members[] = {
      {!command.stream.name.empty(), "StreamName"},
      {!command.stream.arn.empty(), "StreamARN"},
      {!command.exclusive_start_shard_id.empty(), "ExclusiveStartShardId"},
      {command.stream_created.has_value(), "StreamCreationTimestamp"},
      {command.filter.has_value(), "ShardFilter"},
  };
  for (const auto& member : members)
    if (member.given)
      return refuse(Refusal::invalid_argument,
                    "NextToken and " + std::string(member.name) + " cannot be provided together.");
  return Unit{};
}

}  // namespace

Result<DescribeStreamAnswer> LocalControlPlane::describe_stream(Caller caller,
                                                                DescribeStream command) {
  DescribeStreamAnswer answer;
  answer.stream = TRY(find_stream(table_, caller, command.stream));
  const catalog::Stream& stream = *answer.stream;
  if (stream.status == catalog::StreamStatus::creating) return answer;
  const std::size_t limit = std::min(command.limit.value_or(describe_page), describe_page);
  const std::uint32_t first =
      TRY(first_behind(command.exclusive_start_shard_id, shown(command.stream), caller.account));
  const UnixMillis horizon = trim_horizon(stream, now());
  for (const catalog::Shard& shard : stream.shards) {
    if (shard.index.value() < first || expired(shard, horizon)) continue;
    if (answer.shards.size() == limit) {
      answer.has_more = true;
      break;
    }
    answer.shards.push_back(&shard);
  }
  return answer;
}

Result<DescribeStreamSummaryAnswer> LocalControlPlane::describe_stream_summary(
    Caller caller, DescribeStreamSummary command) {
  DescribeStreamSummaryAnswer answer;
  answer.stream = TRY(find_stream(table_, caller, command.stream));
  if (answer.stream->status != catalog::StreamStatus::creating)
    answer.open_shards = static_cast<std::uint32_t>(answer.stream->open_shards.size());
  return answer;
}

Result<ListStreamsAnswer> LocalControlPlane::list_streams(Caller caller, ListStreams command) {
  std::string after(command.exclusive_start_name);
  const std::string owner = std::string(caller.account) + ' ' + std::string(caller.region);
  if (command.next_token) {
    const PageToken page = TRY(open_page(seal_, *command.next_token, Listing::streams, now()));
    if (page.owner != owner) return refuse(Refusal::invalid_argument, "Invalid NextToken.");
    after = page.after;
  }
  const std::size_t limit = std::min(command.limit.value_or(streams_page), streams_page);
  ListStreamsAnswer answer;
  answer.streams = table_.list(caller.account, caller.region, after, limit + 1);
  if (answer.streams.size() <= limit) return answer;
  answer.streams.pop_back();
  answer.has_more = true;
  answer.next_token = seal_page(seal_, {.listing = Listing::streams,
                                        .issued = now(),
                                        .after = answer.streams.back()->key.name,
                                        .owner = owner});
  return answer;
}

std::string LocalControlPlane::stream_of_page(ByteView token) {
  for (const Listing listing : {Listing::shards, Listing::consumers}) {
    const Result<PageToken> page = open_page(seal_, token, listing, now());
    if (!page) continue;
    const catalog::StreamSnapshot stream = table_.find(catalog::StreamId(page->stream));
    return stream == nullptr ? std::string() : stream_arn(view(stream->key));
  }
  return {};
}

Result<ListShardsAnswer> LocalControlPlane::list_shards(Caller caller, ListShards command) {
  const bool named = !command.stream.name.empty() || !command.stream.arn.empty();
  if (!command.next_token && !named)
    return refuse(Refusal::invalid_argument, "Either NextToken or StreamName should be provided.");
  if (command.next_token) TRY(nothing_beside_token(command));

  ListShardsAnswer answer;
  PageToken page{.listing = Listing::shards,
                 .filter = static_cast<std::uint32_t>(ShardFilterType::from_trim_horizon)};
  if (command.next_token) {
    page = TRY(open_page(seal_, *command.next_token, Listing::shards, now()));
    answer.stream = table_.find(catalog::StreamId(page.stream));
    if (answer.stream == nullptr || answer.stream->key.account != caller.account)
      return refuse(Refusal::resource_not_found,
                    text::stream_not_found(page.after, caller.account));
  } else {
    answer.stream = TRY(find_stream(table_, caller, command.stream));
    const std::int64_t created = answer.stream->created.count() / 1000;
    if (command.stream_created && command.stream_created->count() / 1000 != created)
      return refuse(Refusal::resource_not_found,
                    text::stream_not_found(shown(command.stream), caller.account));
    page.stream = answer.stream->id.value();
    page.after = answer.stream->key.name;
    page.next =
        TRY(first_behind(command.exclusive_start_shard_id, shown(command.stream), caller.account));
    if (command.filter)
      TRY(set_filter(page, *command.filter, shown(command.stream), caller.account, now()));
  }
  const catalog::Stream& stream = *answer.stream;
  if (!stream.accepts_records())
    return refuse(Refusal::resource_in_use,
                  text::stream_not_usable(named ? shown(command.stream) : stream.key.name,
                                          caller.account, stream.status));
  const std::size_t limit = std::min(command.max_results.value_or(shards_page), shards_page);
  const UnixMillis horizon = trim_horizon(stream, now());
  for (const catalog::Shard& shard : stream.shards) {
    if (shard.index.value() < page.next || !passes(stream, shard, page, horizon)) continue;
    if (answer.shards.size() == limit) {
      page.next = shard.index.value();
      page.issued = now();
      answer.next_token = seal_page(seal_, page);
      break;
    }
    answer.shards.push_back(&shard);
  }
  return answer;
}

Result<DescribeLimitsAnswer> LocalControlPlane::describe_limits(Caller caller) {
  DescribeLimitsAnswer answer;
  answer.shard_limit = options_.shard_limit;
  answer.on_demand_stream_limit = options_.on_demand_stream_limit;
  for (const catalog::StreamSnapshot& stream :
       table_.list(caller.account, caller.region, {}, ~std::size_t{0})) {
    answer.open_shards += static_cast<std::uint32_t>(stream->open_shards.size());
    answer.on_demand_streams += stream->mode == catalog::StreamMode::on_demand;
  }
  return answer;
}

}  // namespace levada::kinesis
