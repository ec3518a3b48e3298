#include "cli/completion.h"

#include "cli/exit_code.h"
#include "cli/extras.h"
#include "cli/global_options.h"
#include "cli/operation_command.h"
#include "cli/output_stream.h"
#include "cli/services.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

std::string global_words() {
  std::string words;
  for (const GlobalOption& option : global_option_table())
    words.append(words.empty() ? "" : " ").append(option.name);
  return words;
}

std::string service_words(const aws::Service& service) {
  std::string words = "help";
  for (const aws::Operation& operation : service.operations)
    words += ' ' + kebab_case(operation.name);
  if (!service.waiters.empty()) words += " wait";
  if (has_tail(service)) words += " tail";
  return words;
}

std::string option_words(const aws::Operation& operation) {
  std::string words;
  for (const OperationOption& option : operation_options(operation))
    if (option.documented) words += ' ' + option.option.name;
  return words;
}

// One function for bash, which zsh understands too.
std::string bash_script() {
  std::string out =
      "_levada() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\"\n"
      "  case \"${COMP_CWORD}:${COMP_WORDS[1]}:${COMP_WORDS[2]}\" in\n";
  std::string services_line = "serve bench version help completion";
  for (const aws::Service* const service : services()) {
    const std::string name(command_name(*service));
    services_line += ' ' + name;
    out += "    2:" + name + ":*) words=\"" + service_words(*service) + "\" ;;\n";
    for (const aws::Operation& operation : service->operations)
      out += "    *:" + name + ':' + kebab_case(operation.name) + ") words=\"" +
             option_words(operation) + ' ' + global_words() + "\" ;;\n";
  }
  out += "    1:*) words=\"" + services_line +
         "\" ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "}\n"
         "complete -o default -F _levada levada\n";
  return out;
}

std::string fish_script() {
  std::string out = "complete -c levada -f\n";
  const auto line = [&](const std::string& condition, const std::string& words) {
    out += "complete -c levada -n '" + condition + "' -a '" + words + "'\n";
  };
  std::string first = "serve bench version help completion";
  for (const aws::Service* const service : services())
    first += ' ' + std::string(command_name(*service));
  line("__fish_use_subcommand", first);
  for (const aws::Service* const service : services()) {
    const std::string name(command_name(*service));
    const std::string commands = service_words(*service);
    line(
        "__fish_seen_subcommand_from " + name + "; and not __fish_seen_subcommand_from " + commands,
        commands);
    for (const aws::Operation& operation : service->operations) {
      const std::string command = kebab_case(operation.name);
      line("__fish_seen_subcommand_from " + name + "; and __fish_seen_subcommand_from " + command,
           option_words(operation) + ' ' + global_words());
    }
  }
  return out;
}

}  // namespace

Result<Unit> print_completion(std::span<const std::string> arguments) {
  const std::string shell = arguments.size() == 1 ? arguments[0] : "";
  if (shell == "bash") {
    print_to_stdout(bash_script());
  } else if (shell == "zsh") {
    print_to_stdout("autoload -Uz compinit bashcompinit && compinit && bashcompinit\n" +
                    bash_script());
  } else if (shell == "fish") {
    print_to_stdout(fish_script());
  } else {
    return usage_error("usage: levada completion bash|zsh|fish");
  }
  return Unit{};
}

}  // namespace levada::cli
