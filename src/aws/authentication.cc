#include "aws/authentication.h"

#include <algorithm>

namespace levada::aws {
namespace {

tl::unexpected<Fault> refuse(const wire::SigV4Problem& problem) {
  return tl::unexpected(
      Fault{400, std::string(wire::exception_name(problem.failure)), problem.message});
}

bool is_account(std::string_view text) {
  return text.size() == 12 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Regions name directories and parts of ARNs.
bool is_region(std::string_view text) {
  constexpr std::size_t region_max = 32;
  return !text.empty() && text.size() <= region_max && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

tl::expected<Authentication::Authenticated, Fault> Authentication::authenticate(
    const http::Request& request, UnixMillis now, std::string_view service) {
  const wire::SigV4Request signed_request{
      .method = request.head.method,
      .path = request.head.path,
      .query = request.head.query,
      .headers = {request.head.headers.begin(), request.head.headers.end()},
      .body = request.body,
      .now = now,
  };
  const auto claimed = wire::parse_authentication(signed_request);
  if (!claimed) return refuse(claimed.error());
  const wire::SigV4Scope scope = claimed->scope();

  Authenticated result;
  Caller& caller = result.caller;
  caller.access_key = scope.access_key;
  caller.region = is_region(scope.region) ? std::string(scope.region) : home_.region;
  caller.account = home_.account;
  if (credentials_ == nullptr) {
    if (is_account(scope.access_key)) caller.account = scope.access_key;
    caller.arn = "arn:aws:iam::" + caller.account + ":root";
    return result;
  }

  result.principal = credentials_->find(scope.access_key);
  const Principal* principal = result.principal;
  wire::SigV4Credentials known;
  if (principal != nullptr)
    known = {principal->secret_key, principal->session_token, principal->expires};
  const auto verified = wire::verify_signature(
      signed_request, *claimed, principal != nullptr ? &known : nullptr, service, keys_);
  if (!verified) return refuse(verified.error());
  if (!principal->account.empty()) caller.account = principal->account;
  caller.arn = "arn:aws:iam::" + caller.account + ":user/" + principal->name;
  return result;
}

}  // namespace levada::aws
