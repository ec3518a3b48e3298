#pragma once
// TlsNetwork: a network whose connections speak TLS, so that every scenario can be measured over
// it. It believes any certificate: the server under test has made its own.

#include "io/network.h"
#include "io/reactor.h"
#include "tls/tls_client_context.h"

namespace levada::load {

class TlsNetwork final : public io::Network {
 public:
  // Both outlive it. Errors of `make`: io.
  static Result<std::unique_ptr<TlsNetwork>> over(io::Reactor& reactor, io::Network& below);

  Task<std::unique_ptr<io::Listener>> listen(io::Address address) override {
    return below_.listen(std::move(address));
  }
  std::unique_ptr<io::Connection> adopt(io::Accepted accepted) override {
    return below_.adopt(std::move(accepted));
  }
  Task<std::unique_ptr<io::Connection>> connect(io::Address address, Deadline deadline) override;

 private:
  TlsNetwork(io::Reactor& reactor, io::Network& below,
             std::unique_ptr<tls::TlsClientContext> context)
      : reactor_(reactor), below_(below), context_(std::move(context)) {}

  io::Reactor& reactor_;
  io::Network& below_;
  std::unique_ptr<tls::TlsClientContext> context_;
};

}  // namespace levada::load
