#pragma once
// --cli-input-json and --cli-input-yaml: parameters in one text, under those of single options.

#include <span>
#include <string>

#include "base/result.h"
#include "cli/argument_parser.h"
#include "cli/document.h"

namespace levada::cli {

// With such an option (and with skeletons of inputs) no other option is required.
bool replaces_required_options(std::span<const std::string> arguments);

Result<Unit> add_command_input(Document& parameters, const ParsedArguments& arguments);

}  // namespace levada::cli
