#pragma once
// Fault: an answer that refuses, as clients see it: status, exception name, message (kinesis spec
// 4.4).

#include <optional>
#include <string>

#include "aws/decode.h"
#include "base/bytes.h"

namespace levada::aws {

struct Fault {
  int status = 400;
  std::string type;                         // "ResourceNotFoundException", without a namespace
  std::optional<std::string> message = {};  // some have none
  // Service::error_prefix of the service that refuses; not empty: the message is spelt both ways.
  std::string_view prefix = {};
};

void write_fault(const Fault& fault, Coding coding, Buffer& out);

}  // namespace levada::aws
