#include "cli/credentials.h"

#include <algorithm>
#include <ctime>

#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/json_text.h"
#include "cli/metadata_service.h"
#include "cli/process.h"
#include "cli/prompt.h"
#include "cli/role_cache.h"
#include "cli/security_token_service.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

using Found = Result<std::optional<Credentials>>;

unexpected<Error> partial(std::string_view provider, std::string_view missing) {
  return fail_as(ExitCode::general, "Partial credentials found in " + std::string(provider) +
                                        ", missing: " + std::string(missing));
}
unexpected<Error> retrieval_failed(std::string_view provider, const std::string& why) {
  return fail_as(ExitCode::general,
                 "Error when retrieving credentials from " + std::string(provider) + ": " + why);
}

constexpr std::string_view role_provider = "assume-role";
constexpr std::string_view web_identity_provider = "assume-role-with-web-identity";

Credentials from(std::string_view provider, Credentials credentials) {
  credentials.source = provider;
  return credentials;
}

Found from_environment() {
  Credentials found{environment("AWS_ACCESS_KEY_ID"), environment("AWS_SECRET_ACCESS_KEY"),
                    environment("AWS_SECURITY_TOKEN")};
  if (found.access_key.empty()) return std::nullopt;
  if (found.secret_key.empty()) return partial("env", "AWS_SECRET_ACCESS_KEY");
  if (found.session_token.empty()) found.session_token = environment("AWS_SESSION_TOKEN");
  found.source = "env";
  return found;
}

Found from_settings(std::string_view provider, const Settings* settings) {
  if (settings == nullptr || !settings->contains("aws_access_key_id")) return std::nullopt;
  if (!settings->contains("aws_secret_access_key"))
    return partial(provider, "aws_secret_access_key");
  Credentials found{std::string(setting(settings, "aws_access_key_id")),
                    std::string(setting(settings, "aws_secret_access_key")),
                    std::string(setting(settings, "aws_security_token"))};
  if (found.session_token.empty()) found.session_token = setting(settings, "aws_session_token");
  found.source = provider;
  return found;
}

Found from_process(const Settings* settings) {
  constexpr std::string_view provider = "custom-process";
  const std::string_view command = setting(settings, "credential_process");
  if (command.empty()) return std::nullopt;
  Result<std::vector<std::string>> words = shell_words(command);
  if (!words) return fail_as(ExitCode::general, words.error().message);
  const ProcessOutcome outcome = TRY(run_process(*words));
  if (outcome.status != 0) return retrieval_failed(provider, outcome.errors);
  const Document answer = TRY(read_json(outcome.output));
  const Document* const version = answer.find("Version");
  if (version == nullptr || !(*version == Document::of_integer(1)))
    return retrieval_failed(
        provider, "Unsupported version '" +
                      (version == nullptr ? "<Version key not provided>" : python_text(*version)) +
                      "' for credential process provider, supported versions: 1");
  for (const std::string_view key : {"AccessKeyId", "SecretAccessKey"}) {
    const Document* const value = answer.find(key);
    if (value == nullptr || !value->is_string())
      return retrieval_failed(provider, "Missing required key in response: " + python_repr(key));
  }
  Credentials found{
      answer.find("AccessKeyId")->string(), answer.find("SecretAccessKey")->string(), {}};
  const Document* const token = answer.find("SessionToken");
  if (token != nullptr && token->is_string()) found.session_token = token->string();
  found.source = provider;
  return found;
}

bool has_static_keys(const Settings& settings) {
  return settings.contains("aws_access_key_id") || settings.contains("aws_secret_access_key");
}
bool has_role(const Settings& settings) {
  return settings.contains("role_arn") && !settings.contains("web_identity_token_file");
}

void name_session(RoleSession& role) {
  role.has_generated_name = role.name.empty();
  if (role.name.empty()) role.name = "botocore-session-" + std::to_string(std::time(nullptr));
}

RoleSession role_session(const Settings& settings) {
  RoleSession role;
  role.arn = setting(&settings, "role_arn");
  role.name = setting(&settings, "role_session_name");
  name_session(role);
  role.external_id = setting(&settings, "external_id");
  role.duration_seconds = setting(&settings, "duration_seconds");
  role.mfa_serial = setting(&settings, "mfa_serial");
  return role;
}

class Chain {
 public:
  explicit Chain(const CredentialSources& sources) : sources_(sources) {}

  Found find() {
    if (!sources_.explicit_profile) {
      Found found = from_environment();
      if (!found || *found) return found;
    }
    const Settings* const profile = sources_.files->profile(sources_.profile);
    if (profile != nullptr && has_role(*profile)) {
      visited_.push_back(sources_.profile);
      return from_role(sources_.profile, *profile);
    }
    Found found = of_profile(sources_.profile, !sources_.explicit_profile);
    if (!found || *found) return found;
    found = container_credentials();
    if (!found || *found) return found;
    return instance_credentials(sources_.instance);
  }

 private:
  Found of_profile(const std::string& name, bool with_environment) {
    const Settings* const profile = sources_.files->profile(name);
    Found found = from_web_identity(profile, with_environment);
    if (!found || *found) return found;
    if (profile != nullptr &&
        (profile->contains("sso_start_url") || profile->contains("sso_session")))
      return fail_as(ExitCode::configuration,
                     "Profile \"" + name +
                         "\" signs in with IAM Identity Center (SSO), which levada does not do. "
                         "Let the AWS CLI lend its keys: credential_process = aws configure "
                         "export-credentials --profile " +
                         name);
    found = from_settings("shared-credentials-file", sources_.files->shared_credentials(name));
    if (!found || *found) return found;
    found = from_process(profile);
    if (!found || *found) return found;
    return from_settings("config-file", sources_.files->config_profile(name));
  }

  Found from_role(const std::string& name, const Settings& settings) {
    const Credentials source = TRY(source_of(name, settings));
    RoleSession role = role_session(settings);
    const RoleCache cache(role);
    std::optional<Credentials> lent = cache.load();
    if (lent) return from(role_provider, std::move(*lent));
    if (!role.mfa_serial.empty())
      role.mfa_code = TRY(ask_secretly("Enter MFA code for " + role.mfa_serial + ": "));
    lent = TRY(assume_role(source, role, sources_.region, sources_.http));
    cache.store(*lent);
    return from(role_provider, std::move(*lent));
  }

  Result<Credentials> source_of(const std::string& name, const Settings& settings) {
    const std::string source_profile(setting(&settings, "source_profile"));
    const std::string credential_source(setting(&settings, "credential_source"));
    if (!source_profile.empty() && !credential_source.empty())
      return fail_as(ExitCode::general, "The profile \"" + name +
                                            "\" contains both source_profile and "
                                            "credential_source.");
    if (source_profile.empty() && credential_source.empty())
      return partial("assume-role", "source_profile or credential_source");
    if (!credential_source.empty()) return from_credential_source(name, credential_source);

    const Settings* const source = sources_.files->profile(source_profile);
    if (source == nullptr)
      return fail_as(ExitCode::general, "The source_profile \"" + source_profile +
                                            "\" referenced in the profile \"" + name +
                                            "\" does not exist.");
    const bool visited = std::ranges::find(visited_, source_profile) != visited_.end();
    if (visited && (source_profile != name || !has_static_keys(*source)))
      return fail_as(ExitCode::general,
                     "Infinite loop in credential configuration detected. Attempting to load "
                     "from profile " +
                         source_profile +
                         " which has already been visited. Visited profiles: " + visited_text());
    visited_.push_back(source_profile);
    Found found = has_role(*source) && !has_static_keys(*source)
                      ? from_role(source_profile, *source)
                      : of_profile(source_profile, false);
    const std::optional<Credentials> credentials = TRY(std::move(found));
    if (!credentials)
      return fail_as(ExitCode::general,
                     "The source profile \"" + source_profile + "\" must have credentials.");
    return *credentials;
  }

  Result<Credentials> from_credential_source(const std::string& name,
                                             const std::string& source) const {
    Found found = std::nullopt;
    if (source == "Environment") {
      found = from_environment();
    } else if (source == "EcsContainer") {
      found = container_credentials();
    } else if (source == "Ec2InstanceMetadata") {
      found = instance_credentials(sources_.instance);
    } else {
      return fail_as(ExitCode::general, "The credential source \"" + source +
                                            "\" referenced in profile \"" + name +
                                            "\" is not valid.");
    }
    const std::optional<Credentials> credentials = TRY(std::move(found));
    if (!credentials)
      return retrieval_failed(
          source, "No credentials found in credential_source referenced in profile " + name);
    return *credentials;
  }

  Found from_web_identity(const Settings* profile, bool with_environment) const {
    std::string token_file(setting(profile, "web_identity_token_file"));
    RoleSession role = profile == nullptr ? RoleSession{} : role_session(*profile);
    if (with_environment && !environment("AWS_WEB_IDENTITY_TOKEN_FILE").empty()) {
      token_file = environment("AWS_WEB_IDENTITY_TOKEN_FILE");
      role.arn = environment("AWS_ROLE_ARN");
      role.name = environment("AWS_ROLE_SESSION_NAME");
      role.has_generated_name = false;
    }
    if (token_file.empty()) return std::nullopt;
    if (role.arn.empty())
      return fail_as(ExitCode::general,
                     "The provided profile or the current environment is configured to assume "
                     "role with web identity but has no role ARN configured. Ensure that the "
                     "profile has the role_arnconfiguration set or the AWS_ROLE_ARN env var is "
                     "set.");  // as botocore spells it
    if (role.name.empty()) name_session(role);
    const RoleCache cache(role);
    std::optional<Credentials> lent = cache.load();
    if (lent) return from(web_identity_provider, std::move(*lent));
    const Result<std::string> token = read_file(expand_path(token_file));
    if (!token) return fail_as(ExitCode::general, token.error().message);
    lent = TRY(assume_role_with_web_identity(*token, role, sources_.region, sources_.http));
    cache.store(*lent);
    return from(web_identity_provider, std::move(*lent));
  }

  std::string visited_text() const {
    Document::Array names;
    for (const std::string& name : visited_) names.push_back(Document::of_string(name));
    return python_repr(Document::of_array(std::move(names)));
  }

  const CredentialSources& sources_;
  std::vector<std::string> visited_;
};

}  // namespace

Result<std::optional<Credentials>> find_credentials(const CredentialSources& sources) {
  return Chain(sources).find();
}

}  // namespace levada::cli
