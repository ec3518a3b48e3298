#pragma once
// --cli-auto-prompt: asks a person for the required options that are missing.

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/argument_parser.h"

namespace levada::cli {

// The arguments with what was answered behind them. An error without a terminal.
Result<std::vector<std::string>> prompt_for(std::span<const Option> options,
                                            std::span<const std::string> arguments);

}  // namespace levada::cli
