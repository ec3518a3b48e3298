#include "cli/profile.h"

#include <algorithm>

#include "base/ascii.h"
#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

std::string path_of(const char* variable, const char* usual) {
  const std::string named = environment(variable);
  return expand_path(named.empty() ? usual : named);
}

// "\nfoo = bar\nbar = baz" under "s3" becomes s3.foo and s3.bar.
bool add_nested(Settings& settings, const std::string& name, std::string_view block) {
  while (!block.empty()) {
    const std::size_t end = block.find('\n');
    const std::string_view line = trim(block.substr(0, end));
    block = end == block.npos ? std::string_view() : block.substr(end + 1);
    if (line.empty()) continue;
    const std::size_t equals = line.find('=');
    if (equals == line.npos) return false;
    settings[name + '.' + std::string(trim(line.substr(0, equals)))] =
        trim(line.substr(equals + 1));
  }
  return true;
}

// The name of "[profile name]" and its like; empty when the section is of another kind.
std::string named_section(std::string_view kind, const std::string& section) {
  if (!section.starts_with(kind)) return "";
  const Result<std::vector<std::string>> words = shell_words(section);
  if (!words || words->size() != 2 || words->front() != kind) return "";
  return words->back();
}

}  // namespace

Result<std::vector<std::string>> shell_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == quote) {
        quote = '\0';
      } else if (c == '\\' && quote == '"' && i + 1 < text.size() &&
                 (text[i + 1] == '"' || text[i + 1] == '\\')) {
        word += text[++i];
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (in_word) words.push_back(std::exchange(word, ""));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != '\0') return fail(ErrorKind::invalid, "No closing quotation");
  if (in_word) words.push_back(std::move(word));
  return words;
}

Result<std::vector<IniSection>> read_ini(const std::string& path) {
  std::vector<IniSection> sections;
  const Result<std::string> text = read_file(path);
  if (!text) return sections;
  const auto refuse = [&] {
    return fail_as(ExitCode::general, "Unable to parse config file: " + path);
  };
  if (!is_utf8(*text)) return refuse();
  Settings* section = nullptr;
  std::map<std::string, std::string> values;  // of the section, still with their lines
  std::string* value = nullptr;
  std::size_t value_indent = 0;
  const auto end_section = [&] {
    if (section == nullptr) return true;
    for (auto& [name, content] : values) {
      content.erase(content.find_last_not_of(" \t\r\n") + 1);
      if (content.starts_with('\n') && !add_nested(*section, name, content)) return false;
      if (!content.starts_with('\n')) (*section)[name] = content;
    }
    values.clear();
    value = nullptr;
    return true;
  };
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t line_end = rest.find('\n');
    const std::string_view raw = rest.substr(0, line_end);
    rest = line_end == rest.npos ? std::string_view() : rest.substr(line_end + 1);
    const std::string_view line = trim(raw);
    if (line.starts_with('#') || line.starts_with(';')) continue;
    if (line.empty()) {
      if (value != nullptr) *value += '\n';
      continue;
    }
    const std::size_t indent = raw.find_first_not_of(" \t");
    if (value != nullptr && indent > value_indent) {
      *value += '\n';
      *value += line;
      continue;
    }
    if (line.starts_with('[')) {
      const std::size_t close = line.rfind(']');
      if (close == line.npos || !end_section()) return refuse();
      const std::string name(line.substr(1, close - 1));
      if (std::ranges::find(sections, name, &IniSection::name) != sections.end())
        return refuse();  // as Python, strictly
      section = &sections.emplace_back(IniSection{name, {}}).settings;
      continue;
    }
    const std::size_t divider = line.find_first_of("=:");
    if (section == nullptr || divider == line.npos || divider == 0) return refuse();
    const std::string name = lowered(trim(line.substr(0, divider)));
    if (values.contains(name)) return refuse();
    value = &values[name];
    *value = trim(line.substr(divider + 1));
    value_indent = indent;
  }
  if (!end_section()) return refuse();
  return sections;
}

std::string ConfigurationFiles::config_path() {
  return path_of("AWS_CONFIG_FILE", "~/.aws/config");
}
std::string ConfigurationFiles::credentials_path() {
  return path_of("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
}

Result<ConfigurationFiles> ConfigurationFiles::read() {
  ConfigurationFiles files;
  const std::vector<IniSection> config = TRY(read_ini(config_path()));
  for (const auto& [section, settings] : config) {
    const std::string name = section == "default" ? section : named_section("profile", section);
    if (!name.empty() && !files.config_profiles_.contains(name)) files.names_.push_back(name);
    if (!name.empty()) files.config_profiles_[name] = settings;
    const std::string services = named_section("services", section);
    if (!services.empty()) files.services_[services] = settings;
  }
  files.profiles_ = files.config_profiles_;
  const std::vector<IniSection> shared = TRY(read_ini(credentials_path()));
  for (const auto& [section, settings] : shared) {
    files.shared_[section] = settings;
    if (!files.profiles_.contains(section)) files.names_.push_back(section);
    if (settings.empty()) files.profiles_[section];
    for (const auto& [name, content] : settings) files.profiles_[section][name] = content;
  }
  return files;
}

namespace {

template <class Sections>
const Settings* find_section(const Sections& sections, std::string_view name) {
  const auto found = sections.find(name);
  return found == sections.end() ? nullptr : &found->second;
}

}  // namespace

const Settings* ConfigurationFiles::profile(std::string_view name) const {
  return find_section(profiles_, name);
}
const Settings* ConfigurationFiles::shared_credentials(std::string_view name) const {
  return find_section(shared_, name);
}
const Settings* ConfigurationFiles::config_profile(std::string_view name) const {
  return find_section(config_profiles_, name);
}
const Settings* ConfigurationFiles::services(std::string_view name) const {
  return find_section(services_, name);
}

std::string_view setting(const Settings* settings, std::string_view name) {
  if (settings == nullptr) return {};
  const auto found = settings->find(name);
  return found == settings->end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace levada::cli
