#include "timestream/refusal.h"

namespace levada::timestream {
namespace {

ErrorKind kind_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::not_found:
      return ErrorKind::not_found;
    case Refusal::conflict:
      return ErrorKind::conflict;
    case Refusal::quota:
      return ErrorKind::limit;
    case Refusal::throttled:
      return ErrorKind::throttled;
    case Refusal::internal:
      return ErrorKind::unavailable;
    case Refusal::none:
    case Refusal::validation:
    case Refusal::query_execution:
      return ErrorKind::invalid;
  }
  return ErrorKind::invalid;
}

}  // namespace

tl::unexpected<Error> refuse(Refusal refusal, std::string text) {
  return tl::unexpected<Error>(
      Error{kind_of(refusal), std::move(text), static_cast<std::uint16_t>(refusal)});
}

Refusal refusal_of(const Error& error) {
  if (error.code != 0) return static_cast<Refusal>(error.code);
  return error.kind == ErrorKind::throttled ? Refusal::throttled : Refusal::internal;
}

}  // namespace levada::timestream
