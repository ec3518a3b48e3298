#pragma once
// The command lines of what the AWS CLI lacks: options of their own and nothing else.

#include <span>
#include <string>

#include "cli/argument_parser.h"
#include "cli/document.h"

namespace levada::cli {

Option text_option(std::string name, std::string destination, bool required = false);
Option flag_option(std::string name, std::string destination);

// An error for words that belong to no option.
Result<ParsedArguments> parse_only(std::span<const std::string> arguments,
                                   std::span<const Option> options,
                                   std::span<const Positional> positionals);

// {"StreamName": …, "StreamARN": …} of the options with those destinations.
Result<Document> stream_parameters(const ParsedArguments& parsed);

}  // namespace levada::cli
