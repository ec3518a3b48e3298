#pragma once
// ~/.aws/config and ~/.aws/credentials, read as botocore reads them: profiles by name, the
// credentials file over the config file, nested blocks under their name.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace levada::cli {

// Settings of one profile or section. A nested block's settings are "block.setting".
using Settings = std::map<std::string, std::string, std::less<>>;

struct IniSection {
  std::string name;
  Settings settings;
};
// Every section of an INI file, in its order. An error says that the file cannot be parsed.
Result<std::vector<IniSection>> read_ini(const std::string& path);

class ConfigurationFiles {
 public:
  // Files that do not exist are empty. AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name others.
  static Result<ConfigurationFiles> read();

  static std::string config_path();
  static std::string credentials_path();

  // In the order of the files.
  const std::vector<std::string>& profile_names() const { return names_; }

  const Settings* profile(std::string_view name) const;             // both files
  const Settings* shared_credentials(std::string_view name) const;  // the credentials file alone
  const Settings* config_profile(std::string_view name) const;      // the config file alone
  const Settings* services(std::string_view name) const;            // a [services …] section

 private:
  using Sections = std::map<std::string, Settings, std::less<>>;
  std::vector<std::string> names_;
  Sections profiles_;
  Sections config_profiles_;
  Sections shared_;
  Sections services_;
};

// A setting's value; empty when there is none.
std::string_view setting(const Settings* settings, std::string_view name);

// Divides words as a shell does, with quotes and backslashes; nothing when a quote is not closed.
Result<std::vector<std::string>> shell_words(std::string_view text);

}  // namespace levada::cli
