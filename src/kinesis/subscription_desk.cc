#include "kinesis/subscription_desk.h"

#include "kinesis/refusal.h"

namespace levada::kinesis {

Task<std::unique_ptr<Subscription>> SubscriptionDesk::subscribe(Caller, SubscribeToShard) {
  co_return refuse(Refusal::internal_failure, "SubscribeToShard is not served yet.");
}

}  // namespace levada::kinesis
