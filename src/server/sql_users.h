#pragma once
// SqlUsers: who may open an SQL session: the principals of the credentials file, by their name or
// their access key, with the secret key as password, as far as their list of actions has
// sql:Connect. Lives on one reactor.

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "io/clock.h"
#include "io/random.h"
#include "postgres/users.h"
#include "server/credential_table.h"

namespace levada::server {

class SqlUsers final : public postgres::Users {
 public:
  using Table = std::function<const CredentialTable&()>;  // as it is now
  SqlUsers(Table credentials, std::string region, io::Clock& clock, io::Random& random)
      : credentials_(std::move(credentials)),
        region_(std::move(region)),
        clock_(clock),
        random_(random) {}

  const wire::ScramVerifier* find(std::string_view name) const override;

 private:
  const aws::Principal* principal(std::string_view name) const;

  Table credentials_;
  std::string region_;
  io::Clock& clock_;
  io::Random& random_;
  // By access key and secret. Made at a user's first login: the work in it is what slows guessing
  // down.
  mutable std::map<std::string, wire::ScramVerifier, std::less<>> verifiers_;
};

}  // namespace levada::server
