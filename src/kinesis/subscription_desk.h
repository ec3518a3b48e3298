#pragma once
// SubscriptionDesk: opens SubscribeToShard's pushes on one reactor.

#include "kinesis/event_shelf.h"
#include "kinesis/neighbours.h"
#include "kinesis/read.h"

namespace levada::kinesis {

class SubscriptionDesk {
 public:
  SubscriptionDesk(io::Reactor& reactor, const catalog::StreamTable& table,
                   const Neighbours& neighbours, const ShardLimits& limits)
      : reactor_(reactor),
        table_(table),
        neighbours_(neighbours),
        limits_(limits),
        shelf_(reactor, neighbours) {}

  Task<std::unique_ptr<Subscription>> subscribe(Caller caller, SubscribeToShard command);

 private:
  io::Reactor& reactor_;
  const catalog::StreamTable& table_;
  const Neighbours& neighbours_;
  const ShardLimits& limits_;
  EventShelf shelf_;
};

}  // namespace levada::kinesis
