// Streams come, change and go.

#include <algorithm>

#include "kinesis/local_control_plane.h"
#include "kinesis/scaling_plan.h"
#include "kinesis/stream_lookup.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

constexpr std::uint32_t default_shards = 4;  // observed; API_CreateStream does not say
static_assert(default_shards == on_demand_shards_min);
constexpr Millis created_before{2000};  // so that the first record is always later
constexpr std::int64_t retention_hours_min = 24, retention_hours_max = 8760;

std::vector<catalog::Shard> first_shards(std::uint32_t count, UnixMillis created,
                                         std::uint64_t first_partition) {
  // 2^128 / count, rounded down; one shard has the whole space.
  const Uint128 all = ~Uint128{0};
  const Uint128 width = count == 1 ? 0 : all / count + (all % count == count - 1 ? 1 : 0);
  std::vector<catalog::Shard> shards(count);
  for (std::uint32_t n = 0; n < count; ++n) {
    shards[n].index = catalog::ShardIndex(n);
    shards[n].range = {width * n, n + 1 == count ? all : width * (n + 1) - 1};
    shards[n].created = created;
    shards[n].partition = log::PartitionId(first_partition + n);
  }
  return shards;
}

}  // namespace

LocalControlPlane::LocalControlPlane(io::Reactor& reactor, const catalog::StreamTable& table,
                                     catalog::Catalog& catalog, Lifecycle& lifecycle,
                                     KeyKeeper& keeper, const ControlOptions& options,
                                     const TokenKey& key, io::Random& random)
    : reactor_(reactor),
      table_(table),
      catalog_(catalog),
      lifecycle_(lifecycle),
      keeper_(keeper),
      options_(options),
      seal_(key, random) {}

Task<Unit> LocalControlPlane::alter(Caller caller, StreamRef ref, Needs needs, Alter alter) {
  const auto decide = [&](const catalog::CatalogState& state) -> Result<catalog::Decision> {
    const catalog::StreamKeyView key = TRY(key_of(caller, ref));
    const catalog::StreamSnapshot before =
        key.account == caller.account
            ? state.find({std::string(key.account), std::string(key.region), std::string(key.name)})
            : nullptr;
    if (before == nullptr)
      return refuse(Refusal::resource_not_found,
                    text::stream_not_found(shown(ref), caller.account));
    if (needs != Needs::anything && before->status != catalog::StreamStatus::active)
      return refuse(Refusal::resource_in_use,
                    text::stream_not_active(shown(ref), caller.account, before->status));
    if (needs == Needs::provisioned && before->mode == catalog::StreamMode::on_demand)
      return refuse(Refusal::validation, text::stream_on_demand(shown(ref), caller.account));
    catalog::Decision decision;
    catalog::Stream after = *before;
    TRY(alter({state, *before, after, catalog_.reactor().clock().now(), decision}));
    decision.put(before.get(), after);
    return decision;
  };
  co_return co_await outcome(catalog_.change_from(reactor_, decide));
}

void LocalControlPlane::begin_update(Alteration& change) const {
  if (options_.transition_delay.count() == 0) return;
  change.after.status = catalog::StreamStatus::updating;
  change.after.due = change.now + options_.transition_delay;
}

Task<Unit> LocalControlPlane::create_stream(Caller caller, CreateStream command) {
  const auto decide = [&](const catalog::CatalogState& state) -> Result<catalog::Decision> {
    const UnixMillis moment = catalog_.reactor().clock().now();
    catalog::Stream stream;
    stream.key = {std::string(caller.account), std::string(caller.region),
                  std::string(command.name)};
    if (state.find(stream.key) != nullptr)
      return refuse(Refusal::resource_in_use, text::stream_exists(command.name, caller.account));
    const bool warm = command.mode == catalog::StreamMode::on_demand && command.warm_mib_per_second;
    const std::uint32_t shards =
        warm ? std::clamp(*command.warm_mib_per_second, default_shards, on_demand_shards_max)
             : command.shard_count.value_or(default_shards);
    const catalog::AccountTotals totals = state.totals({stream.key.account, stream.key.region});
    if (totals.open_shards + shards > options_.shard_limit)
      return refuse(Refusal::limit_exceeded,
                    text::shard_limit(caller.account, caller.region, totals.open_shards,
                                      options_.shard_limit, shards));
    if (totals.streams >= options_.stream_limit)
      return refuse(Refusal::limit_exceeded,
                    text::stream_limit(caller.account, caller.region, options_.stream_limit));
    if (command.mode == catalog::StreamMode::on_demand &&
        totals.on_demand_streams >= options_.on_demand_stream_limit)
      return refuse(Refusal::limit_exceeded,
                    text::on_demand_stream_limit(caller.account, caller.region,
                                                 options_.on_demand_stream_limit));
    stream.id = catalog::StreamId(state.next_stream());
    stream.created = moment;
    if (options_.transition_delay.count() != 0) {
      stream.status = catalog::StreamStatus::creating;
      stream.due = moment + options_.transition_delay;
    }
    stream.mode = command.mode;
    stream.record_kib_max = command.record_kib_max.value_or(stream.record_kib_max);
    stream.warm_mib_per_second = command.warm_mib_per_second.value_or(0);
    stream.distribution = command.distribution.value_or(stream.distribution);
    for (const auto& [key, value] : command.tags)
      stream.tags.insert_or_assign(std::string(key), std::string(value));
    stream.shards = first_shards(shards, moment - created_before, state.next_partition());
    stream.next_shard = catalog::ShardIndex(shards);
    catalog::Decision decision;
    decision.put(catalog::PutCounters{state.next_stream() + 1, state.next_partition() + shards});
    decision.put(nullptr, stream);
    return decision;
  };
  co_return co_await outcome(catalog_.change_from(reactor_, decide));
}

Task<Unit> LocalControlPlane::delete_stream(Caller caller, DeleteStream command) {
  catalog::StreamId id;
  const Alter begin = [&](Alteration change) -> Result<Unit> {
    const catalog::StreamStatus status = change.before.status;
    if (status == catalog::StreamStatus::deleting || status == catalog::StreamStatus::updating)
      return refuse(Refusal::resource_in_use,
                    text::stream_not_active(shown(command.stream), caller.account, status));
    if (!change.before.consumers.empty() && !command.enforce_consumer_deletion)
      return refuse(Refusal::resource_in_use, text::stream_has_consumers(change.before.key));
    change.after.status = catalog::StreamStatus::deleting;
    change.after.due = change.now + options_.transition_delay;
    change.after.consumers.clear();
    id = change.before.id;
    return Unit{};
  };
  co_await alter(caller, command.stream, Needs::anything, begin);
  if (options_.transition_delay.count() != 0) co_return Unit{};
  const auto finish = [this, id] { return lifecycle_.finish(id); };
  co_return co_await outcome(io::call(reactor_, catalog_.reactor(), finish));
}

Task<Unit> LocalControlPlane::change_retention(Caller caller, ChangeRetention command,
                                               bool increase) {
  const Alter change = [&](Alteration it) -> Result<Unit> {
    const std::int64_t has = it.before.retention_hours;
    const auto argument = [](std::string text) {
      return refuse(Refusal::invalid_argument, std::move(text));
    };
    if (command.hours < retention_hours_min)
      return argument(text::retention_too_short(command.hours));
    if (command.hours > retention_hours_max)
      return argument(text::retention_too_long(command.hours));
    if (increase && command.hours < has)
      return argument(text::retention_shorter(shown(command.stream), command.hours, has));
    if (!increase && command.hours > has)
      return argument(text::retention_longer(shown(command.stream), command.hours, has));
    if (command.hours == has) return Unit{};
    it.after.retention_hours = static_cast<std::uint32_t>(command.hours);
    // What is invisible under the shorter of the two stays so.
    const auto shorter = std::chrono::hours(std::min(has, command.hours));
    it.after.trim_mark = std::max(it.before.trim_mark, it.now - shorter);
    begin_update(it);
    return Unit{};
  };
  co_return co_await outcome(alter(caller, command.stream, Needs::active, change));
}

Task<Unit> LocalControlPlane::increase_retention(Caller caller, ChangeRetention command) {
  return change_retention(caller, command, true);
}

Task<Unit> LocalControlPlane::decrease_retention(Caller caller, ChangeRetention command) {
  return change_retention(caller, command, false);
}

Task<Unit> LocalControlPlane::update_max_record_size(Caller caller, UpdateMaxRecordSize command) {
  const Alter change = [&](Alteration it) -> Result<Unit> {
    it.after.record_kib_max = command.kib;
    begin_update(it);
    return Unit{};
  };
  co_return co_await outcome(alter(caller, command.stream, Needs::active, change));
}

}  // namespace levada::kinesis
