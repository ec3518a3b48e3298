#include "cli/own_command.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <vector>

#include "cli/exit_code.h"

namespace levada::cli {

int run_own_command(std::span<const std::string_view> arguments, std::string_view help_text,
                    const std::function<Result<int>(std::span<const std::string>)>& run) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(arguments.begin(), arguments.end());
  const bool help =
      words.empty() || std::ranges::find(words, "--help") != words.end() || words[0] == "help";
  if (help) {
    std::fwrite(help_text.data(), 1, help_text.size(), words.empty() ? stderr : stdout);
    return words.empty() ? static_cast<int>(ExitCode::usage) : 0;
  }
  const Result<int> outcome = run(words);
  if (outcome) return *outcome;
  std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
  return exit_code(outcome.error());
}

}  // namespace levada::cli
