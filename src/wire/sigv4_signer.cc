#include "wire/sigv4_signer.h"

#include <algorithm>
#include <array>
#include <vector>

#include "wire/hex.h"
#include "wire/sigv4_canonical.h"

namespace levada::wire {
namespace {

constexpr std::array<std::string_view, 6> never_signed = {
    "authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id"};

// "content-type;host;x-amz-date": lower case, sorted, each name once.
std::string signed_header_names(std::span<const HeaderField> headers) {
  std::vector<std::string> names;
  for (const HeaderField& field : headers) {
    std::string name(field.name);
    std::transform(name.begin(), name.end(), name.begin(), lower_case);
    if (std::find(never_signed.begin(), never_signed.end(), name) == never_signed.end())
      names.push_back(name == ":authority" ? "host" : std::move(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string joined;
  for (const std::string& name : names) {
    if (!joined.empty()) joined += ';';
    joined += name;
  }
  return joined;
}

}  // namespace

SigningScope SigV4Signer::scope(std::string_view day) const {
  return {.access_key = identity_.access_key,
          .secret_key = identity_.secret_key,
          .date = day,
          .region = identity_.region,
          .service = identity_.service};
}

SigV4Stamp SigV4Signer::sign(const SigV4Request& request) {
  SigV4Stamp stamp{.date = format_basic_date(request.now), .authorization = {}};
  const std::string_view date = view(stamp.date), day = date.substr(0, 8);
  if (day_ != day) {
    key_ = derive_signing_key(scope(day));
    day_ = day;
  }

  std::vector<HeaderField> headers(request.headers.begin(), request.headers.end());
  headers.push_back({"x-amz-date", date});
  if (!identity_.session_token.empty())
    headers.push_back({"x-amz-security-token", identity_.session_token});
  const std::string names = signed_header_names(headers);
  const std::vector<QueryParameter> query = parse_query(request.query);
  const auto payload_hash =
      to_hex(request.body_digest != nullptr ? *request.body_digest : sha256(request.body));
  const SignatureText signature = sign_digest(
      canonical_request_digest({.method = request.method,
                                .path = request.path,
                                .query = query,
                                .headers = headers,
                                .signed_headers = names,
                                .payload_hash = {payload_hash.data(), payload_hash.size()}}),
      date, scope(day), *key_);

  stamp.authorization.append(sigv4_algorithm).append(" Credential=").append(identity_.access_key);
  for (const std::string_view part : {day, std::string_view(identity_.region),
                                      std::string_view(identity_.service), sigv4_terminator})
    stamp.authorization.append("/").append(part);
  stamp.authorization.append(", SignedHeaders=")
      .append(names)
      .append(", Signature=")
      .append(signature.data(), signature.size());
  return stamp;
}

}  // namespace levada::wire
