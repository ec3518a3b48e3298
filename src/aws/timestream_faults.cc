#include "aws/timestream_faults.h"

#include <array>

#include "timestream/refusal.h"

namespace levada::aws {
namespace {

using timestream::Refusal;

struct Naming {
  Refusal refusal;
  std::string_view type;
  int status;
};

// Names and statuses: spec timestream 1.2.
constexpr std::array namings = {
    Naming{Refusal::none, "InternalServerException", 500},
    Naming{Refusal::validation, "ValidationException", 400},
    Naming{Refusal::not_found, "ResourceNotFoundException", 404},
    Naming{Refusal::conflict, "ConflictException", 409},
    Naming{Refusal::quota, "ServiceQuotaExceededException", 402},
    Naming{Refusal::throttled, "ThrottlingException", 429},
    Naming{Refusal::query_execution, "QueryExecutionException", 400},
    Naming{Refusal::internal, "InternalServerException", 500},
};

}  // namespace

// What went wrong below is for the operator; the client learns only what it can do something about.
Fault timestream_fault_of(const Error& error) {
  if (error.code == 0 && error.kind == ErrorKind::unsupported)
    return {400, "ValidationException", error.message};
  if (error.code == 0 && error.kind == ErrorKind::disk_full)
    return {500, "InternalServerException", "There is no room on the server's disk."};
  const auto index = static_cast<std::size_t>(timestream::refusal_of(error));
  if (index >= namings.size() || namings[index].status == 500)
    return {500, "InternalServerException", "An internal error happened. Try again."};
  return {namings[index].status, std::string(namings[index].type), error.message};
}

}  // namespace levada::aws
