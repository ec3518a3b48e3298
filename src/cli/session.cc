#include "cli/session.h"

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "base/ascii.h"
#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/services.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

// A region becomes part of a host name.
bool is_host_label(std::string_view region) {
  if (region.empty() || region.size() > 63 || region.front() == '-' || region.back() == '-')
    return false;
  return region.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
         std::string_view::npos;
}

Result<int> python_int(const std::string& text) {
  const std::optional<Document> number = python_integer(text);
  if (!number)
    return fail_as(ExitCode::general,
                   "invalid literal for int() with base 10: " + python_repr(text));
  return static_cast<int>(std::clamp<double>(number->real(), INT_MIN, INT_MAX));
}

}  // namespace

Result<Session> Session::open(const GlobalOptions& options) {
  Session session(options);
  session.files_ = TRY(ConfigurationFiles::read());
  std::string named = options.profile;
  for (const char* const variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"})
    if (named.empty()) named = environment(variable);
  session.profile_name_ = named.empty() ? "default" : named;
  return session;
}

std::string Session::configured(const char* variable, std::string_view name) const {
  std::string value = environment(variable);
  const Settings* const profile = files_.profile(profile_name_);
  if (value.empty()) value = setting(profile, name);
  return value;
}

Result<const Settings*> Session::profile_settings() const {
  const Settings* const profile = files_.profile(profile_name_);
  if (profile == nullptr && profile_name_ != "default")
    return fail_as(ExitCode::general,
                   "The config profile (" + profile_name_ + ") could not be found");
  return profile;
}

Result<std::string> Session::region() const {
  TRY(profile_settings());
  std::string region = options_->region;
  if (region.empty()) region = environment("AWS_REGION");
  if (region.empty()) region = configured("AWS_DEFAULT_REGION", "region");
  if (region.empty())
    return fail_as(ExitCode::configuration,
                   "You must specify a region. You can also configure your region by running "
                   "\"aws configure\".");
  if (!is_host_label(region))
    return fail_as(ExitCode::general,
                   "Provided region_name '" + region + "' doesn't match a supported format.");
  return region;
}

std::string Session::endpoint_url(const aws::Service& service) const {
  if (!options_->endpoint_url.empty()) return options_->endpoint_url;
  if (lowered(configured("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                         "ignore_configured_endpoint_urls")) == "true")
    return "";
  const std::string service_id = replace_all(std::string(command_name(service)), "-", "_");
  std::string url = environment(("AWS_ENDPOINT_URL_" + uppered(service_id)).c_str());
  if (!url.empty()) return url;
  url = environment("AWS_ENDPOINT_URL");
  if (!url.empty()) return url;
  const Settings* const profile = files_.profile(profile_name_);
  const Settings* const services = files_.services(setting(profile, "services"));
  url = setting(services, service_id + ".endpoint_url");
  if (!url.empty()) return url;
  return std::string(setting(profile, "endpoint_url"));
}

Result<Endpoint> Session::endpoint(const aws::Service& service, const std::string& region) const {
  std::string url = endpoint_url(service);
  if (url.empty()) {
    const std::string_view prefix =
        service.host_prefix.empty() ? service.name : service.host_prefix;
    url = "https://" + std::string(prefix) + '.' + region + ".amazonaws.com" +
          (region.starts_with("cn-") ? ".cn" : "");
  }
  Result<Endpoint> endpoint = Endpoint::parse(url);
  if (!endpoint) return fail_as(ExitCode::general, endpoint.error().message);
  return endpoint;
}

HttpOptions Session::http_options() const {
  HttpOptions http{.connect_timeout = options_->connect_timeout,
                   .read_timeout = options_->read_timeout,
                   .verify = options_->verify_ssl,
                   .authorities = options_->ca_bundle};
  if (http.authorities.empty()) http.authorities = configured("AWS_CA_BUNDLE", "ca_bundle");
  if (http.authorities.empty()) http.authorities = environment("REQUESTS_CA_BUNDLE");
  return http;
}

Result<std::optional<Credentials>> Session::credentials(const std::string& region) const {
  InstanceMetadataOptions instance{
      .endpoint = configured("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint"),
      .endpoint_mode = configured("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                                  "ec2_metadata_service_endpoint_mode")};
  const auto take_number = [&](const char* variable, std::string_view name,
                               int& into) -> Result<Unit> {
    const std::string text = configured(variable, name);
    if (!text.empty()) into = TRY(python_int(text));
    return Unit{};
  };
  TRY(take_number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout",
                  instance.timeout_seconds));
  TRY(take_number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts",
                  instance.attempts));
  return find_credentials({.files = &files_,
                           .profile = profile_name_,
                           .explicit_profile = !options_->profile.empty(),
                           .region = region,
                           .http = http_options(),
                           .instance = std::move(instance)});
}

Result<std::string> Session::output_format() const {
  std::string format = options_->output;
  if (format.empty()) format = configured("AWS_DEFAULT_OUTPUT", "output");
  if (format.empty()) return std::string("json");
  for (const std::string_view known : {"json", "text", "table", "yaml", "yaml-stream"})
    if (format == known) return format;
  return fail_as(ExitCode::general, "Unknown output type: " + format);
}

Result<TimestampFormat> Session::timestamp_format() const {
  const std::string_view format = setting(files_.profile(profile_name_), "cli_timestamp_format");
  if (format.empty() || format == "iso8601") return TimestampFormat::iso8601;
  if (format == "wire") return TimestampFormat::wire;
  return fail_as(ExitCode::configuration,
                 "Unknown cli_timestamp_format value: " + std::string(format) +
                     ", valid values are \"wire\" or \"iso8601\"");
}

Result<BinaryFormat> Session::binary_format() const {
  if (options_->binary_format) return *options_->binary_format;
  const std::string_view format = setting(files_.profile(profile_name_), "cli_binary_format");
  if (format.empty() || format == "base64") return BinaryFormat::base64;
  if (format == "raw-in-base64-out") return BinaryFormat::raw_in_base64_out;
  return fail_as(ExitCode::general, python_repr(format));
}

Result<int> Session::attempts_max() const {
  const std::string mode = configured("AWS_RETRY_MODE", "retry_mode");
  if (!mode.empty() && mode != "standard" && mode != "adaptive")
    return fail_as(ExitCode::general, "Invalid value provided to \"mode\": \"" + mode +
                                          "\" must be one of: \"standard\" or \"adaptive\"");
  const std::string text = configured("AWS_MAX_ATTEMPTS", "max_attempts");
  constexpr int attempts_default = 3;
  if (text.empty()) return attempts_default;
  const int attempts = TRY(python_int(text));
  if (attempts < 1)
    return fail_as(ExitCode::general, "Value provided to \"max_attempts\": " + text +
                                          " must be an integer greater than or equal to one.");
  return attempts;
}

std::string Session::pager() const {
  if (options_->no_pager) return "";
  if (const char* const pager = std::getenv("AWS_PAGER")) return pager;
  const Settings* const profile = files_.profile(profile_name_);
  if (profile != nullptr && profile->contains("cli_pager"))
    return std::string(setting(profile, "cli_pager"));
  if (const char* const pager = std::getenv("PAGER")) return pager;
  return "less";
}

bool Session::auto_prompt() const {
  if (options_->no_auto_prompt) return false;
  if (options_->auto_prompt) return true;
  const std::string mode = lowered(configured("AWS_CLI_AUTO_PROMPT", "cli_auto_prompt"));
  return mode == "on" || mode == "on-partial";
}

}  // namespace levada::cli
