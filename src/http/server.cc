#include "http/server.h"

#include "http/http1_connection.h"
#include "http/http2_connection.h"
#include "tls/tls_connection.h"

namespace levada::http {
namespace {

// Reads until the first bytes tell the protocol; need_more: the client left before.
Task<wire::Protocol> sniff(Shared& shared, io::Connection& connection, InputBuffer& input) {
  for (;;) {
    const MutableByteView room = input.room(count(input_size_first));
    const Deadline deadline =
        shared.in(input.size() == 0 ? shared.limits.idle : shared.limits.head);
    const std::size_t got = co_await connection.read_some(room, deadline);
    if (got == 0) co_return wire::Protocol::need_more;
    input.received(got);
    shared.metrics.bytes_in.add(got);
    const auto protocol = wire::sniff_protocol(input.filled());
    if (protocol != wire::Protocol::need_more) co_return protocol;
  }
}

// Keeps the time at which a stop no longer waits.
struct DrainTimer : io::Timer {
  std::list<Served>& served;
};

}  // namespace

ServerMetrics::ServerMetrics(MetricsRegistry& metrics, std::string_view listener)
    : connections_opened(metrics.counter("levada_http_connections_total", "Connections accepted.",
                                         {{"listener", std::string(listener)}})),
      connections_refused(metrics.counter("levada_http_connections_refused_total",
                                          "Connections closed at once, being too many.",
                                          {{"listener", std::string(listener)}})),
      connections_open(metrics.gauge("levada_http_connections", "Connections open now.",
                                     {{"listener", std::string(listener)}})),
      handshakes(metrics.counter("levada_tls_handshakes_total", "TLS handshakes completed.",
                                 {{"listener", std::string(listener)}})),
      handshakes_failed(metrics.counter("levada_tls_handshakes_failed_total",
                                        "TLS handshakes that the client broke off or got wrong.",
                                        {{"listener", std::string(listener)}})),
      requests(metrics.counter("levada_http_requests_total", "Requests answered.",
                               {{"listener", std::string(listener)}})),
      bytes_in(metrics.counter("levada_http_received_bytes_total", "Bytes received.",
                               {{"listener", std::string(listener)}})),
      bytes_out(metrics.counter("levada_http_sent_bytes_total", "Bytes sent.",
                                {{"listener", std::string(listener)}})) {}

Task<Unit> Shared::write(io::Connection& connection, std::span<const ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  metrics.bytes_out.add(size);
  if (size < large_write) return connection.write_all(parts, in(limits.write));
  return write_in_turn(connection, parts);
}

Task<Unit> Shared::write_in_turn(io::Connection& connection, std::span<const ByteView> parts) {
  const WriteTurns::Held turn = co_await turns.take();
  co_return co_await outcome(connection.write_all(parts, in(limits.write)));
}

Server::Server(io::Reactor& reactor, Handler& handler, Limits limits, MetricsRegistry& metrics,
               std::string_view listener, const tls::TlsContext* tls)
    : shared_{reactor, handler, limits, ServerMetrics(metrics, listener)}, tls_(tls) {}

void Server::serve(std::unique_ptr<io::Connection> connection) {
  if (shared_.stopping || served_.size() >= shared_.limits.connections) {
    shared_.metrics.connections_refused.add();
    return connection->shutdown();
  }
  shared_.metrics.connections_opened.add();
  served_.push_front({std::move(connection)});
  gate_.spawn(serve_one(served_.begin()));
}

Task<Unit> Server::serve_one(std::list<Served>::iterator served) {
  struct Leave {
    Server& server;
    std::list<Served>::iterator served;
    ~Leave() {
      server.shared_.metrics.connections_open.sub();
      server.served_.erase(served);
    }
  };
  shared_.metrics.connections_open.add();
  const Leave leave{*this, served};
  InputBuffer input;
  wire::Protocol protocol = co_await sniff(shared_, *served->connection, input);
  if (protocol == wire::Protocol::tls && tls_ != nullptr)
    protocol = co_await accept_tls(*served, input);
  switch (protocol) {
    case wire::Protocol::http1: {
      Http1Connection connection(shared_, *served, std::move(input));
      co_await connection.run();
      break;
    }
    case wire::Protocol::http2: {
      Http2Connection connection(shared_, *served, std::move(input));
      co_await connection.run();
      break;
    }
    case wire::Protocol::tls:  // no certificate here, or TLS within TLS: the client's own error is
                               // clearest
    case wire::Protocol::need_more:
      break;
  }
  co_await served->connection->finish(shared_.in(shared_.limits.goodbye));
  served->connection->shutdown();
  co_return Unit{};
}

// Puts TLS around the connection, beginning with what was read already, and tells the protocol
// inside.
Task<wire::Protocol> Server::accept_tls(Served& served, InputBuffer& input) {
  auto made = std::make_unique<tls::TlsConnection>(shared_.reactor, std::move(served.connection),
                                                   *tls_, input.filled());
  tls::TlsConnection& connection = *made;
  served.connection = std::move(made);
  input.used(input.size());
  const Deadline deadline = shared_.in(shared_.limits.handshake);
  const Result<Unit> accepted = co_await outcome(connection.accept(deadline));
  if (!accepted) {
    shared_.metrics.handshakes_failed.add();
    co_return unexpected<Error>(accepted.error());
  }
  shared_.metrics.handshakes.add();
  if (connection.application_protocol() == "h2") co_return wire::Protocol::http2;
  if (connection.application_protocol() == "http/1.1") co_return wire::Protocol::http1;
  co_return co_await sniff(shared_, connection, input);
}

Task<Unit> Server::stop() {
  shared_.stopping = true;
  for (Served& served : served_) {
    if (!served.answering) served.connection->end_reading();  // it may still say goodbye
    if (served.streaming != nullptr) served.streaming->client_left();
  }
  DrainTimer timer{{.at = shared_.in(shared_.limits.drain)}, served_};
  timer.fire = [](io::Timer& fired) {
    for (Served& served : static_cast<DrainTimer&>(fired).served) served.connection->shutdown();
  };
  shared_.reactor.arm(timer);
  co_await gate_.close();
  shared_.reactor.disarm(timer);
  co_return Unit{};
}

}  // namespace levada::http
