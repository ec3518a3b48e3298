#pragma once
// TOML files as Levada uses them: flat settings, and the list of access keys. toml++ stays behind
// these functions.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace levada::server {

struct TomlSetting {
  std::string key;
  std::string text;  // a string as it is; a number or a truth value as it would be written
  std::uint32_t line;
};

// Errors: invalid (file:line: what), not_found, io.
Result<std::vector<TomlSetting>> read_settings(const std::string& path);

// One access key. No part but the access key and the account may ever be printed.
struct Credential {
  std::string access_key;
  std::string secret_key;
  std::optional<std::string> session_token;
  std::optional<UnixMillis> expires;
  std::optional<std::string> account;
  std::optional<std::string> name;
  std::vector<std::string> actions;    // empty: all
  std::vector<std::string> resources;  // empty: all
};

// [[principal]] tables: access_key, secret_key, session_token?, expires? (a date and time with an
// offset), account? (twelve digits), name?, actions? and resources? (lists of patterns). At least
// one table; no access key twice.
Result<std::vector<Credential>> read_credentials(const std::string& path);

}  // namespace levada::server
