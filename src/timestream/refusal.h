#pragma once
// Why Timestream says no: Error::code of every Error that leaves this room on purpose. The faces
// map each to its exception's name. An Error without a code came from below (disk, log).

#include <cstdint>
#include <string>

#include "base/result.h"

namespace levada::timestream {

enum class Refusal : std::uint16_t {
  none,
  validation,       // ValidationException
  not_found,        // ResourceNotFoundException
  conflict,         // ConflictException
  quota,            // ServiceQuotaExceededException
  throttled,        // ThrottlingException
  query_execution,  // QueryExecutionException
  internal,         // InternalServerException
};

tl::unexpected<Error> refuse(Refusal refusal, std::string text);

// Of any Error that a verb of this room ended with; never none.
Refusal refusal_of(const Error& error);

}  // namespace levada::timestream
