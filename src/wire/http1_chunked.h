#pragma once
// Decodes a chunked body (RFC 9112, 7.1) as its bytes arrive. Extensions and trailers are read
// over. Every byte given is consumed, up to the end of the body, so the input buffer may be emptied
// after each call; what was decoded is appended to the caller's buffer.

#include <cstdint>

#include "wire/http1_fields.h"

namespace levada::wire {

class ChunkedDecoder {
 public:
  explicit ChunkedDecoder(Bytes body_max = body_max_default) : body_max_(body_max) {}

  // ready: the body is complete and `consumed` bytes of this input belonged to it.
  // need_more: all of the input was used; call again with what comes next.
  Http1Outcome decode(ByteView input, Buffer& out);

  std::uint64_t decoded() const { return decoded_; }

 private:
  enum class State : std::uint8_t {
    size_first,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer,
    trailer_lf,
    last_lf,
    done,
  };

  Bytes body_max_;
  std::uint64_t remaining_ = 0;  // of the current chunk
  std::uint64_t decoded_ = 0;
  std::uint64_t overhead_ = 0;  // bytes that are not body
  State state_ = State::size_first;
};

}  // namespace levada::wire
