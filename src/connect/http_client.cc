#include "connect/http_client.h"

#include <algorithm>

#include "tls/tls_connection.h"

namespace levada::connect {
namespace {

// Servers close idle connections after 20 s or more; one that may be gone is not worth a doubt.
constexpr Nanos idle_max = std::chrono::seconds(10);
constexpr std::size_t idle_lines_max = 64;

}  // namespace

struct HttpClient::Line {
  explicit Line(std::unique_ptr<io::Connection> connection) : exchange(std::move(connection)) {}
  http::Exchange exchange;
  MonotonicNanos used{};
};

HttpClient::HttpClient(io::Reactor& reactor, io::Network& network, const tls::TlsClientContext* tls,
                       Endpoint endpoint, HttpTimeouts timeouts)
    : reactor_(reactor),
      network_(network),
      tls_(tls),
      endpoint_(std::move(endpoint)),
      timeouts_(timeouts) {}

HttpClient::~HttpClient() = default;

Task<std::unique_ptr<io::Connection>> HttpClient::connect() {
  const Deadline deadline = reactor_.clock().monotonic() + timeouts_.connect;
  std::unique_ptr<io::Connection> plain = co_await network_.connect(endpoint_.address, deadline);
  if (!endpoint_.tls) co_return plain;
  if (tls_ == nullptr) co_return fail(ErrorKind::unsupported, "TLS is not set up");
  auto secret = std::make_unique<tls::TlsConnection>(reactor_, std::move(plain), *tls_,
                                                     endpoint_.address.host);
  co_await secret->connect(deadline);
  std::unique_ptr<io::Connection> connection = std::move(secret);
  co_return connection;
}

Task<std::unique_ptr<HttpClient::Line>> HttpClient::take() {
  const MonotonicNanos now = reactor_.clock().monotonic();
  while (!idle_.empty()) {
    std::unique_ptr<Line> line = std::move(idle_.back());
    idle_.pop_back();
    if (now - line->used < idle_max) co_return line;
    line->exchange.shutdown();
  }
  Result<std::unique_ptr<io::Connection>> connection = co_await outcome(connect());
  if (!connection)
    co_return fail(ErrorKind::unavailable,
                   endpoint_.authority + " cannot be reached: " + connection.error().message);
  co_return std::make_unique<Line>(std::move(*connection));
}

Task<HttpAnswer> HttpClient::ask(Request request) {
  if (shut_) co_return fail(ErrorKind::closed, "stopping");
  std::unique_ptr<Line> line = co_await take();
  if (shut_) co_return fail(ErrorKind::closed, "stopping");
  busy_.push_back(line.get());
  const Deadline deadline = reactor_.clock().monotonic() + timeouts_.answer;
  const Result<http::Answer> answer = co_await outcome(line->exchange.ask(request, deadline));
  std::erase(busy_, line.get());
  if (!answer) {
    line->exchange.shutdown();
    co_return fail(ErrorKind::unknown,
                   "no answer from " + endpoint_.authority + ": " + answer.error().message);
  }
  HttpAnswer copied{answer->status, std::string(answer->body)};
  if (idle_.size() < idle_lines_max && !answer->close) {
    line->used = reactor_.clock().monotonic();
    idle_.push_back(std::move(line));
  } else {
    line->exchange.shutdown();
  }
  co_return copied;
}

void HttpClient::shutdown() noexcept {
  shut_ = true;
  for (Line* line : busy_) line->exchange.shutdown();
  for (const auto& line : idle_) line->exchange.shutdown();
  idle_.clear();
}

}  // namespace levada::connect
