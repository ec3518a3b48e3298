#pragma once
// CredentialTable: the access keys of the credentials file, as the AWS face asks for them.
// Immutable, so every reactor may look.

#include <functional>
#include <string>
#include <unordered_map>

#include "aws/credentials.h"
#include "server/toml_file.h"

namespace levada::server {

class CredentialTable final : public aws::Credentials {
 public:
  // `account` is that of keys that name none.
  CredentialTable(const std::vector<Credential>& credentials, const std::string& account);

  const aws::Principal* find(std::string_view access_key) const override;
  std::size_t size() const { return principals_.size(); }

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  const auto& principals() const { return principals_; }  // by access key

 private:
  std::unordered_map<std::string, aws::Principal, Hash, std::equal_to<>> principals_;
};

}  // namespace levada::server
