#pragma once
// HttpClient: requests to one endpoint over kept connections, with or without TLS. Says of every
// failure whether the request can have reached the other side, since that decides what may be tried
// again.

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "connect/endpoint.h"
#include "http/exchange.h"
#include "io/network.h"
#include "io/reactor.h"
#include "tls/tls_client_context.h"

namespace levada::connect {

struct HttpTimeouts {
  Millis connect{10'000};
  Millis answer{10'000};  // from the first byte sent to the last received
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

class HttpClient {
 public:
  // `tls` may be null for an endpoint without it. All outlive this.
  HttpClient(io::Reactor& reactor, io::Network& network, const tls::TlsClientContext* tls,
             Endpoint endpoint, HttpTimeouts timeouts);
  ~HttpClient();

  const Endpoint& endpoint() const { return endpoint_; }

  // A whole HTTP/1.1 request, in two parts that stay where they are until the answer is there.
  // Errors: unavailable (not connected, nothing was sent),
  // unknown (sent, and no whole answer came), closed (after shutdown).
  using Request = std::array<ByteView, 2>;
  Task<HttpAnswer> ask(Request request);
  void shutdown() noexcept;

 private:
  struct Line;  // one connection
  Task<std::unique_ptr<Line>> take();
  Task<std::unique_ptr<io::Connection>> connect();

  io::Reactor& reactor_;
  io::Network& network_;
  const tls::TlsClientContext* tls_;
  Endpoint endpoint_;
  HttpTimeouts timeouts_;
  std::vector<std::unique_ptr<Line>> idle_;
  std::vector<Line*> busy_;
  bool shut_ = false;
};

}  // namespace levada::connect
