// The first step of sigv4.h: finds the parts of a signature in the header or in the query, and says
// which are missing.
#include <algorithm>
#include <array>

#include "wire/character_scan.h"
#include "wire/sigv4.h"

namespace levada::wire {
namespace {

tl::unexpected<SigV4Problem> refused(SigV4Failure failure, std::string message) {
  return tl::unexpected<SigV4Problem>(SigV4Problem{failure, std::move(message)});
}

// The first field of that name; absent and empty are the same here.
std::string_view header(const SigV4Request& request, std::string_view name) {
  for (const HeaderField& field : request.headers)
    if (same_header_name(field.name, name)) return field.value;
  return {};
}

const std::string* parameter(const std::vector<QueryParameter>& query, std::string_view name) {
  for (const QueryParameter& p : query)
    if (p.name == name) return &p.value;
  return nullptr;
}

// Splits at commas and blanks, as the service does: the first word is the algorithm, the others are
// `name=value` (a second `=` ends the value); of two with one name the last counts.
void split_authorization(std::string_view text, SigV4Authentication& claimed) {
  bool first = true;
  while (!text.empty()) {
    const char* const begin = text.data();
    const std::string_view word(begin, scan_until<CommaOrBlankStop>(begin, begin + text.size()));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (std::exchange(first, false)) {
      claimed.algorithm = word;
      continue;
    }
    const std::size_t equals = word.find('=');
    if (equals == word.npos) continue;
    const std::string_view name = word.substr(0, equals);
    std::string_view value = word.substr(equals + 1);
    value = value.substr(0, value.find('='));
    if (name == "Credential") claimed.credential = value;
    if (name == "Signature") claimed.signature = value;
    if (name == "SignedHeaders") claimed.signed_headers = value;
  }
}

SigV4Result<SigV4Authentication> from_header(const SigV4Request& request,
                                             SigV4Authentication claimed) {
  split_authorization(claimed.authorization, claimed);
  claimed.date = header(request, "x-amz-date");
  if (claimed.date.empty()) claimed.date = header(request, "date");
  claimed.security_token = header(request, "x-amz-security-token");

  std::string missing;
  const auto require = [&](std::string_view value, std::string_view name) {
    if (value.empty())
      missing.append("Authorization header requires '").append(name).append("' parameter. ");
  };
  require(claimed.credential, "Credential");
  require(claimed.signature, "Signature");
  require(claimed.signed_headers, "SignedHeaders");
  if (claimed.date.empty())
    missing +=
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  if (!missing.empty())
    return refused(SigV4Failure::incomplete,
                   missing.append("Authorization=").append(claimed.authorization));
  return claimed;
}

SigV4Result<SigV4Authentication> from_query(SigV4Authentication claimed) {
  claimed.presigned = true;
  std::string missing;
  const auto require = [&](std::string_view name) -> std::string_view {
    const std::string* value = parameter(claimed.query, name);
    if (value != nullptr && !value->empty()) return *value;
    missing.append("AWS query-string parameters must include '").append(name).append("'. ");
    return {};
  };
  claimed.algorithm = require("X-Amz-Algorithm");
  claimed.credential = require("X-Amz-Credential");
  claimed.signature = require("X-Amz-Signature");
  claimed.signed_headers = require("X-Amz-SignedHeaders");
  claimed.date = require("X-Amz-Date");
  if (!missing.empty())
    return refused(SigV4Failure::incomplete,
                   missing.append("Re-examine the query-string parameters."));
  if (const auto* expires = parameter(claimed.query, "X-Amz-Expires")) claimed.expires = *expires;
  if (const auto* token = parameter(claimed.query, "X-Amz-Security-Token"))
    claimed.security_token = *token;
  return claimed;
}

}  // namespace

SigV4Scope SigV4Authentication::scope() const {
  SigV4Scope scope;
  const std::array parts = {&scope.access_key, &scope.date, &scope.region, &scope.service,
                            &scope.terminator};
  std::string_view rest = credential;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t slash = rest.find('/');
    *parts[i] = rest.substr(0, slash);
    if (slash == rest.npos) {
      scope.whole = i + 1 == parts.size();
      break;
    }
    rest.remove_prefix(slash + 1);
  }
  return scope;
}

SigV4Result<SigV4Authentication> parse_authentication(const SigV4Request& request) {
  SigV4Authentication claimed;
  claimed.authorization = header(request, "authorization");
  if (!request.query.empty()) claimed.query = parse_query(request.query);
  const bool in_query = parameter(claimed.query, "X-Amz-Algorithm") != nullptr;
  if (!claimed.authorization.empty() && in_query)
    return refused(SigV4Failure::two_signatures,
                   "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as "
                   "HTTP header.");
  if (in_query) return from_query(std::move(claimed));
  if (!claimed.authorization.empty()) return from_header(request, std::move(claimed));
  return refused(SigV4Failure::no_signature, "Missing Authentication Token");
}

}  // namespace levada::wire
