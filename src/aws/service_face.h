#pragma once
// ServiceFace: one service behind the pipeline: its table, the handlers of its operations and its
// names for errors. Some operations also read their bodies by hand, for speed; tests prove that
// this changes nothing else.

#include <memory>

#include "aws/call.h"
#include "aws/fault.h"
#include "base/task.h"

namespace levada::aws {

// A request whose body was read by hand: parsed, and of the right types.
class FastCall {
 public:
  virtual ~FastCall() = default;
  // Whether the constraints hold. If not, the request starts again by the tables, which word the
  // message.
  virtual bool holds() const = 0;
  virtual std::string resource(const Caller& caller) const = 0;
  // Writes response.body, and the status and headers of an exception with members of its own.
  virtual Task<Unit> run(const Caller& caller, http::Response& response) = 0;
};

class ServiceFace {
 public:
  virtual ~ServiceFace() = default;
  virtual const Service& service() const = 0;

  // Runs one operation: writes call.output or sets call.response.source. Ends with `unsupported`
  // for an operation that has no handler.
  virtual Task<Unit> run(Call& call) = 0;

  // The ARN of what the operation touches, for policies; empty when it names nothing.
  virtual std::string resource(const Caller& caller, const Input& input) const = 0;

  // The policy that is attached to the resource, as JSON; empty: none.
  virtual std::string policy(std::string_view /*resource*/) const { return {}; }

  // Whether the call only transports records; the audit log leaves such calls out.
  virtual bool transports(const Operation&) const { return false; }

  // What clients see of an error that `run` ended with.
  virtual Fault fault_of(const Error& error) const = 0;

  // Reads a body by hand, or null: then the tables do it. The body outlives the result.
  virtual std::unique_ptr<FastCall> read_fast(const Operation&, Coding, ByteView /*body*/) {
    return nullptr;
  }
};

}  // namespace levada::aws
