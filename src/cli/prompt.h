#pragma once
// Asks a person: --cli-auto-prompt for the required options that are missing, a profile with
// mfa_serial for the code of the second factor.

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/operation_command.h"

namespace levada::cli {

// Asks for each required option that `arguments` lack, telling what it is, and then for any others
// until an empty line. Returns the arguments with what was answered behind them. An error without a
// terminal, if something has to be asked.
Result<std::vector<std::string>> prompt_for(std::span<const OperationOption> options,
                                            std::span<const std::string> arguments);

// The line typed behind `prompt` on the terminal, which does not show it; where there is no
// terminal, a line of standard input.
Result<std::string> ask_secretly(const std::string& prompt);

}  // namespace levada::cli
