#pragma once
// FaultPlan: trouble that somebody asked for, so that clients can be tested against it.
//
//   plan      := [ "seed=" number ";" ] rule ( ";" rule )*
//   rule      := who "=" effect ( "," effect )*
//   who       := "put" | "get" | "all" | the name of an operation       the first rule that fits
//   counts effect    := "throttle:" share            refused: ProvisionedThroughputExceeded,
//   LimitExceeded
//              | "error:" share               refused: InternalFailure, status 500
//              | "drop:" share                the connection (or HTTP/2 stream) ends without an
//              answer | "latency:" time [ ":" share ]   answered later | "partial:" share this
//              share of a PutRecords' records fails
//   share     := number "%"                   time := number ( "us" | "ms" | "s" )

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/schema.h"
#include "base/result.h"
#include "base/time.h"

namespace levada::aws {

struct FaultRule {
  std::string who;
  double throttle = 0, error = 0, drop = 0, partial = 0;  // shares, 0 to 1
  Nanos latency{0};
  double delayed = 0;
};

struct FaultPlan {
  std::string text;                   // as it was written
  std::optional<std::uint64_t> seed;  // the same dice in every run
  std::vector<FaultRule> rules;

  // Errors: invalid, naming the word that does not fit.
  static Result<FaultPlan> parse(std::string_view text, const Service& service);
  const FaultRule* find(std::string_view operation) const;
};

}  // namespace levada::aws
