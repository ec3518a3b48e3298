#pragma once
// Upkeep: a chore that one reactor does again and again beside its requests, until it is stopped.
// What the chore ends with is the chore's affair.

#include <functional>

#include "io/gate.h"
#include "io/reactor.h"
#include "io/signal.h"

namespace levada::server {

class Upkeep {
 public:
  using Chore = std::function<Task<Unit>()>;  // makes a task; is no coroutine itself
  Upkeep(io::Reactor& reactor, Nanos interval, Chore chore)
      : reactor_(reactor), interval_(interval), chore_(std::move(chore)), stopped_(reactor) {}

  // These on the reactor.
  void start() { gate_.spawn(repeat()); }
  Task<Unit> stop();  // waits for a chore under way

 private:
  Task<Unit> repeat();

  io::Reactor& reactor_;
  Nanos interval_;
  Chore chore_;
  io::Signal stopped_;
  io::Gate gate_;
};

}  // namespace levada::server
