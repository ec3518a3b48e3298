#include "server/credential_table.h"

namespace levada::server {
namespace {

aws::Principal principal_of(const Credential& credential, const std::string& account) {
  aws::Principal principal;
  principal.name = credential.name.value_or(credential.access_key);
  principal.access_key = credential.access_key;
  principal.secret_key = credential.secret_key;
  principal.session_token = credential.session_token.value_or("");
  principal.expires = credential.expires;
  principal.account = credential.account.value_or(account);
  if (!credential.actions.empty()) principal.actions = credential.actions;
  if (!credential.resources.empty()) principal.resources = credential.resources;
  return principal;
}

}  // namespace

CredentialTable::CredentialTable(const std::vector<Credential>& credentials,
                                 const std::string& account) {
  for (const Credential& credential : credentials)
    principals_.emplace(credential.access_key, principal_of(credential, account));
}

const aws::Principal* CredentialTable::find(std::string_view access_key) const {
  const auto found = principals_.find(access_key);
  return found == principals_.end() ? nullptr : &found->second;
}

}  // namespace levada::server
