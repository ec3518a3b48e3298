#pragma once
// AuditLog: the port through which the pipeline tells who did what: every call that is no transport
// of records, every denied one, every failed authentication. Never a secret, a signature or a body.

#include <string_view>

#include "base/time.h"

namespace levada::aws {

struct AuditEntry {
  UnixMillis at;
  std::string_view event;       // "call", "denied", "authentication-failed"
  std::string_view source;      // the address the request came from
  std::string_view access_key;  // as claimed, when authentication failed
  std::string_view principal;   // its ARN; empty when authentication failed
  std::string_view action;      // "kinesis:CreateStream"
  std::string_view region;
  std::string_view resource;    // an ARN; empty where the operation names none
  std::string_view request_id;  // as the client has it
  std::string_view outcome;     // "ok", or the exception's name
};

class AuditLog {
 public:
  virtual ~AuditLog() = default;
  // From any reactor.
  virtual void write(const AuditEntry& entry) = 0;
};

}  // namespace levada::aws
