#pragma once
// The part of an HTTP/1.1 head that requests and responses share: field lines (RFC 9112, 5) and how
// the body is framed (6). Strict where leniency lets two servers disagree about where a message
// ends (request smuggling): a bare LF, an obs-fold, a space before the colon, a repeated differing
// Content-Length, and Content-Length beside Transfer-Encoding are all refused.

#include <cstdint>
#include <string_view>

#include "wire/http_message.h"

namespace levada::wire {

// What a parser says after looking at the bytes so far.
struct Http1Outcome {
  enum class Kind : std::uint8_t { need_more, ready, refused };
  Kind kind = Kind::need_more;
  std::size_t consumed = 0;  // bytes of the input that are done with
  int status = 0;            // refused: the status to answer before closing
  std::string_view reason;   // refused: what was wrong, for the log

  static Http1Outcome more() { return {}; }
  static Http1Outcome ready_after(std::size_t consumed) {
    return {.kind = Kind::ready, .consumed = consumed, .status = 0, .reason = {}};
  }
  static Http1Outcome refuse(int status, std::string_view reason) {
    return {.kind = Kind::refused, .consumed = 0, .status = status, .reason = reason};
  }
  bool ready() const { return kind == Kind::ready; }
  bool refused() const { return kind == Kind::refused; }
};

// What the fields say about the message as a whole, gathered while they are read.
struct Http1Framing {
  std::uint64_t content_length = 0;
  bool has_length = false;
  bool chunked = false;
  bool close = false;       // Connection: close
  bool keep_alive = false;  // Connection: keep-alive
  bool expects_continue = false;
  std::string_view host;
  bool has_host = false;
};

// Reads the field lines at `at` up to and with the empty line; `consumed` counts from `at`.
Http1Outcome parse_fields(const char* at, const char* end, HeaderList& headers,
                          Http1Framing& framing);

// Whether the empty line that ends a head lies in `input`, where the first `seen` bytes are known
// not to hold it: asked before a second parse, so that a head that drips in costs linear time.
bool has_head_end(std::string_view input, std::size_t seen);

bool is_token(std::string_view text);  // RFC 9110, 5.6.2; not empty

}  // namespace levada::wire
