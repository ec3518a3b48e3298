#pragma once
// NullServer: answers every HTTP/1.1 request with the same bytes and does nothing else. What the
// generator reaches against it is the generator's own ceiling on this machine.

#include <string>

#include "base/task.h"
#include "io/gate.h"
#include "io/network.h"
#include "io/reactor.h"

namespace levada::load {

class NullServer {
 public:
  NullServer(io::Reactor& reactor, io::Network& network) : reactor_(reactor), network_(network) {}

  Task<io::Address> listen(io::Address address);  // the address with the real port
  void spawn_accepting(io::Gate& gate);
  void close() noexcept;

 private:
  Task<Unit> accept_all(io::Gate& gate);
  Task<Unit> serve(std::unique_ptr<io::Connection> connection);

  io::Reactor& reactor_;
  io::Network& network_;
  std::unique_ptr<io::Listener> listener_;
};

}  // namespace levada::load
