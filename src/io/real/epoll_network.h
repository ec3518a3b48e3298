#pragma once
// EpollNetwork: TCP by non-blocking calls, tried first, and readiness.

#include "io/network.h"
#include "io/real/blocking_thread.h"
#include "io/real/epoll.h"

namespace levada::io {

class EpollNetwork final : public Network {
 public:
  EpollNetwork(Reactor& reactor, Epoll& epoll, BlockingThread& blocking)
      : reactor_(reactor), epoll_(epoll), blocking_(blocking) {}

  Task<std::unique_ptr<Listener>> listen(Address address) override;
  std::unique_ptr<Connection> adopt(Accepted accepted) override;
  Task<std::unique_ptr<Connection>> connect(Address address, Deadline deadline) override;

 private:
  Reactor& reactor_;
  Epoll& epoll_;
  BlockingThread& blocking_;  // for looking up names
};

}  // namespace levada::io
