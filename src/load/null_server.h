#pragma once
// NullServer: answers every HTTP/1.1 request with the same bytes and does nothing else, but for
// what an Answerer wants done before. What the generator reaches against it is the generator's own
// ceiling on this machine.

#include <string>

#include "base/task.h"
#include "io/gate.h"
#include "io/network.h"
#include "wire/http_message.h"

namespace levada::load {

class Answerer {
 public:
  virtual ~Answerer() = default;
  // Ends when the request may be answered; an error ends its connection.
  virtual Task<Unit> answer(const wire::RequestHead& head, ByteView body) = 0;
};

class NullServer {
 public:
  // `answerer` may be null.
  NullServer(io::Network& network, Answerer* answerer) : network_(network), answerer_(answerer) {}

  Task<io::Address> listen(io::Address address);  // the address with the real port
  void spawn_accepting(io::Gate& gate);
  void close() noexcept;

 private:
  Task<Unit> accept_all(io::Gate& gate);
  Task<Unit> serve(std::unique_ptr<io::Connection> connection);

  io::Network& network_;
  Answerer* answerer_;
  std::unique_ptr<io::Listener> listener_;
};

}  // namespace levada::load
