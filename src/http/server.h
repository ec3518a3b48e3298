#pragma once
// Server: the HTTP connections of one reactor. Tells the protocol of each from its first bytes,
// serves it until it ends, and drains at a stop: answers that were begun are finished.

#include <list>
#include <memory>

#include "base/metrics.h"
#include "http/handler.h"
#include "http/input_buffer.h"
#include "http/limits.h"
#include "http/write_turns.h"
#include "io/gate.h"
#include "io/network.h"
#include "io/reactor.h"
#include "tls/tls_context.h"
#include "wire/protocol_sniff.h"

namespace levada::http {

struct ServerMetrics {
  explicit ServerMetrics(MetricsRegistry& metrics, std::string_view listener);
  Counter& connections_opened;
  Counter& connections_refused;
  Gauge& connections_open;
  Counter& handshakes;
  Counter& handshakes_failed;
  Counter& requests;
  Counter& bytes_in;
  Counter& bytes_out;
};

// The part of a Server that its connections share.
struct Shared {
  io::Reactor& reactor;
  Handler& handler;
  Limits limits;
  ServerMetrics metrics;
  Bytes bodies_in_flight{};
  bool stopping = false;
  WriteTurns turns{reactor};

  // To one client; a large write waits for its turn.
  Task<Unit> write(io::Connection& connection, std::span<const ByteView> parts);
  Task<Unit> write_in_turn(io::Connection& connection, std::span<const ByteView> parts);
  Deadline in(Nanos duration) const { return reactor.clock().monotonic() + duration; }
};

// One connection as the server's stop sees it.
struct Served {
  std::unique_ptr<io::Connection> connection;
  bool answering = false;           // a request is whole and its answer is not yet written
  BodySource* streaming = nullptr;  // where that answer comes from, which may have no end
};

class Server {
 public:
  // With `tls`, which outlives this, connections may begin with TLS; without, such are closed.
  Server(io::Reactor& reactor, Handler& handler, Limits limits, MetricsRegistry& metrics,
         std::string_view listener, const tls::TlsContext* tls = nullptr);

  // Serves the connection until it ends; one too many is closed at once.
  void serve(std::unique_ptr<io::Connection> connection);

  // Ends idle connections at once and the others when they have been answered, at the latest after
  // Limits::drain. Nothing may be served after this.
  Task<Unit> stop();

 private:
  Task<Unit> serve_one(std::list<Served>::iterator served);
  Task<wire::Protocol> accept_tls(Served& served, InputBuffer& input);

  Shared shared_;
  const tls::TlsContext* tls_;
  std::list<Served> served_;
  io::Gate gate_;
};

}  // namespace levada::http
