#pragma once
// Call: one request on its way through a handler, when everything that can be checked by tables has
// been checked.

#include <string>

#include "aws/input.h"
#include "aws/output_writer.h"
#include "aws/schema.h"
#include "http/handler.h"

namespace levada::aws {

struct Caller {
  std::string access_key;
  std::string account;  // 12 digits
  std::string region;
  std::string arn;  // "arn:aws:iam::123456789012:user/name"
};

struct Call {
  const Operation& operation;
  const Caller& caller;
  const Input& input;
  OutputWriter& output;
  http::Response& response;  // for an answer that is a stream of events
  UnixMillis now;
  const wire::RequestHead& head;  // for what depends on who asks, and where
};

}  // namespace levada::aws
