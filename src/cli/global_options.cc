#include "cli/global_options.h"

#include <algorithm>
#include <climits>

#include "cli/exit_code.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

constexpr GlobalOption table[] = {
    {"--debug", "boolean", "Turn on debug logging."},
    {"--endpoint-url", "string", "Override command's default URL with the given URL."},
    {"--no-verify-ssl", "boolean",
     "By default, the AWS CLI uses SSL when communicating with AWS services. For each SSL "
     "connection, the AWS CLI will verify SSL certificates. This option overrides the default "
     "behavior of verifying SSL certificates."},
    {"--no-paginate", "boolean",
     "Disable automatic pagination. If automatic pagination is disabled, the AWS CLI will only "
     "make one call, for the first page of results."},
    {"--output", "string",
     "The formatting style for command output: json, text, table, yaml or yaml-stream."},
    {"--query", "string", "A JMESPath query to use in filtering the response data."},
    {"--profile", "string", "Use a specific profile from your credential file."},
    {"--region", "string", "The region to use. Overrides config/env settings."},
    {"--version", "string", "Display the version of this tool."},
    {"--color", "string", "Turn on/off color output: on, off or auto."},
    {"--no-sign-request", "boolean",
     "Do not sign requests. Credentials will not be loaded if this argument is provided."},
    {"--ca-bundle", "string",
     "The CA certificate bundle to use when verifying SSL certificates. Overrides config/env "
     "settings."},
    {"--cli-read-timeout", "int",
     "The maximum socket read time in seconds. If the value is set to 0, the socket read will be "
     "blocking and not timeout. The default value is 60 seconds."},
    {"--cli-connect-timeout", "int",
     "The maximum socket connect time in seconds. If the value is set to 0, the socket connect "
     "will be blocking and not timeout. The default value is 60 seconds."},
    {"--cli-binary-format", "string",
     "The formatting style to be used for binary blobs: base64 (the default) expects base64 "
     "text, raw-in-base64-out takes the text itself. fileb:// is always the file's bytes."},
    {"--no-cli-pager", "boolean", "Disable cli pager for output."},
    {"--cli-auto-prompt", "boolean", "Automatically prompt for CLI input parameters."},
    {"--no-cli-auto-prompt", "boolean", "Disable automatically prompt for CLI input parameters."},
};

Option flag(std::string name, std::string destination, bool value) {
  return {.name = std::move(name),
          .destination = std::move(destination),
          .arity = Option::Arity::flag,
          .flag_value = value};
}
Option text(std::string name, std::string destination, std::vector<std::string> choices = {}) {
  return {.name = std::move(name),
          .destination = std::move(destination),
          .choices = std::move(choices)};
}

Result<std::chrono::seconds> timeout(const ParsedArguments& arguments, const char* destination) {
  const std::string* const given = arguments.value(destination);
  if (given == nullptr) return std::chrono::seconds(60);
  const std::optional<Document> number = python_integer(*given);
  if (!number)
    return fail_as(ExitCode::general,
                   "invalid literal for int() with base 10: " + python_repr(*given));
  const int seconds = static_cast<int>(std::clamp<double>(number->real(), INT_MIN, INT_MAX));
  if (seconds < 0)
    return fail_as(ExitCode::general,
                   "Attempted to set connect timeout to " + std::to_string(seconds) +
                       ", but the timeout cannot be set to a value less than or equal to 0.");
  return std::chrono::seconds(seconds);
}

}  // namespace

std::span<const GlobalOption> global_option_table() { return table; }

std::span<const Option> global_options() {
  static const std::vector<Option> options = {
      flag("--debug", "debug", true),
      text("--endpoint-url", "endpoint_url"),
      flag("--no-verify-ssl", "verify_ssl", false),
      flag("--no-paginate", "paginate", false),
      text("--output", "output", {"json", "text", "table", "yaml", "yaml-stream"}),
      text("--query", "query"),
      text("--profile", "profile"),
      text("--region", "region"),
      flag("--version", "version", true),
      text("--color", "color", {"on", "off", "auto"}),
      flag("--no-sign-request", "sign_request", false),
      text("--ca-bundle", "ca_bundle"),
      text("--cli-read-timeout", "read_timeout"),
      text("--cli-connect-timeout", "connect_timeout"),
      text("--cli-binary-format", "cli_binary_format", {"base64", "raw-in-base64-out"}),
      flag("--no-cli-pager", "no_cli_pager", true),
      flag("--cli-auto-prompt", "cli_auto_prompt", true),
      flag("--no-cli-auto-prompt", "no_cli_auto_prompt", true),
  };
  return options;
}

Result<GlobalOptions> read_global_options(const ParsedArguments& arguments) {
  GlobalOptions options;
  const auto take = [&](const char* destination, std::string& into) {
    if (const std::string* const value = arguments.value(destination)) into = *value;
  };
  const auto take_flag = [&](const char* destination, bool& into) {
    if (const Given* const given = arguments.find(destination)) into = given->flag;
  };
  take_flag("debug", options.debug);
  take_flag("verify_ssl", options.verify_ssl);
  take_flag("paginate", options.paginate);
  take_flag("sign_request", options.sign_request);
  take_flag("no_cli_pager", options.no_pager);
  take_flag("cli_auto_prompt", options.auto_prompt);
  take_flag("no_cli_auto_prompt", options.no_auto_prompt);
  take("endpoint_url", options.endpoint_url);
  take("output", options.output);
  take("profile", options.profile);
  take("region", options.region);
  take("color", options.color);
  take("ca_bundle", options.ca_bundle);
  if (const std::string* const query = arguments.value("query")) {
    Result<Jmespath> compiled = Jmespath::compile(*query);
    if (!compiled)
      return usage_error("Bad value for --query " + *query + ": " + compiled.error().message);
    options.query = std::move(*compiled);
  }
  if (arguments.has("endpoint_url") && options.endpoint_url.find(':') == std::string::npos)
    return usage_error("Bad value for --endpoint-url \"" + options.endpoint_url +
                       "\": scheme is missing.  Must be of the form http://<hostname>/ or "
                       "https://<hostname>/");
  if (const std::string* const format = arguments.value("cli_binary_format"))
    options.binary_format =
        *format == "base64" ? BinaryFormat::base64 : BinaryFormat::raw_in_base64_out;
  options.read_timeout = TRY(timeout(arguments, "read_timeout"));
  options.connect_timeout = TRY(timeout(arguments, "connect_timeout"));
  return options;
}

}  // namespace levada::cli
