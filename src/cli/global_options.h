#pragma once
// The options that every command has: what the command line says of them, not yet what the
// environment and the profile add (session.h).

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/argument_parser.h"
#include "cli/jmespath.h"
#include "cli/parameters.h"

namespace levada::cli {

struct GlobalOptions {
  bool debug = false;
  std::string endpoint_url;
  bool verify_ssl = true;
  bool paginate = true;
  std::string output;  // empty: the profile says
  std::optional<Jmespath> query;
  std::string profile;
  std::string region;
  std::string color = "auto";
  bool sign_request = true;
  std::string ca_bundle;
  std::chrono::seconds read_timeout{60};
  std::chrono::seconds connect_timeout{60};
  std::optional<BinaryFormat> binary_format;
  bool no_pager = false;
  bool auto_prompt = false;
  bool no_auto_prompt = false;
};

struct GlobalOption {
  std::string_view name;  // "--output"
  std::string_view type;  // as help pages show it
  std::string_view doc;
};
// In the order of the AWS CLI's pages.
std::span<const GlobalOption> global_option_table();

std::span<const Option> global_options();
Result<GlobalOptions> read_global_options(const ParsedArguments& arguments);

}  // namespace levada::cli
