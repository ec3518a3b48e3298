#include "wire/sigv4.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/check.h"
#include "wire/hex.h"
#include "wire/sigv4_canonical.h"
#include "wire/sigv4_date.h"

namespace levada::wire {
namespace {

using Wrong = std::optional<SigV4Problem>;  // nothing when all is well

SigV4Problem problem(SigV4Failure failure, std::string message) {
  return {failure, std::move(message)};
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

// Two texts of public length, compared in a time that does not depend on where they differ.
bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

struct SigningTime {
  UnixMillis time;
  BasicDate text;
};

std::optional<SigningTime> time_of_signing(const SigV4Authentication& claimed) {
  if (const auto time = parse_basic_date(claimed.date)) {
    SigningTime as_sent{*time, {}};
    std::copy(claimed.date.begin(), claimed.date.end(), as_sent.text.begin());
    return as_sent;
  }
  if (claimed.presigned) return {};
  const auto time = parse_http_date(claimed.date);
  if (!time) return {};
  return SigningTime{*time, format_basic_date(*time)};
}

SigV4Problem unreadable_date(std::string_view date) {
  return problem(SigV4Failure::incomplete, "Date must be in ISO-8601 'basic format'. Got " +
                                               quoted(date) +
                                               ". See http://en.wikipedia.org/wiki/ISO_8601");
}

Wrong check_form(const SigV4Authentication& claimed, const SigV4Scope& scope) {
  if (claimed.algorithm != sigv4_algorithm)
    return problem(SigV4Failure::incomplete,
                   "Unsupported AWS 'algorithm': " + quoted(claimed.algorithm) + ".");
  if (!scope.whole)
    return problem(SigV4Failure::incomplete,
                   "Credential must have exactly 5 slash-delimited elements, e.g. "
                   "keyid/date/region/service/term, got " +
                       quoted(claimed.credential));
  return {};
}

Wrong check_scope(const SigV4Authentication& claimed, const SigV4Scope& scope,
                  std::string_view service, std::string_view date) {
  std::string wrong;
  if (scope.service != service)
    wrong += "Credential should be scoped to correct service: " + quoted(service) + ". ";
  if (scope.terminator != sigv4_terminator)
    wrong += "Credential should be scoped with a valid terminator: " + quoted(sigv4_terminator) +
             ", not " + quoted(scope.terminator) + ". ";
  if (scope.date != date.substr(0, 8))
    wrong +=
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
        "HTTP: " +
        quoted(scope.date) + " != " + quoted(date.substr(0, 8)) + ", from " + quoted(date) + ". ";
  if (!wrong.empty()) return problem(SigV4Failure::wrong_scope, std::move(wrong));

  bool host_signed = false;
  std::size_t number = 0;
  for_each_signed_header(claimed.signed_headers, [&](std::string_view name) {
    host_signed |= same_header_name(name, "host") || same_header_name(name, ":authority");
    ++number;
  });
  if (number > sigv4_signed_headers_max)
    return problem(SigV4Failure::incomplete, "SignedHeaders must have at most " +
                                                 std::to_string(sigv4_signed_headers_max) +
                                                 " elements.");
  if (!host_signed)
    return problem(SigV4Failure::host_not_signed,
                   "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  return {};
}

Wrong check_credentials(const SigV4Authentication& claimed, const SigV4Credentials* credentials,
                        UnixMillis now) {
  if (credentials == nullptr || !same_secret(claimed.security_token, credentials->session_token))
    return problem(SigV4Failure::unknown_key,
                   "The security token included in the request is invalid.");
  if (credentials->expires && *credentials->expires <= now)
    return problem(SigV4Failure::token_expired,
                   "The security token included in the request is expired");
  return {};
}

tl::expected<Millis, std::string_view> lifetime(const SigV4Authentication& claimed) {
  if (!claimed.expires) return sigv4_clock_skew_max;
  std::int64_t seconds = 0;
  const char* const begin = claimed.expires->data();
  const char* const end = begin + claimed.expires->size();
  const auto [stopped_at, fault] = std::from_chars(begin, end, seconds);
  if (stopped_at != end || stopped_at == begin)
    return tl::unexpected(std::string_view("X-Amz-Expires should be a number"));
  if (*begin == '-') return tl::unexpected(std::string_view("X-Amz-Expires must be non-negative"));
  if (fault != std::errc() || seconds > sigv4_expires_max.count())
    return tl::unexpected(std::string_view(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires "
        "must be less than 604800 seconds"));
  return Millis(std::chrono::seconds(seconds));
}

std::string in_words(Millis span) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(span).count();
  return seconds % 60 == 0 ? std::to_string(seconds / 60) + " min."
                           : std::to_string(seconds) + " sec.";
}

// "20150830T124100Z (20150830T123600Z + 5 min.)"
std::string bound_and_reason(UnixMillis bound, UnixMillis now, std::string_view sign, Millis span) {
  return std::string(view(format_basic_date(bound)))
      .append(" (")
      .append(view(format_basic_date(now)))
      .append(sign)
      .append(in_words(span))
      .append(")");
}

// The window in which a signature counts: from five minutes before its time (clocks differ) until
// its end, in whole seconds as the texts show them.
Wrong check_time(const SigV4Authentication& claimed, UnixMillis signed_at, UnixMillis exact_now) {
  const auto life = lifetime(claimed);
  if (!life) return problem(SigV4Failure::incomplete, std::string(life.error()));
  const UnixMillis now(exact_now.count() / 1000 * 1000);
  const UnixMillis oldest = now - *life, newest = now + sigv4_clock_skew_max;
  if (signed_at >= oldest && signed_at <= newest) [[likely]]
    return {};
  const std::string date(view(format_basic_date(signed_at)));
  if (signed_at < oldest)
    return problem(SigV4Failure::expired, "Signature expired: " + date + " is now earlier than " +
                                              bound_and_reason(oldest, now, " - ", *life));
  return problem(SigV4Failure::not_yet_current,
                 "Signature not yet current: " + date + " is still later than " +
                     bound_and_reason(newest, now, " + ", sigv4_clock_skew_max));
}

tl::unexpected<SigV4Problem> refuse(SigV4Problem wrong) {
  return tl::unexpected<SigV4Problem>(std::move(wrong));
}

bool payload_is_unsigned(std::span<const HeaderField> headers) {
  for (const HeaderField& field : headers)
    if (same_header_name(field.name, "x-amz-content-sha256"))
      return field.value == unsigned_payload;
  return false;
}

Sha256Digest digest_as_received(const SigV4Request& request, const SigV4Authentication& claimed) {
  const CanonicalRequest canonical{.method = request.method,
                                   .path = request.path,
                                   .query = claimed.query,
                                   .headers = request.headers,
                                   .signed_headers = claimed.signed_headers,
                                   .payload_hash = unsigned_payload};
  if (payload_is_unsigned(request.headers)) return canonical_request_digest(canonical);
  const auto payload_hash =
      to_hex(request.body_digest != nullptr ? *request.body_digest : sha256(request.body));
  CanonicalRequest with_payload = canonical;
  with_payload.payload_hash = {payload_hash.data(), payload_hash.size()};
  return canonical_request_digest(with_payload);
}

}  // namespace

std::string_view exception_name(SigV4Failure failure) {
  switch (failure) {
    case SigV4Failure::no_signature:
      return "MissingAuthenticationTokenException";
    case SigV4Failure::incomplete:
      return "IncompleteSignatureException";
    case SigV4Failure::unknown_key:
      return "UnrecognizedClientException";
    case SigV4Failure::token_expired:
      return "ExpiredTokenException";
    case SigV4Failure::two_signatures:
    case SigV4Failure::wrong_scope:
    case SigV4Failure::host_not_signed:
    case SigV4Failure::expired:
    case SigV4Failure::not_yet_current:
    case SigV4Failure::mismatch:
      return "InvalidSignatureException";
  }
  CHECK(false);
}

Error SigV4Problem::as_error() const {
  const bool malformed =
      failure == SigV4Failure::two_signatures || failure == SigV4Failure::incomplete;
  const bool late = failure == SigV4Failure::token_expired || failure == SigV4Failure::expired;
  return {malformed ? ErrorKind::invalid : late ? ErrorKind::expired : ErrorKind::denied, message};
}

SigV4Result<Unit> verify_signature(const SigV4Request& request, const SigV4Authentication& claimed,
                                   const SigV4Credentials* credentials, std::string_view service,
                                   SigningKeyCache& keys) {
  const SigV4Scope scope = claimed.scope();
  if (Wrong wrong = check_form(claimed, scope)) return refuse(std::move(*wrong));
  const auto signed_at = time_of_signing(claimed);
  if (!signed_at) return refuse(unreadable_date(claimed.date));
  const std::string_view date = view(signed_at->text);
  if (Wrong wrong = check_scope(claimed, scope, service, date)) return refuse(std::move(*wrong));
  if (Wrong wrong = check_credentials(claimed, credentials, request.now))
    return refuse(std::move(*wrong));
  if (Wrong wrong = check_time(claimed, signed_at->time, request.now))
    return refuse(std::move(*wrong));

  const SigningScope signing{.access_key = scope.access_key,
                             .secret_key = credentials->secret_key,
                             .date = scope.date,
                             .region = scope.region,
                             .service = scope.service};
  const HmacSha256* const kept = keys.find(signing);
  std::optional<HmacSha256> derived;
  const HmacSha256& key = kept != nullptr ? *kept : derived.emplace(derive_signing_key(signing));
  const SignatureText expected =
      sign_digest(digest_as_received(request, claimed), date, signing, key);
  if (!same_secret({expected.data(), expected.size()}, claimed.signature))
    return refuse(
        problem(SigV4Failure::mismatch,
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method. Consult the service "
                "documentation for details."));
  if (derived) keys.keep(signing, *derived);
  return Unit{};
}

}  // namespace levada::wire
