#pragma once
// Reads HTTP/1.1 requests out of a growing input buffer, without copying and without allocating:
// every view of the head looks into the buffer. Pipelining falls out of `consumed`; a body of known
// length is the bytes behind the head, a chunked one goes through ChunkedDecoder.
//
//   const Http1Outcome outcome = parser.parse(input, head);
//   if (outcome.ready()) body = input.subspan(outcome.consumed, head.content_length) once it is
//   there
//
// The buffer may move between calls (head.rebase follows it). After `refused` the connection
// answers the status and closes: what follows cannot be trusted to be a request.

#include "wire/http1_fields.h"

namespace levada::wire {

class Http1RequestParser {
 public:
  explicit Http1RequestParser(Bytes body_max = body_max_default) : body_max_(body_max) {}

  // `input` begins where the request begins and holds everything received since. need_more: call
  // again with the same bytes and more. ready: `head` is filled, `consumed` bytes were the head.
  Http1Outcome parse(ByteView input, RequestHead& head);

 private:
  Bytes body_max_;
  std::size_t seen_ = 0;  // bytes that hold no complete head
};

}  // namespace levada::wire
