#pragma once
// UringNetwork: TCP by io_uring.

#include "io/network.h"
#include "io/real/blocking_thread.h"
#include "io/real/uring.h"

namespace levada::io {

class UringNetwork final : public Network {
 public:
  UringNetwork(Reactor& reactor, Uring& uring, BlockingThread& blocking)
      : reactor_(reactor), uring_(uring), blocking_(blocking) {}

  Task<std::unique_ptr<Listener>> listen(Address address) override;
  std::unique_ptr<Connection> adopt(Accepted accepted) override;
  Task<std::unique_ptr<Connection>> connect(Address address, Deadline deadline) override;

 private:
  Reactor& reactor_;
  Uring& uring_;
  BlockingThread& blocking_;  // for looking up names
};

}  // namespace levada::io
