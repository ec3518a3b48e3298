#pragma once
// Reads HTTP/1.1 responses out of a growing input buffer: the client side of http1_parser.h, for
// the command line, the sinks and the load generator. Interim answers (100 Continue) come out as
// heads of their own with status 1xx; parse again behind them.

#include "wire/http1_fields.h"

namespace levada::wire {

class Http1ResponseParser {
 public:
  // The request was HEAD: whatever the fields say, no body follows.
  void expect_no_body(bool no_body) { no_body_ = no_body; }

  // As Http1RequestParser::parse. A refusal's status is always 502: the server spoke nonsense. The
  // size of the body is for the caller to bound; `until_close` means that it ends with the
  // connection.
  Http1Outcome parse(ByteView input, ResponseHead& head);

 private:
  std::size_t seen_ = 0;
  bool no_body_ = false;
};

}  // namespace levada::wire
