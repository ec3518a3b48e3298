#pragma once
// Keys lent for a role, kept between commands in ~/.aws/cli/cache, in the AWS CLI's own files: a
// role is not assumed anew, nor a second factor asked for again, until the keys are about to
// expire.

#include <optional>
#include <string>

#include "cli/credentials.h"
#include "cli/security_token_service.h"

namespace levada::cli {

class RoleCache {
 public:
  explicit RoleCache(const RoleSession& role);

  // Nothing when there are none, or when they expire within a quarter of an hour.
  std::optional<Credentials> load() const;
  // A cache that cannot be written is none: the next command asks again.
  void store(const Credentials& credentials) const;

 private:
  std::string path_;
};

}  // namespace levada::cli
