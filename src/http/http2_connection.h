#pragma once
// One HTTP/2 connection: every request is a coroutine of its own, answers leave in the order in
// which they are ready. One coroutine reads, one writes whatever the session has to send.

#include <memory>
#include <unordered_map>

#include "http/input_buffer.h"
#include "http/server.h"
#include "io/gate.h"
#include "io/signal.h"
#include "wire/http2_session.h"

namespace levada::http {

class Http2Connection {
 public:
  Http2Connection(Shared& shared, Served& served, InputBuffer input);

  // Serves until the client or a stop ends it. Errors: those of the connection.
  Task<Unit> run();

 private:
  struct Streaming;  // an answer whose body comes piece by piece

  Task<Unit> read_all();
  Task<Unit> write_all();
  void take_events();
  Task<Unit> answer(std::unique_ptr<wire::Http2Request> request);
  Task<Unit> stream(wire::Http2StreamId id, std::unique_ptr<BodySource> source);
  void end();

  Shared& shared_;
  Served& served_;
  InputBuffer input_;
  wire::Http2Session session_;
  io::Gate gate_;
  io::Signal to_send_;  // the session may have output
  std::unordered_map<wire::Http2StreamId, Streaming*> streaming_;
  std::size_t answering_ = 0;
  bool ended_ = false;
};

}  // namespace levada::http
