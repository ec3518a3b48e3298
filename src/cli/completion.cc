#include "cli/completion.h"

#include <algorithm>
#include <set>

#include "cli/configure.h"
#include "cli/exit_code.h"
#include "cli/global_options.h"
#include "cli/operation_command.h"
#include "cli/output_stream.h"
#include "cli/profile.h"
#include "cli/services.h"
#include "cli/tail.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

using Words = std::span<const std::string>;

// Each shell asks `levada completion candidates -- WORD…` at every press of the key; a command
// starts fast enough for that.
constexpr std::string_view candidates_command = "candidates";

constexpr std::string_view bash_script =
    "_levada() {\n"
    "  mapfile -t COMPREPLY < <(\n"
    "    \"${COMP_WORDS[0]}\" completion candidates -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
    "2>/dev/null)\n"
    "}\n"
    "complete -o default -F _levada levada\n";

constexpr std::string_view zsh_script =
    "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u }\n"
    "_levada() {\n"
    "  local -a found\n"
    "  found=(${(f)\"$(\"${words[1]}\" completion candidates -- \"${(@)words[2,CURRENT]}\" "
    "2>/dev/null)\"})\n"
    "  if (( $#found )); then compadd -a found; else _files; fi\n"
    "}\n"
    "compdef _levada levada\n";

constexpr std::string_view fish_script =
    "function __levada_candidates\n"
    "  set -l words (commandline -opc)\n"
    "  $words[1] completion candidates -- $words[2..] (commandline -ct) 2>/dev/null\n"
    "end\n"
    "complete -c levada -f -a '(__levada_candidates)'\n"
    "complete -c levada -n '__fish_prev_arg_in --from-file --ca-bundle --data-dir' -F\n";

// What a line is about so far, and what may stand where the cursor is.
class Line {
 public:
  // The last word is the one under the cursor.
  explicit Line(Words words) {
    for (const Option& option : global_options()) options_.push_back(option);
    for (const std::string& word : words.first(words.size() - 1)) take(word);
  }

  std::vector<std::string> candidates(const std::string& current) const {
    if (open_ != nullptr && !current.starts_with("--")) return values_of(*open_);
    if (level_ == Level::program) return current.starts_with('-') ? option_names() : programs();
    if (level_ == Level::service) return operations();
    if (level_ == Level::wait) return waiters();
    if (level_ == Level::operation) return option_names();
    return words_;
  }

 private:
  enum class Level { program, service, wait, operation, other };

  void take(const std::string& word) {
    if (word.starts_with("--")) {
      given_.insert(word.substr(0, word.find('=')));
      const auto option = std::ranges::find(options_, word, &Option::name);
      open_ = option == options_.end() || option->arity == Option::Arity::flag ? nullptr : &*option;
      return;
    }
    const Option* const behind = open_;
    if (behind == nullptr || behind->arity != Option::Arity::any) open_ = nullptr;
    if (behind == nullptr) take_positional(word);
  }

  void take_positional(const std::string& word) {
    if (level_ == Level::program) {
      service_ = find_service(word);
      level_ = service_ == nullptr ? Level::other : Level::service;
      if (word == configure_command) words_ = {"get", "list", "list-profiles", "set"};
      if (word == "completion") words_ = {"bash", "fish", "zsh"};
      if (word == "stream") words_ = {"export", "help", "import", "limits"};
    } else if (level_ == Level::service && word == "wait") {
      level_ = Level::wait;
    } else if (level_ == Level::service) {
      for (const aws::Operation& operation : service_->operations)
        if (kebab_case(operation.name) == word) return enter(operation);
      level_ = Level::other;
    } else if (level_ == Level::wait) {
      for (const aws::Waiter& waiter : service_->waiters)
        if (kebab_case(waiter.name) == word)
          return enter(*aws::find_operation(*service_, waiter.operation));
    } else {
      words_.clear();
    }
  }

  void enter(const aws::Operation& operation) {
    level_ = Level::operation;
    std::vector<Option> own;
    for (OperationOption& one : operation_options(operation)) {
      if (!one.documented) continue;
      if (one.field != nullptr) one.option.choices = choices_of(*one.field->shape);
      own.push_back(std::move(one.option));
    }
    if (operation.name == "PutRecords") {
      own.push_back({.name = "--from-file", .destination = {}});
      own.push_back({.name = "--partition-key-from",
                     .destination = {},
                     .choices = {"random", "line", "column:", "json:"}});
    }
    own.insert(own.end(), options_.begin(), options_.end());
    options_ = std::move(own);
  }

  static std::vector<std::string> choices_of(const aws::Shape& shape) {
    const aws::Shape& inner = shape.type == aws::Type::list ? *shape.element : shape;
    return {inner.values.begin(), inner.values.end()};
  }

  static std::vector<std::string> values_of(const Option& option) {
    if (option.name != "--profile") return option.choices;
    const Result<ConfigurationFiles> files = ConfigurationFiles::read();
    return files ? files->profile_names() : std::vector<std::string>();
  }

  static std::vector<std::string> programs() {
    std::vector<std::string> words{"bench", "completion", "configure", "help",
                                   "keys",  "serve",      "stream",    "version"};
    for (const aws::Service* const service : services()) words.emplace_back(command_name(*service));
    return words;
  }
  std::vector<std::string> operations() const {
    std::vector<std::string> words{"help"};
    for (const aws::Operation& operation : service_->operations)
      words.push_back(kebab_case(operation.name));
    if (!service_->waiters.empty()) words.emplace_back("wait");
    if (has_tail(*service_)) words.emplace_back(tail_command);
    return words;
  }
  std::vector<std::string> waiters() const {
    std::vector<std::string> words;
    for (const aws::Waiter& waiter : service_->waiters) words.push_back(kebab_case(waiter.name));
    return words;
  }
  std::vector<std::string> option_names() const {
    std::vector<std::string> words;
    for (const Option& option : options_)
      if (!given_.contains(option.name)) words.push_back(option.name);
    return words;
  }

  Level level_ = Level::program;
  const aws::Service* service_ = nullptr;
  std::vector<Option> options_;
  const Option* open_ = nullptr;  // still takes values
  std::set<std::string> given_;
  std::vector<std::string> words_;  // of the other commands
};

Result<Unit> print_candidates(Words words) {
  if (words.empty() || words.front() != "--") return usage_error("words stand behind --");
  words = words.subspan(1);
  const std::vector<std::string> nothing{""};
  if (words.empty()) words = nothing;
  const std::string& current = words.back();
  std::vector<std::string> found = Line(words).candidates(current);
  std::ranges::sort(found);
  std::string out;
  for (const std::string& word : found)
    if (word.starts_with(current)) out += word + '\n';
  print_to_stdout(out);
  return Unit{};
}

}  // namespace

Result<Unit> print_completion(Words arguments) {
  if (!arguments.empty() && arguments[0] == candidates_command)
    return print_candidates(arguments.subspan(1));
  const std::string shell = arguments.size() == 1 ? arguments[0] : "";
  if (shell == "bash") {
    print_to_stdout(bash_script);
  } else if (shell == "zsh") {
    print_to_stdout(zsh_script);
  } else if (shell == "fish") {
    print_to_stdout(fish_script);
  } else {
    return usage_error("usage: levada completion bash|zsh|fish");
  }
  return Unit{};
}

}  // namespace levada::cli
