#include "server/sql_users.h"

#include <array>

namespace levada::server {
namespace {

constexpr std::size_t salt_size = 16;
constexpr std::string_view database = "dev";

}  // namespace

const aws::Principal* SqlUsers::principal(std::string_view name) const {
  const CredentialTable& table = credentials_();
  if (const aws::Principal* const by_key = table.find(name)) return by_key;
  const aws::Principal* named = nullptr;
  for (const auto& [access_key, principal] : table.principals()) {
    if (principal.name != name) continue;
    if (named != nullptr) return nullptr;  // two keys of one holder log in by their access keys
    named = &principal;
  }
  return named;
}

const wire::ScramVerifier* SqlUsers::find(std::string_view name) const {
  const aws::Principal* const known = principal(name);
  if (known == nullptr) return nullptr;
  // Temporary keys prove themselves with a token, for which this protocol has no place.
  if (!known->session_token.empty()) return nullptr;
  if (known->expires && *known->expires <= clock_.now()) return nullptr;
  const std::string resource =
      "arn:aws:sql:" + region_ + ":" + known->account + ":database/" + std::string(database);
  if (!known->allows("sql:Connect", resource)) return nullptr;
  const std::string key = known->access_key + '\n' + known->secret_key;
  const auto made = verifiers_.find(key);
  if (made != verifiers_.end()) return &made->second;
  std::array<std::byte, salt_size> salt;
  random_.fill(salt);
  const auto verifier = wire::ScramVerifier::of_password(known->secret_key, as_text(salt));
  return &verifiers_.emplace(key, verifier).first->second;
}

}  // namespace levada::server
