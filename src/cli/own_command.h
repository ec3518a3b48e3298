#pragma once
// run_own_command: the frame of a command that the AWS CLI has no word for: its help, its error and
// its exit code, around `run`, which gets the words behind the command and returns the exit code.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace levada::cli {

int run_own_command(std::span<const std::string_view> arguments, std::string_view help_text,
                    const std::function<Result<int>(std::span<const std::string>)>& run);

}  // namespace levada::cli
