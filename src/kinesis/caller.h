#pragma once
// Who calls, and which stream is meant. All views look into the request and live as long as the
// call.

#include <string_view>

namespace levada::kinesis {

// The namespace of a call: from the credential scope, or the server's own where none is verified.
struct Caller {
  std::string_view account{};  // 12 digits
  std::string_view region{};
};

// A stream by name, by ARN, or by both if they agree; empty is absent. The face has checked the
// patterns and that one of them is there.
struct StreamRef {
  std::string_view name{};
  std::string_view arn{};
};

}  // namespace levada::kinesis
