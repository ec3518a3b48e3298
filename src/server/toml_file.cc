#include "server/toml_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include <toml++/toml.h>

#include "base/utf8.h"
#include "server/property_value.h"

namespace levada::server {
namespace {

constexpr std::size_t toml_file_max = 1 << 20;  // ten thousand access keys fit twice over

unexpected<Error> refuse(const std::string& path, const toml::source_region& where,
                         const std::string& what) {
  return fail(ErrorKind::invalid, path + ':' + std::to_string(where.begin.line) + ": " + what);
}

Result<toml::table> parse(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int number = errno;
    return fail(number == ENOENT ? ErrorKind::not_found : ErrorKind::io,
                "cannot read " + path + ": " + std::strerror(number));
  }
  std::string text;
  std::array<char, 4096> piece;
  while (file.read(piece.data(), piece.size()), file.gcount() > 0) {
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > toml_file_max)
      return fail(ErrorKind::too_large, path + " is over 1 MiB; that is no file for Levada");
  }
  if (file.bad()) return fail(ErrorKind::io, "cannot read " + path);
  if (!is_valid_utf8(text)) return fail(ErrorKind::invalid, path + ": is no UTF-8");
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return refuse(path, error.source(), std::string(error.description()));
  }
}

// The value of a required or optional string key; the key is removed, so that what is left over is
// unknown.
Result<std::optional<std::string>> take_string(toml::table& table, const std::string& path,
                                               std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::optional<std::string>();
  const auto* text = node->as_string();
  if (text == nullptr || text->get().empty())
    return refuse(path, node->source(), std::string(key) + " must be a string that is not empty");
  std::optional<std::string> value = text->get();
  table.erase(key);
  return value;
}

Result<std::optional<UnixMillis>> take_moment(toml::table& table, const std::string& path,
                                              std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return std::optional<UnixMillis>();
  const auto* moment = node->as_date_time();
  if (moment == nullptr || !moment->get().offset)
    return refuse(path, node->source(),
                  std::string(key) + " must be a date and time like 2027-01-31T12:00:00Z");
  const toml::date_time at = moment->get();
  using namespace std::chrono;
  const sys_days day{year(at.date.year) / at.date.month / at.date.day};
  const auto since = day.time_since_epoch() + hours(at.time.hour) + minutes(at.time.minute) +
                     seconds(at.time.second) - minutes(at.offset->minutes);
  table.erase(key);
  return std::optional(UnixMillis(duration_cast<Millis>(since)));
}

// A list of strings, empty when the key is absent; present, it must name something.
Result<std::vector<std::string>> take_strings(toml::table& table, const std::string& path,
                                              std::string_view key) {
  std::vector<std::string> texts;
  const toml::node* node = table.get(key);
  if (node == nullptr) return texts;
  const auto wrong = [&] {
    return refuse(path, node->source(), std::string(key) + " must be a list of strings, not empty");
  };
  const auto* list = node->as_array();
  if (list == nullptr || list->empty()) return wrong();
  for (const toml::node& item : *list) {
    if (!item.is_string()) return wrong();
    texts.push_back(item.as_string()->get());
  }
  table.erase(key);
  return texts;
}

Result<Credential> read_credential(toml::table& table, const std::string& path) {
  const toml::source_region where = table.source();
  const auto access_key = TRY(take_string(table, path, "access_key"));
  const auto secret_key = TRY(take_string(table, path, "secret_key"));
  if (!access_key || !secret_key)
    return refuse(path, where, "a [[principal]] needs access_key and secret_key");
  Credential credential;
  credential.access_key = *access_key;
  credential.secret_key = *secret_key;
  credential.session_token = TRY(take_string(table, path, "session_token"));
  credential.expires = TRY(take_moment(table, path, "expires"));
  credential.account = TRY(take_string(table, path, "account"));
  if (credential.account && !PropertyValue<AccountId>::parse(*credential.account))
    return refuse(path, where, "account must be twelve digits");
  credential.name = TRY(take_string(table, path, "name"));
  credential.actions = TRY(take_strings(table, path, "actions"));
  credential.resources = TRY(take_strings(table, path, "resources"));
  for (const auto& [key, value] : table)
    return refuse(path, value.source(), "unknown key " + std::string(key.str()));
  return credential;
}

}  // namespace

Result<std::vector<TomlSetting>> read_settings(const std::string& path) {
  const toml::table table = TRY(parse(path));
  std::vector<TomlSetting> settings;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    std::string text;
    if (const auto* string = node.as_string())
      text = string->get();
    else if (const auto* integer = node.as_integer())
      text = std::to_string(integer->get());
    else if (const auto* truth = node.as_boolean())
      text = truth->get() ? "true" : "false";
    else
      return refuse(path, node.source(),
                    name + " must be a string or a whole number (settings have no sections)");
    settings.push_back({name, text, node.source().begin.line});
  }
  return settings;
}

Result<std::vector<Credential>> read_credentials(const std::string& path) {
  toml::table table = TRY(parse(path));
  for (const auto& [key, node] : table)
    if (key.str() != "principal")
      return refuse(path, node.source(),
                    "unknown key " + std::string(key.str()) + "; write [[principal]]");
  toml::array* principals = table["principal"].as_array();
  if (principals == nullptr || principals->empty())
    return fail(ErrorKind::invalid, path + ": holds no [[principal]]");
  std::vector<Credential> credentials;
  for (toml::node& node : *principals) {
    toml::table* entry = node.as_table();
    if (entry == nullptr) return refuse(path, node.source(), "write [[principal]] tables");
    Credential credential = TRY(read_credential(*entry, path));
    const auto same = [&](const Credential& c) { return c.access_key == credential.access_key; };
    if (std::ranges::any_of(credentials, same))
      return refuse(path, node.source(), "access key " + credential.access_key + " comes twice");
    credentials.push_back(std::move(credential));
  }
  return credentials;
}

}  // namespace levada::server
