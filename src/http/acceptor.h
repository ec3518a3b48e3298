#pragma once
// Acceptor: takes connections at one address and deals them out to the reactors in turn, so that a
// handful of busy connections use every core.

#include <memory>
#include <vector>

#include "http/server.h"
#include "io/gate.h"
#include "io/network.h"
#include "io/reactor.h"

namespace levada::http {

class Acceptor {
 public:
  // One for each reactor; all live as long as this.
  struct Target {
    io::Reactor& reactor;
    io::Network& network;
    Server& server;
  };
  Acceptor(io::Reactor& home, io::Network& network, std::vector<Target> targets);

  // Binds; the address that was got, with its real port.
  Task<io::Address> listen(io::Address address);
  void start();
  Task<Unit> stop();  // takes no more connections; those handed on live on

 private:
  Task<Unit> accept_all();

  io::Reactor& home_;
  io::Network& network_;
  std::vector<Target> targets_;
  std::unique_ptr<io::Listener> listener_;
  io::Gate gate_;
};

}  // namespace levada::http
