#include "cli/prompt.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include "cli/exit_code.h"
#include "cli/profile.h"

namespace levada::cli {

namespace {

// What is typed behind `prompt`; an error at the end of the input.
Result<std::string> ask(const std::string& prompt) {
  std::fputs(prompt.c_str(), stderr);
  std::string answer;
  if (!std::getline(std::cin, answer)) return fail_as(ExitCode::general, "EOF when reading a line");
  return answer;
}

bool is_given(const std::string& option, std::span<const std::string> arguments) {
  return std::ranges::any_of(arguments, [&](const std::string& argument) {
    return argument == option || argument.starts_with(option + '=');
  });
}

std::string description_of(const OperationOption& option) {
  if (option.field == nullptr) return "";
  std::string text(option.field->doc);
  std::string choices;
  for (const std::string_view value : option.field->shape->values)
    choices.append(choices.empty() ? " (" : ", ").append(value);
  return text + (choices.empty() ? "" : choices + ')') + '\n';
}

// "--name value" as a line of a shell; an empty one ends the questions.
Result<Unit> ask_for_others(std::span<const OperationOption> options,
                            std::vector<std::string>& arguments) {
  std::string names;
  for (const OperationOption& option : options)
    if (option.documented && option.field != nullptr && !is_given(option.option.name, arguments))
      names += ' ' + option.option.name;
  if (names.empty()) return Unit{};
  std::fprintf(stderr, "More options, or an empty line:%s\n", names.c_str());
  for (;;) {
    const std::string line = TRY(ask("> "));
    if (line.empty()) return Unit{};
    const Result<std::vector<std::string>> words = shell_words(line);
    if (words) {
      arguments.insert(arguments.end(), words->begin(), words->end());
    } else {
      std::fprintf(stderr, "%s\n", words.error().message.c_str());
    }
  }
}

}  // namespace

Result<std::vector<std::string>> prompt_for(std::span<const OperationOption> options,
                                            std::span<const std::string> arguments) {
  std::vector<std::string> complete(arguments.begin(), arguments.end());
  bool has_asked = false;
  for (const OperationOption& option : options) {
    if (!option.option.required || is_given(option.option.name, arguments)) continue;
    if (::isatty(STDIN_FILENO) != 1)
      return fail_as(ExitCode::general,
                     "--cli-auto-prompt asks on a terminal, and standard input is none.");
    std::fputs(description_of(option).c_str(), stderr);
    std::string answer;
    while (answer.empty()) answer = TRY(ask(option.option.name + ": "));
    complete.push_back(option.option.name + '=' + answer);
    has_asked = true;
  }
  if (has_asked) TRY(ask_for_others(options, complete));
  return complete;
}

Result<std::string> ask_secretly(const std::string& prompt) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> terminal(std::fopen("/dev/tty", "r+e"),
                                                                 std::fclose);
  std::FILE* const from = terminal == nullptr ? stdin : terminal.get();
  std::FILE* const to = terminal == nullptr ? stderr : terminal.get();
  std::fputs(prompt.c_str(), to);
  std::fflush(to);
  termios shown{};
  const bool hides = ::tcgetattr(::fileno(from), &shown) == 0;
  if (hides) {
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(::fileno(from), TCSAFLUSH, &hidden);
  }
  std::string line;
  int character = std::fgetc(from);
  const bool is_at_end = character == EOF;
  for (; character != EOF && character != '\n'; character = std::fgetc(from))
    line += static_cast<char>(character);
  if (hides) {
    ::tcsetattr(::fileno(from), TCSAFLUSH, &shown);
    std::fputc('\n', to);
  }
  if (is_at_end) return fail_as(ExitCode::general, "EOF when reading a line");
  return line;
}

}  // namespace levada::cli
