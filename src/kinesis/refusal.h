#pragma once
// Why Kinesis says no, in the service's own categories: Error::code of every Error that leaves this
// room on purpose. The face maps each to its exception's name in one table. An Error without a code
// came from below (disk, log): `throttled` is throughput_exceeded, anything else internal_failure.

#include <cstdint>
#include <string>

#include "base/result.h"

namespace levada::kinesis {

enum class Refusal : std::uint16_t {
  none,
  resource_not_found,   // ResourceNotFoundException
  resource_in_use,      // ResourceInUseException
  invalid_argument,     // InvalidArgumentException
  validation,           // ValidationException
  limit_exceeded,       // LimitExceededException
  throughput_exceeded,  // ProvisionedThroughputExceededException
  expired_iterator,     // ExpiredIteratorException
  expired_next_token,   // ExpiredNextTokenException
  access_denied,        // AccessDeniedException
  internal_failure,     // InternalFailure, HTTP 500
  dry_run,              // DryRunOperationException: the call would have succeeded
  kms_disabled,         // KMSDisabledException
  kms_invalid_state,    // KMSInvalidStateException
  kms_access_denied,    // KMSAccessDeniedException
  kms_not_found,        // KMSNotFoundException
  kms_opt_in_required,  // KMSOptInRequired
  kms_throttling,       // KMSThrottlingException
};

tl::unexpected<Error> refuse(Refusal refusal, std::string text);

// Of any Error that a verb of this room ended with; never none.
Refusal refusal_of(const Error& error);

}  // namespace levada::kinesis
