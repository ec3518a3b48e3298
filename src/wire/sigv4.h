#pragma once
// AWS Signature Version 4, the side that verifies: from the bytes of a request to "signed by this
// key", or to the reason why not, in AWS's words. Knows no service (its name is a parameter) and no
// store of credentials (the caller looks the access key up between the two steps):
//
//   SigV4Authentication claimed = parse_authentication(request) or its problem;   // presence
//   … look claimed.scope().access_key up …
//   verify_signature(request, claimed, credentials, "kinesis", cache);            // truth
//
// Sources: "Signature Version 4 signing process" of the AWS General Reference; spec kinesis 5.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "wire/header_field.h"
#include "wire/query_string.h"
#include "wire/sha256.h"
#include "wire/sigv4_key_cache.h"

namespace levada::wire {

inline constexpr Millis sigv4_clock_skew_max = std::chrono::minutes(5);
inline constexpr std::chrono::seconds sigv4_expires_max = std::chrono::hours(7 * 24);
// SDKs sign 4 to 12 headers; each costs a walk over all that came.
inline constexpr std::size_t sigv4_signed_headers_max = 100;

struct SigV4Request {
  std::string_view method;
  std::string_view path;        // as sent, up to '?'
  std::string_view query = {};  // as sent, behind '?'
  std::span<const HeaderField> headers;
  ByteView body = {};
  // The digest of the body, when the caller has computed it already; `body` is then not looked at.
  const Sha256Digest* body_digest = nullptr;
  UnixMillis now;
};

enum class SigV4Failure : std::uint8_t {
  two_signatures,   // InvalidSignatureException: in the header and in the query
  no_signature,     // MissingAuthenticationTokenException
  incomplete,       // IncompleteSignatureException: parts are missing or cannot be read
  unknown_key,      // UnrecognizedClientException: the access key or its session token
  token_expired,    // ExpiredTokenException
  wrong_scope,      // InvalidSignatureException: signed for another service or day
  host_not_signed,  // InvalidSignatureException
  expired,          // InvalidSignatureException: too old
  not_yet_current,  // InvalidSignatureException: from the future
  mismatch,         // InvalidSignatureException: the signature differs
};

// The name of the exception that AWS throws for it.
std::string_view exception_name(SigV4Failure failure);

struct [[nodiscard]] SigV4Problem {
  SigV4Failure failure;
  std::string message;

  Error as_error() const;
};

template <class T>
using SigV4Result = tl::expected<T, SigV4Problem>;

// The slash-delimited parts of a Credential. Without verification any text is taken, so parts may
// be missing: `whole` says that there are exactly five.
struct SigV4Scope {
  std::string_view access_key, date, region, service, terminator;
  bool whole = false;
};

// What a request says about its signature. Views look into the request, or into `query`.
struct SigV4Authentication {
  SigV4Authentication() = default;
  SigV4Authentication(SigV4Authentication&&) = default;  // only moved: views look into `query`
  SigV4Authentication& operator=(SigV4Authentication&&) = default;

  bool presigned = false;  // in the query, not in the Authorization header
  std::string_view algorithm;
  std::string_view credential;
  std::string_view signed_headers;
  std::string_view signature;
  std::string_view date;                    // X-Amz-Date, or else Date
  std::string_view security_token;          // empty when absent
  std::optional<std::string_view> expires;  // X-Amz-Expires, presigned only
  std::string_view authorization;           // the whole header value, for messages
  std::vector<QueryParameter> query;

  SigV4Scope scope() const;
};

// Step one: is everything there? Reads no clock and no secret. Where signatures are not verified
// this is all that is asked of a request.
SigV4Result<SigV4Authentication> parse_authentication(const SigV4Request& request);

// What is known about an access key. Of temporary credentials also the token and its end.
struct SigV4Credentials {
  std::string_view secret_key;
  std::string_view session_token = {};
  std::optional<UnixMillis> expires = {};
};

// Step two: is it true, and now? `credentials` is null when the access key is not known. Compares
// in constant time.
SigV4Result<Unit> verify_signature(const SigV4Request& request, const SigV4Authentication& claimed,
                                   const SigV4Credentials* credentials, std::string_view service,
                                   SigningKeyCache& keys);

}  // namespace levada::wire
