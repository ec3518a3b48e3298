#pragma once
// AWS STS, as far as profiles need it: keys lent for a role.

#include <string>

#include "base/result.h"
#include "cli/http_client.h"

namespace levada::cli {

struct Credentials;

struct RoleSession {
  std::string arn;
  std::string name;
  bool has_generated_name = false;
  std::string external_id;
  std::string duration_seconds;  // empty: an hour
  std::string mfa_serial;        // empty: no second factor
  std::string mfa_code;
};

// Errors are those of the AWS CLI: "An error occurred (AccessDenied) when calling the AssumeRole
// operation: …".
Result<Credentials> assume_role(const Credentials& source, const RoleSession& role,
                                const std::string& region, const HttpOptions& http);
Result<Credentials> assume_role_with_web_identity(const std::string& token, const RoleSession& role,
                                                  const std::string& region,
                                                  const HttpOptions& http);

}  // namespace levada::cli
