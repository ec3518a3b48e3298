#pragma once
// Divides a command line into options and positionals exactly as Python's argparse does for the
// AWS CLI: options anywhere, `--name=value`, unambiguous prefixes, `--`, and the same complaints.
// What is not known is handed back, for the parser of the next word.

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace levada::cli {

// "usage: aws [options] …", as it stands before every complaint about the command line.
std::string usage_text();

struct Option {
  enum class Arity : std::uint8_t { flag, one, at_most_one, any };
  enum class Check : std::uint8_t { none, integer, real };

  std::string name;         // "--stream-name"
  std::string destination;  // "stream_name"; flags of one boolean share it
  Arity arity = Arity::one;
  bool required = false;
  bool flag_value = true;  // what a flag sets
  Check check = Check::none;
  std::vector<std::string> choices = {};
  std::string without_value = {};  // of at_most_one
};

struct Positional {
  std::string name;
  bool optional = false;
  std::vector<std::string> choices = {};  // empty: anything
};

struct Given {
  std::vector<std::string> values;
  bool flag = false;
};

struct ParsedArguments {
  std::map<std::string, Given, std::less<>> given;  // by destination
  std::vector<std::string> rest;

  const Given* find(std::string_view destination) const;
  bool has(std::string_view destination) const { return find(destination) != nullptr; }
  // The only value, or null.
  const std::string* value(std::string_view destination) const;
};

// `usage` stands before complaints.
Result<ParsedArguments> parse_arguments(std::span<const std::string> arguments,
                                        std::span<const Option> options,
                                        std::span<const Positional> positionals,
                                        const std::string& usage = usage_text());

}  // namespace levada::cli
