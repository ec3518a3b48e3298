#pragma once
// AWS Signature Version 4, the side that signs: for our load generator, command line and sinks.
// Signs the Authorization header form; the verifying side is sigv4.h.

#include <optional>
#include <string>
#include <string_view>

#include "wire/sigv4.h"
#include "wire/sigv4_date.h"

namespace levada::wire {

struct SigV4Identity {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // empty for keys that are not temporary
  std::string region;
  std::string service;
};

// What to add to the request: X-Amz-Date, Authorization and, if the identity has a session token,
// X-Amz-Security-Token.
struct SigV4Stamp {
  BasicDate date;
  std::string authorization;
};

class SigV4Signer {
 public:
  explicit SigV4Signer(SigV4Identity identity) : identity_(std::move(identity)) {}

  const SigV4Identity& identity() const { return identity_; }

  // `request.headers` are those to be sent, with `host` and without the three that the stamp adds.
  // Signs all but those that proxies and clients change on the way (user-agent, expect and the
  // like).
  SigV4Stamp sign(const SigV4Request& request);

 private:
  SigningScope scope(std::string_view day) const;

  SigV4Identity identity_;
  std::string day_;  // of the key below
  std::optional<HmacSha256> key_;
};

}  // namespace levada::wire
