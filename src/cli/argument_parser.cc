#include "cli/argument_parser.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <set>

#include "cli/exit_code.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

bool is_negative_number(std::string_view text) {
  text.remove_prefix(1);  // the dash
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const auto is_digits = [](std::string_view digits) {
    return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (point == std::string_view::npos) return !whole.empty() && is_digits(whole);
  const std::string_view fraction = text.substr(point + 1);
  return is_digits(whole) && !fraction.empty() && is_digits(fraction);
}

std::string choice_message(const std::string& value, const std::vector<std::string>& choices) {
  std::string out = "Invalid choice, valid choices are:\n";
  for (std::size_t i = 0; i < choices.size(); i += 2) {
    out += '\n';
    for (std::size_t j = i; j < std::min(i + 2, choices.size()); ++j) {
      constexpr std::size_t column_width = 40;
      std::string cell = choices[j];
      cell.resize(std::max(cell.size(), column_width), ' ');
      out += (j > i ? " | " : "") + cell;
    }
  }
  const std::vector<std::string> possible = close_matches(value, choices);
  if (!possible.empty()) {
    out += "\n\n\nInvalid choice: " + python_repr(value) + ", maybe you meant:\n";
    for (const std::string& word : possible) out += "\n  * " + word;
  }
  return out;
}

class ArgumentParser {
 public:
  ArgumentParser(std::span<const std::string> arguments, std::span<const Option> options,
                 std::span<const Positional> positionals, const std::string& usage)
      : arguments_(arguments), options_(options), positionals_(positionals), usage_(usage) {}

  Result<ParsedArguments> parse() {
    TRY(classify());
    const std::size_t behind_options = pattern_.rfind('O') + 1;  // 0 without options
    std::size_t at = 0;
    while (at < behind_options) {
      const std::size_t next_option = pattern_.find('O', at);
      if (at != next_option) {
        const std::size_t behind = TRY(take_positionals(at));
        if (behind > at) {
          at = behind;
          continue;
        }
        out_.rest.insert(out_.rest.end(), arguments_.begin() + static_cast<std::ptrdiff_t>(at),
                         arguments_.begin() + static_cast<std::ptrdiff_t>(next_option));
        at = next_option;
      }
      at = TRY(take_option(at));
    }
    at = TRY(take_positionals(at));
    out_.rest.insert(out_.rest.end(), arguments_.begin() + static_cast<std::ptrdiff_t>(at),
                     arguments_.end());
    TRY(check_required());
    return std::move(out_);
  }

 private:
  unexpected<Error> complain(const std::string& message) const {
    return usage_error("usage: " + usage_ + "\naws: error: " + message + '\n');
  }

  // An argument that stands for an option, perhaps with its value behind "=".
  struct Match {
    const Option* option = nullptr;  // null: unknown
    std::optional<std::string> value = {};
  };

  // One letter an argument: O option, A other, - the "--" behind which all are A.
  Result<Unit> classify() {
    bool only_others = false;
    for (const std::string& argument : arguments_) {
      matches_.emplace_back();
      if (only_others) {
        pattern_ += 'A';
      } else if (argument == "--") {
        pattern_ += '-';
        only_others = true;
      } else if (TRY(match(argument, matches_.back()))) {
        pattern_ += 'O';
      } else {
        pattern_ += 'A';
      }
    }
    return Unit{};
  }

  const Option* find(std::string_view name) const {
    const auto found = std::ranges::find(options_, name, &Option::name);
    return found == options_.end() ? nullptr : &*found;
  }

  // Whether it is an option at all.
  Result<bool> match(const std::string& argument, Match& match) const {
    if (argument.empty() || argument[0] != '-') return false;
    match.option = find(argument);
    if (match.option != nullptr) return true;
    if (argument.size() == 1) return false;

    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    if (equals != std::string::npos) match.value = argument.substr(equals + 1);
    match.option = find(name);
    if (match.option != nullptr) return true;

    std::vector<std::string> candidates;
    if (argument[1] == '-') {
      for (const Option& option : options_) {
        if (!option.name.starts_with(name)) continue;
        match.option = &option;
        candidates.push_back(option.name);
      }
    }
    if (candidates.size() > 1)
      return complain("ambiguous option: " + argument + " could match " + join(candidates, ", "));
    if (candidates.size() == 1) return true;
    match = {};
    if (is_negative_number(argument)) return false;
    return argument.find(' ') == std::string::npos;
  }

  Result<std::size_t> take_option(std::size_t at) {
    const Match& match = matches_[at];
    if (match.option == nullptr) {
      out_.rest.push_back(arguments_[at]);
      return at + 1;
    }
    const Option& option = *match.option;
    if (match.value) {
      if (option.arity == Option::Arity::flag)
        return complain("argument " + option.name + ": ignored explicit argument " +
                        python_repr(*match.value));
      TRY(store(option, {*match.value}));
      return at + 1;
    }
    const std::size_t begin = at + 1;
    std::size_t available = 0;
    while (begin + available < pattern_.size() && pattern_[begin + available] == 'A') ++available;
    std::size_t count = 0;
    switch (option.arity) {
      case Option::Arity::flag:
        break;
      case Option::Arity::one:
        if (available == 0) return complain("argument " + option.name + ": expected one argument");
        count = 1;
        break;
      case Option::Arity::at_most_one:
        count = std::min<std::size_t>(available, 1);
        break;
      case Option::Arity::any:
        count = available;
    }
    const auto first = arguments_.begin() + static_cast<std::ptrdiff_t>(begin);
    TRY(store(option, {first, first + static_cast<std::ptrdiff_t>(count)}));
    return begin + count;
  }

  Result<Unit> store(const Option& option, std::vector<std::string> values) {
    seen_.insert(option.name);
    if (option.arity == Option::Arity::at_most_one && values.empty())
      values.push_back(option.without_value);
    for (const std::string& value : values) {
      TRY(check(option, value));
      if (!option.choices.empty() &&
          std::ranges::find(option.choices, value) == option.choices.end())
        return complain("argument " + option.name + ": " + choice_message(value, option.choices));
    }
    out_.given[option.destination] = {std::move(values), option.flag_value};
    return Unit{};
  }

  Result<Unit> check(const Option& option, const std::string& value) const {
    const std::string_view text = trim(value);
    if (option.check == Option::Check::integer) {
      if (!python_integer(value))
        return complain("argument " + option.name + ": invalid int value: " + python_repr(value));
    } else if (option.check == Option::Check::real) {
      char* end = nullptr;
      const std::string copy(text);
      std::strtod(copy.c_str(), &end);
      if (copy.empty() || *end != '\0')
        return complain("argument " + option.name + ": invalid float value: " + python_repr(value));
    }
    return Unit{};
  }

  // As many of the positionals as fit here; each takes one A and the dashes around it.
  Result<std::size_t> take_positionals(std::size_t at) {
    std::vector<std::size_t> sizes;
    std::size_t end = at;
    const auto skip_dashes = [&] {
      while (end < pattern_.size() && pattern_[end] == '-') ++end;
    };
    for (const Positional& positional : positionals_.subspan(next_positional_)) {
      const std::size_t begin = end;
      skip_dashes();
      const bool is_there = end < pattern_.size() && pattern_[end] == 'A';
      if (!is_there && !positional.optional) {
        end = begin;
        break;
      }
      if (is_there) ++end;
      skip_dashes();
      sizes.push_back(end - begin);
    }
    for (const std::size_t size : sizes) {
      const Positional& positional = positionals_[next_positional_++];
      for (std::size_t i = at; i < at + size; ++i) {
        if (pattern_[i] != 'A') continue;
        const std::string& value = arguments_[i];
        if (!positional.choices.empty() &&
            std::ranges::find(positional.choices, value) == positional.choices.end())
          return complain("argument " + positional.name + ": " +
                          choice_message(value, positional.choices));
        out_.given[positional.name] = {{value}, true};
      }
      at += size;
    }
    return at;
  }

  Result<Unit> check_required() {
    std::vector<std::string> missing;
    for (const Option& option : options_)
      if (option.required && !seen_.contains(option.name)) missing.push_back(option.name);
    for (const Positional& positional : positionals_.subspan(next_positional_))
      if (!positional.optional) missing.push_back(positional.name);
    if (!missing.empty())
      return complain("the following arguments are required: " + join(missing, ", "));
    return Unit{};
  }

  std::span<const std::string> arguments_;
  std::span<const Option> options_;
  std::span<const Positional> positionals_;
  const std::string& usage_;
  std::string pattern_;
  std::vector<Match> matches_;
  std::size_t next_positional_ = 0;
  std::set<std::string> seen_;
  ParsedArguments out_;
};

}  // namespace

std::string usage_text() {
  return "aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\n"
         "To see help text, you can run:\n"
         "\n"
         "  aws help\n"
         "  aws <command> help\n"
         "  aws <command> <subcommand> help\n";
}

const Given* ParsedArguments::find(std::string_view destination) const {
  const auto found = given.find(destination);
  return found == given.end() ? nullptr : &found->second;
}

const std::string* ParsedArguments::value(std::string_view destination) const {
  const Given* const found = find(destination);
  return found == nullptr || found->values.empty() ? nullptr : &found->values.front();
}

Result<ParsedArguments> parse_arguments(std::span<const std::string> arguments,
                                        std::span<const Option> options,
                                        std::span<const Positional> positionals,
                                        const std::string& usage) {
  return ArgumentParser(arguments, options, positionals, usage).parse();
}

}  // namespace levada::cli
