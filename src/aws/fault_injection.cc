#include "aws/fault_injection.h"

namespace levada::aws {
namespace {

// What the service says when it throttles this operation.
Fault throttled(std::string_view operation) {
  const bool data = operation.starts_with("Put") || operation.starts_with("Get");
  const bool of_records = data && !operation.ends_with("Policy");
  return {400, of_records ? "ProvisionedThroughputExceededException" : "LimitExceededException",
          "Rate exceeded (injected by --fault)."};
}

}  // namespace

FaultInjection::FaultInjection(io::Reactor& reactor, const FaultPlan& plan, std::uint64_t seed,
                               MetricsRegistry& metrics)
    : reactor_(reactor),
      plan_(plan),
      dice_(seed + reactor.index().value()),
      injected_(metrics.counter("levada_faults_injected_total",
                                "Requests that --fault refused, dropped or delayed.")) {}

Task<std::optional<Fault>> FaultInjection::before(std::string_view operation) {
  const FaultRule* rule = plan_.find(operation);
  if (rule == nullptr) co_return std::optional<Fault>();
  const bool delayed = dice_.chance(rule->delayed);
  const double fate = static_cast<double>(dice_.next() >> 11) * 0x1p-53;
  const bool refused = fate < rule->drop + rule->error + rule->throttle;
  if (delayed || refused) injected_.add();
  if (delayed) co_await io::sleep_for(reactor_, rule->latency);
  if (fate < rule->drop) co_return fail(ErrorKind::closed, "dropped by --fault");
  if (fate < rule->drop + rule->error)
    co_return std::optional<Fault>(Fault{500, "InternalFailure"});
  if (refused) co_return std::optional<Fault>(throttled(operation));
  co_return std::optional<Fault>();
}

}  // namespace levada::aws
