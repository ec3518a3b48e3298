#include "load/tls_network.h"

#include "tls/tls_connection.h"

namespace levada::load {

Result<std::unique_ptr<TlsNetwork>> TlsNetwork::over(io::Reactor& reactor, io::Network& below) {
  auto context = TRY(tls::TlsClientContext::make({.authorities = {}, .verify = false}));
  return std::unique_ptr<TlsNetwork>(new TlsNetwork(reactor, below, std::move(context)));
}

Task<std::unique_ptr<io::Connection>> TlsNetwork::connect(io::Address address, Deadline deadline) {
  std::unique_ptr<io::Connection> plain = co_await below_.connect(address, deadline);
  auto secure =
      std::make_unique<tls::TlsConnection>(reactor_, std::move(plain), *context_, address.host);
  co_await secure->connect(deadline);
  co_return std::unique_ptr<io::Connection>(std::move(secure));
}

}  // namespace levada::load
