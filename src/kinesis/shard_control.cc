// Shards split, merge and scale.

#include "kinesis/hash_key.h"
#include "kinesis/local_control_plane.h"
#include "kinesis/resharding.h"
#include "kinesis/rolling_limit.h"
#include "kinesis/shard_id.h"
#include "kinesis/stream_lookup.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

constexpr std::uint32_t target_shards_max = 10'000;  // API_UpdateShardCount

struct NamedStream {
  std::string_view stream, account;
};

Result<catalog::ShardIndex> parse(std::string_view id, const NamedStream& in) {
  if (const auto index = parse_shard_id(id)) return *index;
  return refuse(Refusal::resource_not_found, text::shard_not_found(id, in.stream, in.account));
}

Result<const catalog::Shard*> existing(const catalog::Stream& stream, catalog::ShardIndex index,
                                       const NamedStream& in) {
  if (const catalog::Shard* shard = stream.find(index)) return shard;
  return refuse(Refusal::resource_not_found,
                text::shard_not_found(shard_id(index), in.stream, in.account));
}

Result<Unit> check_open(const catalog::Shard& shard, const NamedStream& in) {
  if (shard.open()) return Unit{};
  return refuse(Refusal::invalid_argument, text::shard_closed(shard.index, in.stream, in.account));
}

Result<Unit> check_limit(const catalog::CatalogState& state, Caller caller, std::uint64_t limit,
                         std::uint64_t additional) {
  const std::uint64_t open =
      state.totals({std::string(caller.account), std::string(caller.region)}).open_shards;
  if (open + additional <= limit) return Unit{};
  return refuse(Refusal::limit_exceeded,
                text::shard_limit(caller.account, caller.region, open, limit, additional));
}

}  // namespace

Task<Unit> LocalControlPlane::split_shard(Caller caller, SplitShard command) {
  const NamedStream in{shown(command.stream), caller.account};
  const catalog::ShardIndex index = co_await parse(command.shard_id, in);
  const Alter change = [&](Alteration it) -> Result<Unit> {
    const catalog::Shard* shard = TRY(existing(it.before, index, in));
    TRY(check_open(*shard, in));
    TRY(check_limit(it.state, caller, options_.shard_limit, 1));
    const auto key = parse_hash_key(command.new_starting_hash_key);
    const catalog::HashRange range = shard->range;
    if (!key || !(*key > range.first && *key - range.first > 1 && *key < range.last))
      return refuse(Refusal::invalid_argument, text::split_key(command.new_starting_hash_key, index,
                                                               in.stream, in.account, range));
    Resharding resharding(it.after, it.state.next_partition(), it.now);
    resharding.split(index, *key);
    it.decision.put(catalog::PutCounters{it.state.next_stream(), resharding.next_partition()});
    begin_update(it);
    return Unit{};
  };
  co_return co_await outcome(alter(caller, command.stream, Needs::provisioned, change));
}

Task<Unit> LocalControlPlane::merge_shards(Caller caller, MergeShards command) {
  const NamedStream in{shown(command.stream), caller.account};
  const catalog::ShardIndex first = co_await parse(command.shard_id, in);
  const catalog::ShardIndex second = co_await parse(command.adjacent_shard_id, in);
  const Alter change = [&](Alteration it) -> Result<Unit> {
    const catalog::Shard* low = TRY(existing(it.before, first, in));
    const catalog::Shard* high = TRY(existing(it.before, second, in));
    TRY(check_open(*low, in));
    TRY(check_open(*high, in));
    if (low->range.last == ~Uint128{0} || low->range.last + 1 != high->range.first)
      return refuse(Refusal::invalid_argument,
                    text::not_adjacent(first, second, in.stream, in.account));
    Resharding resharding(it.after, it.state.next_partition(), it.now);
    resharding.merge(first, second);
    it.decision.put(catalog::PutCounters{it.state.next_stream(), resharding.next_partition()});
    begin_update(it);
    return Unit{};
  };
  co_return co_await outcome(alter(caller, command.stream, Needs::provisioned, change));
}

Task<UpdateShardCountAnswer> LocalControlPlane::update_shard_count(Caller caller,
                                                                   UpdateShardCount command) {
  UpdateShardCountAnswer answer;
  answer.target = command.target;
  const std::string_view in_stream = shown(command.stream);
  const Alter change = [&](Alteration it) -> Result<Unit> {
    const auto has = static_cast<std::uint32_t>(it.before.open_shards.size());
    answer.current = has;
    const auto argument = [](std::string text) {
      return refuse(Refusal::invalid_argument, std::move(text));
    };
    if (command.target > 2 * std::uint64_t{has})
      return argument(text::scaled_too_far_up(has, command.target));
    if (2 * std::uint64_t{command.target} < has)
      return argument(text::scaled_too_far_down(has, command.target));
    if (command.target > target_shards_max && command.target >= has)
      return refuse(Refusal::limit_exceeded,
                    text::scaled_beyond(target_shards_max, has, command.target));
    if (command.target > has)
      TRY(check_limit(it.state, caller, options_.shard_limit, command.target - has));
    if (!spend(it.after.reshardings, reshardings_a_day_max, it.now, options_.rolling_limits))
      return refuse(Refusal::limit_exceeded, text::stream_rate_exceeded(in_stream, caller.account));
    if (command.target == has) return Unit{};
    Resharding resharding(it.after, it.state.next_partition(), it.now);
    if (!resharding.scale_to(command.target))
      return argument("The shards of this stream are too narrow to be split.");
    it.decision.put(catalog::PutCounters{it.state.next_stream(), resharding.next_partition()});
    begin_update(it);
    return Unit{};
  };
  co_await alter(caller, command.stream, Needs::provisioned, change);
  answer.stream = co_await find_stream(table_, caller, command.stream);
  co_return answer;
}

}  // namespace levada::kinesis
