#pragma once
// FaultInjection: carries a FaultPlan out on one reactor. The pipeline asks it once an operation is
// about to run: after every check that a client's own mistake would fail.

#include "aws/fault.h"
#include "aws/fault_plan.h"
#include "base/metrics.h"
#include "io/reactor.h"
#include "io/xoshiro.h"

namespace levada::aws {

class FaultInjection {
 public:
  // The plan outlives it. Reactors get different dice from one seed.
  FaultInjection(io::Reactor& reactor, const FaultPlan& plan, std::uint64_t seed,
                 MetricsRegistry& metrics);

  // Waits if it must. A fault: answer with it; nothing: go on. The error closed: no answer at all.
  Task<std::optional<Fault>> before(std::string_view operation);

 private:
  io::Reactor& reactor_;
  const FaultPlan& plan_;
  io::Xoshiro dice_;
  Counter& injected_;
};

}  // namespace levada::aws
