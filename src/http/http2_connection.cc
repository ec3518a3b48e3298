#include "http/http2_connection.h"

#include <array>
#include <vector>

namespace levada::http {
namespace {

// What a streaming answer may have unsent before its source is asked for more.
constexpr std::size_t unsent_max = 256 << 10;

wire::Http2Limits session_limits(const Limits& limits) {
  wire::Http2Limits session;
  session.body_max = limits.body;
  return session;
}

std::vector<wire::HeaderField> lower_case_fields(const ResponseHeaders& headers,
                                                 std::string& names) {
  std::vector<wire::HeaderField> fields = headers.fields();
  names.clear();
  for (const wire::HeaderField& field : fields)
    for (const char c : field.name) names += wire::lower_case(c);
  std::size_t at = 0;
  for (wire::HeaderField& field : fields) {
    field.name = std::string_view(names).substr(at, field.name.size());
    at += field.name.size();
  }
  return fields;
}

}  // namespace

struct Http2Connection::Streaming {
  explicit Streaming(io::Reactor& reactor, BodySource& body) : drained(reactor), source(body) {}
  io::Signal drained;
  BodySource& source;
};

Http2Connection::Http2Connection(Shared& shared, Served& served, InputBuffer input)
    : shared_(shared),
      served_(served),
      input_(std::move(input)),
      session_(session_limits(shared.limits)),
      to_send_(shared.reactor) {}

Task<Unit> Http2Connection::run() {
  gate_.spawn(write_all());
  const Result<Unit> read = co_await outcome(read_all());
  end();
  co_await gate_.close();
  co_return read;
}

Task<Unit> Http2Connection::read_all() {
  while (!ended_) {
    if (input_.size() > 0) {
      const bool sound = session_.feed(input_.filled());
      input_.used(input_.size());
      take_events();
      to_send_.notify_all();
      if (!sound) co_return fail(ErrorKind::invalid, "not HTTP/2");
      if (session_.finished()) co_return Unit{};
    }
    input_.shrink(count(input_size_kept));
    const bool busy = answering_ > 0 || !streaming_.empty();
    const Deadline deadline = busy ? no_deadline : shared_.in(shared_.limits.idle);
    const MutableByteView room = input_.room(count(input_size_first));
    const std::size_t got = co_await served_.connection->read_some(room, deadline);
    if (got == 0) co_return Unit{};
    input_.received(got);
    shared_.metrics.bytes_in.add(got);
  }
  co_return Unit{};
}

void Http2Connection::take_events() {
  while (auto event = session_.next_event()) {
    const auto streaming = streaming_.find(event->stream);
    switch (event->kind) {
      case wire::Http2Event::Kind::request:
        ++answering_;
        served_.answering = true;
        gate_.spawn(answer(std::move(event->request)));
        break;
      case wire::Http2Event::Kind::reset:
        if (streaming == streaming_.end()) break;
        streaming->second->source.client_left();
        streaming->second->drained.notify_all();
        break;
      case wire::Http2Event::Kind::drained:
        if (streaming != streaming_.end()) streaming->second->drained.notify_all();
        break;
    }
  }
}

Task<Unit> Http2Connection::answer(std::unique_ptr<wire::Http2Request> request) {
  const wire::Http2StreamId id = request->stream;
  Response response;
  const ByteView body(request->body);
  const Request asked{request->head, body, served_.connection->peer()};
  const Result<Unit> handled = co_await outcome(shared_.handler.handle(asked, response));
  shared_.metrics.requests.add();
  std::string names;
  const auto fields = lower_case_fields(response.headers, names);
  if (!handled) {
    session_.reset(id);
  } else if (response.source) {
    session_.begin_response(id, response.status, fields);
    gate_.spawn(stream(id, std::move(response.source)));
  } else {
    session_.submit_response(id, response.status, fields, std::move(response.body));
  }
  --answering_;
  served_.answering = answering_ > 0;
  to_send_.notify_all();
  co_return Unit{};
}

Task<Unit> Http2Connection::stream(wire::Http2StreamId id, std::unique_ptr<BodySource> source) {
  Streaming streaming(shared_.reactor, *source);
  streaming_.emplace(id, &streaming);
  while (!ended_ && session_.is_open(id)) {
    if (session_.unsent(id) > unsent_max) {
      (void)co_await outcome(streaming.drained.wait(shared_.in(shared_.limits.write)));
      continue;
    }
    const Result<BodyPiece> piece = co_await outcome(source->next());
    if (!piece) {
      session_.reset(id);
      break;
    }
    if (*piece == nullptr) {
      session_.finish(id);
      break;
    }
    session_.push(id, **piece);
    to_send_.notify_all();
  }
  streaming_.erase(id);
  to_send_.notify_all();
  co_return Unit{};
}

Task<Unit> Http2Connection::write_all() {
  Buffer output;
  bool said_goodbye = false;
  for (;;) {
    if (shared_.stopping && !said_goodbye) {
      session_.shut_down();
      said_goodbye = true;
    }
    output.clear();
    session_.take_output(output);
    take_events();
    if (!output.empty()) {
      const std::array<ByteView, 1> parts = {ByteView(output)};
      const Result<Unit> written = co_await outcome(shared_.write(*served_.connection, parts));
      if (!written) break;
      continue;
    }
    const bool drained = shared_.stopping && answering_ == 0;
    if (ended_ || session_.finished() || drained) break;
    (void)co_await outcome(to_send_.wait());
  }
  end();
  const Deadline goodbye = shared_.in(shared_.limits.goodbye);
  (void)co_await outcome(served_.connection->finish(goodbye));
  served_.connection->shutdown();
  co_return Unit{};
}

// Nothing more is read or written: lets every coroutine of this connection come to its end.
void Http2Connection::end() {
  ended_ = true;
  for (const auto& [id, streaming] : streaming_) {
    streaming->source.client_left();
    streaming->drained.notify_all();
  }
  to_send_.notify_all();
}

}  // namespace levada::http
