#pragma once
// One HTTP/2 connection seen from the server (RFC 9113, cleartext by prior knowledge or over TLS),
// without I/O: received bytes go in, requests come out with the same head type as HTTP/1, answers
// go in, bytes to send come out. nghttp2 does the protocol; what is ours are the limits.
//
//   if (!session.feed(received)) close;            // then, in a loop:
//   while (auto event = session.next_event()) ...  // requests; answers may be submitted at any
//   time session.take_output(out); send(out);           // until nothing comes if
//   (session.finished()) close;

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/id.h"
#include "wire/header_field.h"
#include "wire/http_message.h"

namespace levada::wire {

using Http2StreamId = Id<struct Http2StreamTag, std::int32_t>;

struct Http2Limits {
  std::uint32_t streams_max = 128;  // twice KCL's default of concurrent leases; RFC asks for >= 100
  Bytes body_max = body_max_default;
  // A window must hold bandwidth × delay: 1 MiB a stream is 80 Mbit/s at 100 ms, and one PutRecords
  // of 500 × 1 KiB needs no pause. Four such streams at full speed share a connection.
  Bytes stream_window = 1_MiB;
  Bytes connection_window = 4_MiB;
  // Request bodies that are here and not yet answered. Above the first bound no upload is given
  // more window until answers have made room; only if none is due, the oldest upload alone goes on.
  // Above the second a stream that sends on is reset (only what was in flight already can go that
  // far).
  Bytes buffered_soft = 32_MiB;
  Bytes buffered_max = 64_MiB;
  // take_output stops after this much: a slow reader holds no more than that outside of the
  // streams.
  Bytes output_max = 256_KiB;
};

// A complete request. Owns what its head looks into, so it may outlive its stream.
struct Http2Request {
  Http2StreamId stream;
  RequestHead head;
  Buffer body;
  std::string header_text;
};

struct Http2Event {
  enum class Kind : std::uint8_t {
    request,  // a request is complete
    reset,    // the stream ended before its answer did: stop working for it
    drained,  // a streaming answer has little left unsent: push more
  };
  Kind kind;
  Http2StreamId stream;
  std::unique_ptr<Http2Request> request;
};

class Http2Session {
 public:
  explicit Http2Session(Http2Limits limits = {});
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // All bytes are used. False: the peer is hopeless, close without another word. (After an ordinary
  // error of the protocol the output holds GOAWAY, and finished() tells when to close.)
  [[nodiscard]] bool feed(ByteView received);
  std::optional<Http2Event> next_event();

  // Answers. For a stream that is gone they do nothing, since it may be reset at any moment.
  // `content-length` is added; `headers` must not hold it.
  void submit_response(Http2StreamId stream, int status, std::span<const HeaderField> headers,
                       Buffer body);
  // A streaming answer: begin, push…, finish. Look at unsent() and wait for `drained` before
  // pushing more than a reader can take.
  void begin_response(Http2StreamId stream, int status, std::span<const HeaderField> headers);
  void push(Http2StreamId stream, ByteView data);
  void finish(Http2StreamId stream);
  void reset(Http2StreamId stream);  // gives up an answer that cannot be completed

  bool is_open(Http2StreamId stream) const;
  std::size_t unsent(Http2StreamId stream) const;  // bytes of the answer's body; 0 when gone

  // Appends what is to be sent now, about output_max at most; nothing when nothing may be sent.
  void take_output(Buffer& out);

  // Tells the peer to open no more streams; those it has opened are still answered.
  void shut_down();
  // Nothing is left to read or to send: close.
  bool finished() const;

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace levada::wire
