#pragma once
// Server: the PostgreSQL port. Lives on the SQL engine's reactor, where all its sessions live.

#include <list>
#include <memory>

#include "base/metrics.h"
#include "io/gate.h"
#include "io/network.h"
#include "io/random.h"
#include "postgres/connection.h"

namespace levada::postgres {

class Server {
 public:
  // All outlive this.
  Server(streaming::Engine& engine, io::Reactor& reactor, io::Network& network, io::Random& random,
         LoginOptions login, Limits limits, MetricsRegistry& metrics);

  // Binds; the address that was got, with its real port.
  Task<io::Address> listen(io::Address address);
  void start();
  // Takes no more connections, ends the statements that run, lets connections say goodbye.
  Task<Unit> stop();

 private:
  Task<Unit> accept_all();
  Task<Unit> serve(std::list<Channel>::iterator channel);

  streaming::Engine& engine_;
  io::Reactor& reactor_;
  io::Network& network_;
  io::Random& random_;
  LoginOptions login_;
  Limits limits_;
  Counter& opened_;
  Counter& refused_;
  Gauge& open_;
  Cancellations cancellations_;
  std::unique_ptr<io::Listener> listener_;
  std::list<Channel> channels_;
  io::Gate gate_;
};

}  // namespace levada::postgres
