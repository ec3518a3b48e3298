#include "cli/configure.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>

#include "cli/argument_parser.h"
#include "cli/config_writer.h"
#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/output_stream.h"
#include "cli/session.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

using Words = std::span<const std::string>;

constexpr std::string_view not_set = "<not set>";

// What is secret goes into the other file.
bool belongs_to_credentials(std::string_view name) {
  return name == "aws_access_key_id" || name == "aws_secret_access_key" ||
         name == "aws_session_token";
}

std::string masked(std::string_view value) {
  constexpr std::size_t shown = 4;
  return std::string(16, '*') +
         std::string(value.substr(value.size() - std::min(value.size(), shown)));
}

std::vector<std::string> parts_of(const std::string& name) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    parts.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string section_of(const std::string& profile) {
  if (profile == "default") return profile;
  const bool has_blank = profile.find_first_of(" \t") != std::string::npos;
  return "profile " + (has_blank ? '\'' + replace_all(profile, "'", "'\"'\"'") + '\'' : profile);
}

Result<Unit> set_value(const std::string& profile, NewSetting setting) {
  const bool is_secret = belongs_to_credentials(setting.name);
  const std::string path =
      is_secret ? ConfigurationFiles::credentials_path() : ConfigurationFiles::config_path();
  std::vector<NewSetting> settings;
  settings.push_back(std::move(setting));
  return write_settings(path, is_secret ? profile : section_of(profile), std::move(settings));
}

Result<ParsedArguments> parse_positionals(Words arguments,
                                          std::span<const Positional> positionals) {
  ParsedArguments parsed = TRY(parse_arguments(arguments, {}, positionals));
  if (!parsed.rest.empty()) return usage_error("Unknown options: " + join(parsed.rest, ","));
  return parsed;
}

// The command ends with this status and says nothing.
unexpected<Error> silently(std::uint16_t status) {
  return unexpected<Error>(Error{ErrorKind::not_found, "", status});
}

// ---- get ----

Result<Unit> get(Words arguments, const Session& session) {
  const Positional varname[] = {{.name = "varname"}};
  const ParsedArguments parsed = TRY(parse_positionals(arguments, varname));
  const std::string& name = *parsed.value("varname");
  const Settings* settings = nullptr;
  std::string setting_name = name;
  if (name.find('.') == std::string::npos) {
    settings = TRY(session.profile_settings());
  } else {
    std::vector<std::string> parts = parts_of(name);
    std::string profile = session.profile_name();
    if (parts[0] == "profile" && parts.size() > 2) {
      profile = parts[1];
      parts.erase(parts.begin(), parts.begin() + 2);
    } else if (parts[0] == "default" || session.files().profile(parts[0]) != nullptr) {
      profile = parts[0];
      parts.erase(parts.begin());
    }
    settings = session.files().profile(profile);
    setting_name = join(parts, ".");
  }
  if (settings == nullptr) return silently(1);
  const auto found = settings->find(setting_name);
  if (found != settings->end()) {
    print_to_stdout(found->second + '\n');
    return Unit{};
  }
  const auto block = settings->lower_bound(setting_name + '.');
  if (block != settings->end() && block->first.starts_with(setting_name + '.'))
    std::fprintf(stderr, "varname (%s) must reference a value, not a section or sub-section.",
                 name.c_str());
  return silently(1);
}

// ---- set ----

Result<Unit> set(Words arguments, const Session& session, const GlobalOptions& globals) {
  const Positional words[] = {{.name = "varname"}, {.name = "value"}};
  const ParsedArguments parsed = TRY(parse_positionals(arguments, words));
  std::string profile = session.profile_name();
  std::vector<std::string> parts = parts_of(*parsed.value("varname"));
  const std::string& value = *parsed.value("value");
  if (parts.size() > 1 && parts[0] == "default") {
    profile = parts[0];
    parts.erase(parts.begin());
  } else if (parts.size() > 2 && parts[0] == "profile") {
    profile = parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  } else if (!globals.profile.empty()) {
    profile = globals.profile;
  }
  NewSetting setting{.name = parts[0], .value = value};
  if (parts.size() == 2) setting.nested = parts[1];
  return set_value(profile, std::move(setting));
}

// ---- list ----

struct SettingRow {
  std::string name;
  std::string value{not_set};
  std::string type = "None";
  std::string location = "None";
};

void print(const SettingRow& row) {
  std::array<char, 512> line;
  const int size =
      std::snprintf(line.data(), line.size(), "%10s %24s %16s    %s\n", row.name.c_str(),
                    row.value.c_str(), row.type.c_str(), row.location.c_str());
  print_to_stdout(std::string_view(
      line.data(), std::min<std::size_t>(static_cast<std::size_t>(size), line.size())));
}

SettingRow found_in_environment(std::string name, std::span<const char* const> variables) {
  SettingRow row{.name = std::move(name)};
  for (const char* const variable : variables) {
    const std::string value = environment(variable);
    if (value.empty()) continue;
    std::string names;
    for (const char* const one : variables)
      names.append(names.empty() ? "" : ", ").append(python_repr(std::string_view(one)));
    return {row.name, value, "env", '[' + names + ']'};
  }
  return row;
}

Result<Unit> list(Words arguments, const Session& session, const GlobalOptions& globals) {
  TRY(parse_positionals(arguments, {}));
  print({"Name", "Value", "Type", "Location"});
  print({"----", "-----", "----", "--------"});
  constexpr const char* profile_variables[] = {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"};
  print(globals.profile.empty() ? found_in_environment("profile", profile_variables)
                                : SettingRow{"profile", globals.profile, "manual", "--profile"});

  const Settings* const settings = TRY(session.profile_settings());
  SettingRow access_key{.name = "access_key"};
  SettingRow secret_key{.name = "secret_key"};
  const std::optional<Credentials> found = TRY(session.credentials(globals.region));
  if (found) {
    const std::string source(found->source);
    access_key = {access_key.name, masked(found->access_key), source, ""};
    secret_key = {secret_key.name, masked(found->secret_key), source, ""};
  }
  print(access_key);
  print(secret_key);

  constexpr const char* region_variables[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
  SettingRow region = found_in_environment("region", region_variables);
  const std::string_view configured = setting(settings, "region");
  if (region.type == "None" && !configured.empty()) {
    const std::string named = environment("AWS_CONFIG_FILE");
    region = {"region", std::string(configured), "config-file",
              named.empty() ? "~/.aws/config" : named};
  }
  print(region);
  return Unit{};
}

Result<Unit> list_profiles(Words arguments, const Session& session) {
  TRY(parse_positionals(arguments, {}));
  for (const std::string& name : session.files().profile_names()) print_to_stdout(name + '\n');
  return Unit{};
}

// ---- without a subcommand ----

Result<Unit> ask_for_all(const Session& session) {
  struct Question {
    const char* name;
    const char* text;
  };
  constexpr Question questions[] = {{"aws_access_key_id", "AWS Access Key ID"},
                                    {"aws_secret_access_key", "AWS Secret Access Key"},
                                    {"region", "Default region name"},
                                    {"output", "Default output format"}};
  const Settings* const settings = session.files().profile(session.profile_name());
  std::vector<NewSetting> answers;
  for (const Question& question : questions) {
    const std::string current(setting(settings, question.name));
    std::string shown = current.empty() ? "None" : current;
    if (!current.empty() && belongs_to_credentials(question.name)) shown = masked(current);
    print_to_stdout(std::string(question.text) + " [" + shown + "]: ");
    std::string answer;
    if (!std::getline(std::cin, answer))
      return fail_as(ExitCode::general, "EOF when reading a line");
    if (!answer.empty() && answer != current) answers.push_back({question.name, answer});
  }
  for (NewSetting& answer : answers) TRY(set_value(session.profile_name(), std::move(answer)));
  return Unit{};
}

}  // namespace

Result<Unit> configure(Words arguments, const GlobalOptions& globals) {
  // The AWS CLI's others are its own: they ask the network, or import what its console wrote.
  const Positional subcommand{
      .name = "subcommand", .optional = true, .choices = {"list", "get", "set", "list-profiles"}};
  const ParsedArguments parsed = TRY(parse_arguments(arguments, {}, std::span(&subcommand, 1)));
  const Session session = TRY(Session::open(globals));
  const std::string* const name = parsed.value("subcommand");
  if (name == nullptr) {
    if (!parsed.rest.empty()) return usage_error("Unknown options: " + join(parsed.rest, ","));
    return ask_for_all(session);
  }
  if (*name == "get") return get(parsed.rest, session);
  if (*name == "set") return set(parsed.rest, session, globals);
  if (*name == "list") return list(parsed.rest, session, globals);
  return list_profiles(parsed.rest, session);
}

}  // namespace levada::cli
