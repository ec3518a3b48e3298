#pragma once
// Where keys come from, in the AWS CLI's order: the environment, a role of the profile (through
// STS), web identity, the shared credentials file, credential_process, the config file, the
// container's agent, the instance metadata service.

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
  std::string expiration = {};   // as STS writes it; empty: of no lent keys
  std::string_view source = {};  // "shared-credentials-file" and the like, as the AWS CLI names it
};

struct InstanceMetadataOptions {
  std::string endpoint;       // empty: the usual address
  std::string endpoint_mode;  // "ipv6" for the usual one of IPv6
  int timeout_seconds = 1;
  int attempts = 1;
};

struct CredentialSources {
  const ConfigurationFiles* files = nullptr;
  std::string profile;            // "default" without another
  bool explicit_profile = false;  // by --profile: the environment's keys are then not asked
  std::string region;             // of STS
  HttpOptions http;
  InstanceMetadataOptions instance;
};

// Nothing when no source has any. Errors carry exit codes.
Result<std::optional<Credentials>> find_credentials(const CredentialSources& sources);

}  // namespace levada::cli
