#include "aws/authentication.h"

#include <algorithm>

namespace levada::aws {
namespace {

tl::unexpected<Fault> refuse(const wire::SigV4Problem& problem) {
  return tl::unexpected(
      Fault{400, std::string(wire::exception_name(problem.failure)), problem.message});
}

constexpr std::string_view nobody = "";  // access keys that nobody has, to the guard

// A clock that is wrong or a token that has ended is no guessing.
bool is_guess(wire::SigV4Failure failure) {
  switch (failure) {
    case wire::SigV4Failure::expired:
    case wire::SigV4Failure::not_yet_current:
    case wire::SigV4Failure::token_expired:
      return false;
    default:
      return true;
  }
}

// Regions name directories and parts of ARNs.
bool is_region(std::string_view text) {
  constexpr std::size_t region_max = 32;
  return !text.empty() && text.size() <= region_max && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// `kind`: "root", or "user/" before a name.
std::string identity_arn(std::string_view account, std::string_view kind, std::string_view name) {
  constexpr std::string_view head = "arn:aws:iam::";
  std::string arn;
  arn.reserve(head.size() + account.size() + 1 + kind.size() + name.size());
  return arn.append(head).append(account).append(":").append(kind).append(name);
}

}  // namespace

std::optional<Fault> Authentication::refuse_guesser(std::string_view source,
                                                    std::string_view access_key,
                                                    MonotonicNanos now) const {
  const Nanos wait = guard_.wait(source, access_key, now);
  if (wait == Nanos(0)) return std::nullopt;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return Fault{400, "ThrottlingException",
               "Rate exceeded: too many failed signatures from " + std::string(source) +
                   "; the next one is verified in " + std::to_string(seconds) + " s."};
}

// What the request says of its signature. Where signatures are verified, saying nothing counts as
// one that nobody can have made.
tl::expected<wire::SigV4Authentication, Fault> Authentication::claimed_by(
    const wire::SigV4Request& request, std::string_view source, MonotonicNanos now) {
  auto claimed = wire::parse_authentication(request);
  if (claimed) return std::move(*claimed);
  if (credentials_ != nullptr) {
    if (auto fault = refuse_guesser(source, nobody, now)) return tl::unexpected(std::move(*fault));
    guard_.failed(source, nobody, now);
  }
  return refuse(claimed.error());
}

tl::expected<Authentication::Authenticated, Fault> Authentication::authenticate(
    const http::Request& request, Now now, std::string_view service) {
  const wire::SigV4Request signed_request{
      .method = request.head.method,
      .path = request.head.path,
      .query = request.head.query,
      .headers = {request.head.headers.begin(), request.head.headers.end()},
      .body = request.body,
      .now = now.wall,
  };
  const std::string_view source = request.peer.host;
  const auto claimed = claimed_by(signed_request, source, now.steady);
  if (!claimed) return tl::unexpected(claimed.error());
  const wire::SigV4Scope scope = claimed->scope();

  Authenticated result;
  Caller& caller = result.caller;
  caller.access_key = scope.access_key;
  caller.region = is_region(scope.region) ? std::string(scope.region) : home_.region;
  caller.account = home_.account;
  if (credentials_ == nullptr) {
    if (is_account(scope.access_key)) caller.account = scope.access_key;
    caller.arn = identity_arn(caller.account, "root", {});
    return result;
  }

  result.principal = credentials_->find(scope.access_key);
  const Principal* principal = result.principal;
  const std::string_view guarded = principal != nullptr ? scope.access_key : nobody;
  if (auto fault = refuse_guesser(source, guarded, now.steady))
    return tl::unexpected(std::move(*fault));
  wire::SigV4Credentials known;
  if (principal != nullptr)
    known = {principal->secret_key, principal->session_token, principal->expires};
  const auto verified = wire::verify_signature(
      signed_request, *claimed, principal != nullptr ? &known : nullptr, service, keys_);
  if (!verified) {
    if (is_guess(verified.error().failure)) guard_.failed(source, guarded, now.steady);
    return refuse(verified.error());
  }
  if (!principal->account.empty()) caller.account = principal->account;
  caller.arn = identity_arn(caller.account, "user/", principal->name);
  return result;
}

}  // namespace levada::aws
