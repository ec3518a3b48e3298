// Monitoring, encryption, policies, mode, throughput, distribution, the account.

#include "kinesis/local_control_plane.h"
#include "kinesis/rolling_limit.h"
#include "kinesis/scaling_plan.h"
#include "kinesis/stream_lookup.h"
#include "kinesis/text.h"

namespace levada::kinesis {
namespace {

constexpr std::chrono::hours commitment_min(24 * 30);  // before it may end
// API_StartStreamEncryption: a new key 25 times in a rolling 24-hour period.
constexpr std::chrono::hours encryption_changes_period(24);
constexpr std::size_t encryption_changes_max = 25;

// The policy a resource ARN names: the stream's or a consumer's; null when it is not there.
template <class Stream>  // may be const
auto policy_of(Stream& stream, const Arn& arn) -> decltype(&stream.policy) {
  if (arn.consumer.empty()) return &stream.policy;
  const auto consumer = stream.consumers.find(arn.consumer);
  return consumer == stream.consumers.end() ? nullptr : &consumer->second.policy;
}

Result<Arn> resource(std::string_view text, std::string_view account) {
  if (const auto arn = parse_arn(text)) return *arn;
  return refuse(Refusal::resource_not_found, text::stream_not_found(text, account));
}

std::string policy_missing(std::string_view arn) {
  return "No resource policy found for resource ARN " + std::string(arn) + ".";
}

}  // namespace

// An on-demand stream has the shards that its warm throughput needs at once.
Result<Unit> LocalControlPlane::warm_up(Alteration& it) const {
  const std::uint32_t least = shards_always(it.after);
  const auto has = static_cast<std::uint32_t>(it.before.open_shards.size());
  if (has >= least) return Unit{};
  const catalog::StreamKey& key = it.before.key;
  const std::uint64_t open = it.state.totals({key.account, key.region}).open_shards;
  if (open + (least - has) > options_.shard_limit)
    return refuse(Refusal::limit_exceeded, text::shard_limit(key.account, key.region, open,
                                                             options_.shard_limit, least - has));
  Resharding resharding(it.after, it.state.next_partition(), it.now);
  if (!resharding.scale_to(least))
    return refuse(Refusal::invalid_argument,
                  "The shards of this stream are too narrow to be split.");
  it.decision.put(catalog::PutCounters{it.state.next_stream(), resharding.next_partition()});
  return Unit{};
}

Task<ChangeMonitoringAnswer> LocalControlPlane::change_monitoring(Caller caller,
                                                                  ChangeMonitoring command) {
  ChangeMonitoringAnswer answer;
  const Alter change = [&](Alteration it) -> Result<Unit> {
    answer.before = it.before.metrics;
    it.after.metrics =
        static_cast<catalog::ShardMetrics>(command.enable ? it.before.metrics | command.metrics
                                                          : it.before.metrics & ~command.metrics);
    answer.after = it.after.metrics;
    begin_update(it);
    return Unit{};
  };
  co_await alter(caller, command.stream, Needs::active, change);
  answer.stream = co_await find_stream(table_, caller, command.stream);
  co_return answer;
}

Task<Unit> LocalControlPlane::change_encryption(Caller caller, ChangeEncryption command) {
  const bool encrypts = command.start && command.encryption == catalog::Encryption::kms;
  if (encrypts) {
    std::string name(command.key_id);
    const auto prepare = [this, &name] { return keeper_.prepare(name); };
    co_await io::call(reactor_, keeper_.reactor(), prepare);
  }
  const Alter change = [&](Alteration it) -> Result<Unit> {
    if (command.encryption == catalog::Encryption::none)
      return refuse(Refusal::invalid_argument, text::encryption_type_none());
    std::vector<UnixMillis>& recent = it.after.encryption_changes;
    std::erase_if(recent, [&](UnixMillis at) { return at + encryption_changes_period <= it.now; });
    if (encrypts) {
      if (recent.size() >= encryption_changes_max)
        return refuse(Refusal::limit_exceeded,
                      text::encryption_changes(shown(command.stream), caller.account));
      recent.push_back(it.now);
      catalog::DataKey key = TRY(keeper_.fresh_data_key(it.before, command.key_id));
      add_data_key(it.after, std::move(key), it.now);
    }
    it.after.encryption = encrypts ? catalog::Encryption::kms : catalog::Encryption::none;
    it.after.key_id = encrypts ? std::string(command.key_id) : std::string();
    begin_update(it);
    return Unit{};
  };
  co_return co_await outcome(alter(caller, command.stream, Needs::active, change));
}

Task<Unit> LocalControlPlane::put_policy(Caller caller, PutPolicy command) {
  const Arn arn = co_await resource(command.resource_arn, caller.account);
  const std::string own_arn(
      command.resource_arn.substr(0, command.resource_arn.find("/consumer/")));
  const Alter change = [&](Alteration it) -> Result<Unit> {
    std::string* policy = policy_of(it.after, arn);
    if (policy == nullptr)
      return refuse(Refusal::resource_not_found,
                    text::consumer_not_found(arn.consumer, caller.account));
    const auto consumer = it.before.consumers.find(arn.consumer);
    if (consumer != it.before.consumers.end() &&
        consumer->second.status != catalog::ConsumerStatus::active)
      return refuse(Refusal::resource_in_use,
                    text::consumer_not_active(it.before.key, consumer->second));
    *policy = command.policy;
    return Unit{};
  };
  StreamRef stream{.name = {}, .arn = own_arn};
  co_return co_await outcome(alter(caller, stream, Needs::active, change));
}

Task<Unit> LocalControlPlane::delete_policy(Caller caller, std::string_view resource_arn) {
  const Arn arn = co_await resource(resource_arn, caller.account);
  const std::string own_arn(resource_arn.substr(0, resource_arn.find("/consumer/")));
  const Alter change = [&](Alteration it) -> Result<Unit> {
    std::string* policy = policy_of(it.after, arn);
    if (policy == nullptr || policy->empty())
      return refuse(Refusal::resource_not_found, policy_missing(resource_arn));
    policy->clear();
    return Unit{};
  };
  StreamRef stream{.name = {}, .arn = own_arn};
  co_return co_await outcome(alter(caller, stream, Needs::active, change));
}

Result<std::string> LocalControlPlane::get_policy(Caller caller, std::string_view resource_arn) {
  const Arn arn = TRY(resource(resource_arn, caller.account));
  const std::string_view own_arn = resource_arn.substr(0, resource_arn.find("/consumer/"));
  const auto stream = TRY(find_stream(table_, caller, {.name = {}, .arn = own_arn}));
  const std::string* policy = policy_of(*stream, arn);
  if (policy == nullptr)
    return refuse(Refusal::resource_not_found,
                  text::consumer_not_found(arn.consumer, caller.account));
  return policy->empty() ? std::string(no_policy) : *policy;
}

Task<Unit> LocalControlPlane::update_mode(Caller caller, UpdateStreamMode command) {
  const Alter change = [&](Alteration it) -> Result<Unit> {
    if (command.mode == catalog::StreamMode::provisioned && command.warm_mib_per_second)
      return refuse(Refusal::invalid_argument,
                    "WarmThroughputMiBps can only be specified for on-demand streams.");
    const bool more =
        command.mode == catalog::StreamMode::on_demand && it.before.mode != command.mode;
    const catalog::AccountKey account{it.before.key.account, it.before.key.region};
    if (more && it.state.totals(account).on_demand_streams >= options_.on_demand_stream_limit)
      return refuse(Refusal::limit_exceeded,
                    text::on_demand_stream_limit(account.account, account.region,
                                                 options_.on_demand_stream_limit));
    if (!spend(it.after.mode_changes, mode_changes_a_day_max, it.now, options_.rolling_limits))
      return refuse(Refusal::limit_exceeded,
                    text::stream_rate_exceeded(it.before.key.name, caller.account));
    it.after.mode = command.mode;
    it.after.warm_mib_per_second = command.warm_mib_per_second.value_or(0);
    if (command.mode == catalog::StreamMode::provisioned)
      it.after.distribution = catalog::Distribution::user_partition_key;
    if (it.after.warm_mib_per_second > 0) TRY(warm_up(it));
    begin_update(it);
    return Unit{};
  };
  co_return co_await outcome(alter(caller, command.stream, Needs::active, change));
}

Task<catalog::StreamSnapshot> LocalControlPlane::update_warm_throughput(
    Caller caller, UpdateWarmThroughput command) {
  constexpr std::uint32_t warm_max = 10 * 1024;  // API_UpdateStreamWarmThroughput: 10 GiB/s
  const Alter change = [&](Alteration it) -> Result<Unit> {
    const auto invalid = [](const char* text) { return refuse(Refusal::validation, text); };
    if (it.before.mode != catalog::StreamMode::on_demand)
      return invalid("Request is invalid. Warm throughput needs a stream in On-Demand mode.");
    const catalog::AccountKey key{it.before.key.account, it.before.key.region};
    if (it.state.account(key).commitment == catalog::Commitment::disabled)
      return invalid(
          "Request is invalid. Warm throughput needs MinimumThroughputBillingCommitment "
          "to be ENABLED for the account.");
    if (command.mib_per_second > warm_max)
      return refuse(Refusal::limit_exceeded, "Warm throughput may be at most 10240 MiB/s.");
    it.after.warm_mib_per_second = command.mib_per_second;
    TRY(warm_up(it));
    begin_update(it);
    return Unit{};
  };
  co_await alter(caller, command.stream, Needs::active, change);
  co_return co_await find_stream(table_, caller, command.stream);
}

Task<Unit> LocalControlPlane::update_distribution(Caller caller, UpdateDistribution command) {
  const Alter change = [&](Alteration it) -> Result<Unit> {
    if (command.distribution == catalog::Distribution::automatic &&
        it.before.mode == catalog::StreamMode::provisioned)
      return refuse(Refusal::invalid_argument,
                    "RecordDistributionStrategy AUTO is only for streams in On-Demand mode.");
    it.after.distribution = command.distribution;
    return Unit{};
  };
  co_return co_await outcome(alter(caller, command.stream, Needs::active, change));
}

Task<catalog::AccountSettings> LocalControlPlane::update_account(Caller caller, bool commitment) {
  const catalog::AccountKey key{std::string(caller.account), std::string(caller.region)};
  const auto decide = [&](const catalog::CatalogState& state) -> Result<catalog::Decision> {
    const UnixMillis moment = catalog_.reactor().clock().now();
    catalog::AccountSettings settings = state.account(key);
    const bool runs = settings.commitment != catalog::Commitment::disabled;
    if (commitment) {
      if (!runs) {
        settings.started = moment;
        settings.earliest_end = moment + commitment_min;
        settings.ended.reset();
      }
      settings.commitment = catalog::Commitment::enabled;
    } else if (runs && settings.earliest_end && moment < *settings.earliest_end) {
      settings.commitment = catalog::Commitment::enabled_until_earliest_end;
    } else if (runs) {
      settings.commitment = catalog::Commitment::disabled;
      settings.ended = moment;
    }
    catalog::Decision decision;
    decision.put(key, settings);
    return decision;
  };
  co_await catalog_.change_from(reactor_, decide);
  co_return table_.account(key);
}

Result<catalog::AccountSettings> LocalControlPlane::describe_account(Caller caller) {
  return table_.account({std::string(caller.account), std::string(caller.region)});
}

}  // namespace levada::kinesis
