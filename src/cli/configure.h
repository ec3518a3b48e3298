#pragma once
// `configure`, `configure get|set|list|list-profiles`: reads and writes ~/.aws/config and
// ~/.aws/credentials as the AWS CLI does. Its other subcommands (import, sso, …) are not here.

#include <span>
#include <string>

#include "base/result.h"
#include "cli/global_options.h"

namespace levada::cli {

inline constexpr std::string_view configure_command = "configure";
Result<Unit> configure(std::span<const std::string> arguments, const GlobalOptions& globals);

}  // namespace levada::cli
