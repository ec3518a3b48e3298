#pragma once
// Who calls: presence and truth of the signature, the account and the region (kinesis spec 5).

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "aws/call.h"
#include "aws/credentials.h"
#include "aws/fault.h"
#include "aws/signature_guard.h"
#include "wire/sigv4.h"

namespace levada::aws {

struct Home {
  std::string account = "000000000000";
  std::string region = "us-east-1";
};

class Authentication {
 public:
  // `credentials` null: signatures must be there but are not verified, an access key of twelve
  // digits is the account, and only loopback may be bound.
  Authentication(const Credentials* credentials, Home home)
      : credentials_(credentials), home_(std::move(home)) {}

  struct Authenticated {
    Caller caller;
    const Principal* principal = nullptr;  // null: not verified, everything is allowed
  };
  struct Now {
    UnixMillis wall;
    MonotonicNanos steady;
  };
  // Who failed too often from one address is told so (ThrottlingException) and not verified.
  tl::expected<Authenticated, Fault> authenticate(const http::Request& request, Now now,
                                                  std::string_view service);

 private:
  tl::expected<wire::SigV4Authentication, Fault> claimed_by(const wire::SigV4Request& request,
                                                            std::string_view source,
                                                            MonotonicNanos now);
  std::optional<Fault> refuse_guesser(std::string_view source, std::string_view access_key,
                                      MonotonicNanos now) const;

  const Credentials* credentials_;
  Home home_;
  SignatureGuard guard_;
  wire::SigningKeyCache keys_;
};

}  // namespace levada::aws
