// Settings of an account, checked as AWS does (spec timestream 3.3).

#include "timestream/query_scheduler.h"
#include "timestream/refusal.h"

namespace levada::timestream {
namespace {

constexpr std::int64_t tcu_step = 4, tcu_max = 1000;

Result<Unit> check_units(std::string_view what, std::int64_t units) {
  if (units >= tcu_step && units <= tcu_max && units % tcu_step == 0) return Unit{};
  return refuse(Refusal::validation,
                std::string(what) + " must be a multiple of 4 between 4 and 1000.");
}

}  // namespace

Task<AccountSettings> describe_settings(Service& service, Caller caller) {
  co_return service.definitions().settings(caller);
}

Task<AccountSettings> update_settings(Service& service, Caller caller, SettingsChange change) {
  state::Turn::Held held = co_await service.turn().take();
  AccountSettings settings = service.definitions().settings(caller);
  if (change.max_query_tcu) {
    co_await check_units("MaxQueryTCU", *change.max_query_tcu);
    settings.max_query_tcu = *change.max_query_tcu;
  }
  if (change.pricing_model && *change.pricing_model != "COMPUTE_UNITS")
    co_return refuse(Refusal::validation,
                     "QueryPricingModel can only be changed to COMPUTE_UNITS.");
  if (change.target_tcu) {
    if (change.compute_mode.value_or("") != "PROVISIONED")
      co_return refuse(Refusal::validation,
                       "ProvisionedCapacity is only for the compute mode PROVISIONED.");
    co_await check_units("TargetQueryTCU", *change.target_tcu);
    settings.target_tcu = *change.target_tcu;
    settings.topic = change.topic;
    settings.role = change.role;
  }
  if (change.compute_mode) {
    settings.provisioned = *change.compute_mode == "PROVISIONED";
    if (settings.provisioned && settings.target_tcu == 0)
      co_return refuse(Refusal::validation,
                       "The compute mode PROVISIONED needs ProvisionedCapacity.");
    if (!settings.provisioned) settings.target_tcu = 0;
  }
  Buffer bytes = put_settings(caller, settings);
  co_await service.commit(std::move(bytes));
  co_return settings;
}

}  // namespace levada::timestream
