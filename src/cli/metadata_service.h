#pragma once
// Credentials that a machine lends to what runs on it: a container's agent (ECS, EKS) and the
// instance metadata service (EC2, its second version, with the first where that is refused). Asked
// last, when nothing else has credentials.

#include <optional>

#include "base/result.h"
#include "cli/credentials.h"

namespace levada::cli {

// Nothing when AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and …_FULL_URI are not set.
Result<std::optional<Credentials>> container_credentials();

// Nothing when no service answers with a role, and when AWS_EC2_METADATA_DISABLED is true.
Result<std::optional<Credentials>> instance_credentials(const InstanceMetadataOptions& options);

}  // namespace levada::cli
