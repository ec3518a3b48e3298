#include "aws/kinesis/faults.h"

#include <array>

#include "kinesis/refusal.h"
#include "kinesis/text.h"

namespace levada::aws::kinesis_api {
namespace {

using kinesis::Refusal;

struct Naming {
  Refusal refusal;
  std::string_view type;
  int status = 400;
};

constexpr std::array namings = {
    Naming{Refusal::none, "InternalFailure", 500},
    Naming{Refusal::resource_not_found, "ResourceNotFoundException"},
    Naming{Refusal::resource_in_use, "ResourceInUseException"},
    Naming{Refusal::invalid_argument, "InvalidArgumentException"},
    Naming{Refusal::validation, "ValidationException"},
    Naming{Refusal::limit_exceeded, "LimitExceededException"},
    Naming{Refusal::throughput_exceeded, "ProvisionedThroughputExceededException"},
    Naming{Refusal::expired_iterator, "ExpiredIteratorException"},
    Naming{Refusal::expired_next_token, "ExpiredNextTokenException"},
    Naming{Refusal::access_denied, "AccessDeniedException"},
    Naming{Refusal::internal_failure, "InternalFailure", 500},
    Naming{Refusal::dry_run, "DryRunOperationException"},
    Naming{Refusal::kms_disabled, "KMSDisabledException"},
    Naming{Refusal::kms_invalid_state, "KMSInvalidStateException"},
    Naming{Refusal::kms_access_denied, "KMSAccessDeniedException"},
    Naming{Refusal::kms_not_found, "KMSNotFoundException"},
    Naming{Refusal::kms_opt_in_required, "KMSOptInRequired"},
    Naming{Refusal::kms_throttling, "KMSThrottlingException"},
};

constexpr bool indexed_by_refusal() {
  for (std::size_t i = 0; i < namings.size(); ++i)
    if (namings[i].refusal != static_cast<Refusal>(i)) return false;
  return true;
}
static_assert(indexed_by_refusal());

}  // namespace

// What went wrong below is for the operator; the client learns only what it can do something about.
Fault fault_of(const Error& error) {
  if (error.code == 0 && error.kind == ErrorKind::unsupported)
    return {400, "UnsupportedOperationException", error.message};
  if (error.code == 0 && error.kind == ErrorKind::disk_full)
    return {500, "InternalFailure", kinesis::text::disk_full()};
  const auto index = static_cast<std::size_t>(kinesis::refusal_of(error));
  if (index >= namings.size()) return {500, "InternalFailure"};
  const Naming& naming = namings[index];
  if (naming.status == 500 && error.code == 0) return {500, std::string(naming.type)};
  Fault fault{naming.status, std::string(naming.type)};
  if (!error.message.empty()) fault.message = error.message;
  return fault;
}

}  // namespace levada::aws::kinesis_api
