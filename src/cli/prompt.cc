#include "cli/prompt.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "cli/exit_code.h"

namespace levada::cli {

Result<std::vector<std::string>> prompt_for(std::span<const Option> options,
                                            std::span<const std::string> arguments) {
  std::vector<std::string> complete(arguments.begin(), arguments.end());
  for (const Option& option : options) {
    const bool is_given = std::ranges::any_of(arguments, [&](const std::string& argument) {
      return argument == option.name || argument.starts_with(option.name + '=');
    });
    if (!option.required || is_given) continue;
    if (::isatty(STDIN_FILENO) != 1)
      return usage_error("--cli-auto-prompt asks on a terminal, and standard input is none.");
    std::fprintf(stderr, "%s: ", option.name.c_str());
    std::string answer;
    if (!std::getline(std::cin, answer)) return usage_error("no answer for " + option.name);
    complete.push_back(option.name + '=' + answer);
  }
  return complete;
}

}  // namespace levada::cli
