#pragma once
// What a command needs to know of its surroundings, decided once: the profile, region, endpoint,
// formats and retries, from the command line, the environment and the configuration files, in the
// AWS CLI's order.

#include <optional>
#include <string>

#include "aws/schema.h"
#include "base/result.h"
#include "cli/credentials.h"
#include "cli/global_options.h"
#include "cli/profile.h"

namespace levada::cli {

enum class TimestampFormat : std::uint8_t { iso8601, wire };

class Session {
 public:
  // Errors: a configuration file that cannot be parsed, a profile that does not exist.
  static Result<Session> open(const GlobalOptions& options);

  const std::string& profile_name() const { return profile_name_; }
  const ConfigurationFiles& files() const { return files_; }
  // Of the profile, of both files; null when it is "default" and not there. An error for another
  // that is not there.
  Result<const Settings*> profile_settings() const;

  Result<std::string> region() const;  // an error (configuration) without one
  Result<Endpoint> endpoint(const aws::Service& service, const std::string& region) const;
  bool has_custom_endpoint(const aws::Service& service) const {
    return !endpoint_url(service).empty();
  }
  HttpOptions http_options() const;
  Result<std::optional<Credentials>> credentials(const std::string& region) const;
  Result<std::string> output_format() const;  // json without another
  Result<TimestampFormat> timestamp_format() const;
  Result<BinaryFormat> binary_format() const;
  Result<int> attempts_max() const;
  std::string pager() const;  // empty: none
  bool auto_prompt() const;

 private:
  explicit Session(const GlobalOptions& options) : options_(&options) {}
  // The first of the environment's variable and the profile's setting.
  std::string configured(const char* variable, std::string_view name) const;
  std::string endpoint_url(const aws::Service& service) const;

  const GlobalOptions* options_;
  ConfigurationFiles files_;
  std::string profile_name_;
};

}  // namespace levada::cli
