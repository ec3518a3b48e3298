#pragma once
// Where keys come from, in the AWS CLI's order: the environment, a role of the profile (through
// STS), web identity, the shared credentials file, credential_process, the config file.

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/http_client.h"
#include "cli/profile.h"

namespace levada::cli {

struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;
};

struct CredentialSources {
  const ConfigurationFiles* files = nullptr;
  std::string profile;            // "default" without another
  bool explicit_profile = false;  // by --profile: the environment's keys are then not asked
  std::string region;             // of STS
  HttpOptions http;
};

// Nothing when no source has any. Errors carry exit codes.
Result<std::optional<Credentials>> find_credentials(const CredentialSources& sources);

}  // namespace levada::cli
