#include "cli/command_line.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/argument_parser.h"
#include "cli/completion.h"
#include "cli/configure.h"
#include "cli/debug_log.h"
#include "cli/exit_code.h"
#include "cli/global_options.h"
#include "cli/help.h"
#include "cli/operation_command.h"
#include "cli/output_stream.h"
#include "cli/services.h"
#include "cli/tail.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

using Words = std::span<const std::string>;

// The AWS CLI that this one behaves as; scripts look at the first number.
constexpr std::string_view version_text = "aws-cli/2.9.19 levada\n";

constexpr std::string_view completion_command = "completion";

std::vector<std::string> operation_names(const aws::Service& service) {
  std::vector<std::string> names;
  for (const aws::Operation& operation : service.operations)
    names.push_back(kebab_case(operation.name));
  if (!service.waiters.empty()) names.push_back("wait");
  names.push_back("help");
  return names;
}

const aws::Operation* find_operation_command(const aws::Service& service, std::string_view name) {
  for (const aws::Operation& operation : service.operations)
    if (kebab_case(operation.name) == name) return &operation;
  return nullptr;
}

Result<Unit> run_wait(const aws::Service& service, Words arguments, GlobalOptions& globals) {
  if (arguments.size() == 1 && arguments[0] == "help") return show_wait_help(service);
  Positional subcommand{.name = "subcommand", .optional = true};
  for (const aws::Waiter& waiter : service.waiters)
    subcommand.choices.push_back(kebab_case(waiter.name));
  const ParsedArguments parsed = TRY(parse_arguments(arguments, {}, std::span(&subcommand, 1)));
  const std::string* const name = parsed.value("subcommand");
  if (name == nullptr) {
    if (!parsed.rest.empty()) return usage_error("Unknown options: " + join(parsed.rest, ","));
    return usage_error("usage: aws [options] " + std::string(command_name(service)) +
                       " wait <subcommand> [parameters]\naws: error: too few arguments");
  }
  // Only the name goes; everything else is for the operation.
  std::vector<std::string> rest(arguments.begin(), arguments.end());
  rest.erase(std::ranges::find(rest, *name));
  for (const aws::Waiter& waiter : service.waiters)
    if (kebab_case(waiter.name) == *name)
      return run_operation({service, *find_operation(service, waiter.operation), &waiter}, rest,
                           globals);
  return usage_error("there is no waiter " + *name);
}

Result<Unit> run_service(const aws::Service& service, Words arguments, GlobalOptions& globals) {
  if (!arguments.empty() && arguments[0] == tail_command && has_tail(service))
    return tail(service, arguments.subspan(1), globals);
  const Positional operation_word{.name = "operation", .choices = operation_names(service)};
  const ParsedArguments parsed = TRY(parse_arguments(arguments, {}, std::span(&operation_word, 1)));
  const std::string& name = *parsed.value("operation");
  if (name == "help") return show_service_help(service);
  if (name == "wait") return run_wait(service, parsed.rest, globals);
  return run_operation({service, *find_operation_command(service, name)}, parsed.rest, globals);
}

// The AWS CLI looks for these before anything else, with a parser that knows only them.
Result<bool> is_help_wanted(Words arguments) {
  static constexpr std::string_view usage = "aws [-h] [--profile PROFILE] [--debug]\n";
  const Option options[] = {
      {.name = "-h", .destination = "help", .arity = Option::Arity::flag},
      {.name = "--help", .destination = "help", .arity = Option::Arity::flag},
      {.name = "--profile", .destination = "profile"},
      {.name = "--debug", .destination = "debug", .arity = Option::Arity::flag}};
  const ParsedArguments parsed = TRY(parse_arguments(arguments, options, {}, std::string(usage)));
  if (!parsed.has("help")) return false;
  print_to_stdout("usage: " + std::string(usage) +
                  "\noptions:\n"
                  "  -h, --help         show this help message and exit\n"
                  "  --profile PROFILE\n"
                  "  --debug\n");
  return true;
}

Result<Unit> run_command(Words arguments) {
  if (!arguments.empty() && arguments[0] == completion_command)
    return print_completion(arguments.subspan(1));
  if (TRY(is_help_wanted(arguments))) return Unit{};
  Positional command{.name = "command"};
  for (const aws::Service* const service : services())
    command.choices.emplace_back(command_name(*service));
  command.choices.emplace_back(configure_command);
  command.choices.push_back("help");
  const ParsedArguments parsed =
      TRY(parse_arguments(arguments, global_options(), std::span(&command, 1)));
  GlobalOptions globals = TRY(read_global_options(parsed));
  if (globals.auto_prompt && globals.no_auto_prompt)
    return usage_error(
        "Both --cli-auto-prompt and --no-cli-auto-prompt cannot be specified at the same time.");
  if (globals.debug) enable_debug_log();
  const std::string& name = *parsed.value("command");
  if (name == "help") return show_help();
  if (name == configure_command) return configure(parsed.rest, globals);
  return run_service(*find_service(name), parsed.rest, globals);
}

}  // namespace

bool is_command(std::string_view word) {
  return find_service(word) != nullptr || word == completion_command || word == configure_command;
}

int run(std::span<const std::string_view> arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(arguments.begin(), arguments.end());
  if (std::ranges::find(words, "--version") != words.end()) {
    print_to_stdout(version_text);
    return 0;
  }
  const Result<Unit> outcome = run_command(words);
  if (outcome) return static_cast<int>(ExitCode::success);
  if (!outcome.error().message.empty())
    std::fprintf(stderr, "\n%s\n", outcome.error().message.c_str());
  return exit_code(outcome.error());
}

}  // namespace levada::cli
