#pragma once
// One HTTP/2 connection seen from the client, without I/O: the mirror of http2_session.h, for the
// load generator, the command line and the tests. Requests go in whole; responses come out in
// pieces, as they arrive, so that event streams can be read.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wire/http2_session.h"

namespace levada::wire {

struct Http2ResponseHead {
  ResponseHead head;
  std::string header_text;  // what the head looks into
};

struct Http2ClientEvent {
  enum class Kind : std::uint8_t {
    head,   // status and fields of the final response
    data,   // the next bytes of its body
    end,    // the response is complete
    reset,  // it will never be
  };
  Kind kind;
  Http2StreamId stream;
  std::unique_ptr<Http2ResponseHead> head;
  Buffer data;
  std::uint32_t error = 0;  // of a reset: the code of RFC 9113, 7
};

struct Http2RequestLine {
  std::string_view method;
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;  // with the query
};

class Http2ClientSession {
 public:
  Http2ClientSession();
  ~Http2ClientSession();
  Http2ClientSession(const Http2ClientSession&) = delete;
  Http2ClientSession& operator=(const Http2ClientSession&) = delete;

  // Nothing when the connection takes no more requests. Requests beyond the server's limit of
  // concurrent streams wait inside. `content-length` is added when there is a body.
  std::optional<Http2StreamId> submit_request(const Http2RequestLine& line,
                                              std::span<const HeaderField> headers, Buffer body);
  void cancel(Http2StreamId stream);

  [[nodiscard]] bool feed(ByteView received);
  std::optional<Http2ClientEvent> next_event();
  void take_output(Buffer& out);
  bool finished() const;

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace levada::wire
