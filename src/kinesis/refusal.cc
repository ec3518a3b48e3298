#include "kinesis/refusal.h"

namespace levada::kinesis {

tl::unexpected<Error> refuse(Refusal refusal, std::string text) {
  const auto kind = [&] {
    switch (refusal) {
      case Refusal::resource_not_found:
      case Refusal::kms_not_found:
        return ErrorKind::not_found;
      case Refusal::resource_in_use:
      case Refusal::kms_disabled:
      case Refusal::kms_invalid_state:
        return ErrorKind::conflict;
      case Refusal::limit_exceeded:
        return ErrorKind::limit;
      case Refusal::throughput_exceeded:
      case Refusal::kms_throttling:
        return ErrorKind::throttled;
      case Refusal::expired_iterator:
      case Refusal::expired_next_token:
        return ErrorKind::expired;
      case Refusal::access_denied:
      case Refusal::kms_access_denied:
      case Refusal::kms_opt_in_required:
        return ErrorKind::denied;
      case Refusal::internal_failure:
        return ErrorKind::unavailable;
      case Refusal::none:
      case Refusal::invalid_argument:
      case Refusal::validation:
      case Refusal::dry_run:
        return ErrorKind::invalid;
    }
    return ErrorKind::invalid;
  }();
  return tl::unexpected<Error>(Error{kind, std::move(text), static_cast<std::uint16_t>(refusal)});
}

Refusal refusal_of(const Error& error) {
  if (error.code != 0) return static_cast<Refusal>(error.code);
  return error.kind == ErrorKind::throttled ? Refusal::throughput_exceeded
                                            : Refusal::internal_failure;
}

}  // namespace levada::kinesis
