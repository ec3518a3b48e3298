#include "cli/config_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

using Lines = std::vector<std::string>;  // each with its line break

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == text.npos ? text.size() : end + 1;
    lines.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// What stands in "[…]" with the brackets; empty for a line that begins no section.
std::string_view header_of(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r\n\v\f");
  if (begin == line.npos || line[begin] != '[') return {};
  const std::size_t end = line.find(']', begin);
  if (end == line.npos || end == begin + 1) return {};
  return line.substr(0, end + 1);
}

struct OptionLine {
  std::string name;
  std::size_t indent;
};

// "name = value" or "name: value".
std::optional<OptionLine> option_of(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(":=");
  if (begin == line.npos) return std::nullopt;
  const std::size_t divider = line.find_first_of(":=", begin);
  if (divider == line.npos) return std::nullopt;
  const std::string_view name = line.substr(begin, divider - begin);
  const std::size_t indent = std::min(name.find_first_not_of(" \t\r\n"), name.size());
  return OptionLine{std::string(trim(name)), indent};
}

bool is_header_of(std::string_view header, const std::string& section) {
  if (header == '[' + section + ']') return true;
  const std::size_t blank = section.find(' ');
  return blank != std::string::npos &&
         header == '[' + section.substr(0, blank) + " \"" + section.substr(blank + 1) + "\"]";
}

std::string text_of(const NewSetting& setting, const std::string& indent) {
  if (setting.nested.empty()) return indent + setting.name + " = " + setting.value + '\n';
  return indent + setting.name + " =\n" + indent + "    " + setting.nested + " = " + setting.value +
         '\n';
}

// One section's lines in a file that has it.
class Section {
 public:
  Section(Lines& lines, std::vector<NewSetting>& settings) : lines_(lines), settings_(settings) {}

  // `header` is the line of "[…]".
  void update(std::size_t header) {
    std::size_t last_option = header;
    for (std::size_t i = header + 1; i < lines_.size(); ++i) {
      if (!header_of(lines_[i]).empty()) return insert(last_option + 1);
      const std::optional<OptionLine> option = option_of(lines_[i]);
      if (!option) continue;
      last_option = i;
      const auto setting = std::ranges::find(settings_, option->name, &NewSetting::name);
      if (setting == settings_.end()) continue;
      if (!setting->nested.empty()) return update_block(i, option->indent, *setting);
      lines_[i] = option->name + " = " + setting->value + '\n';
      settings_.erase(setting);
    }
    if (settings_.empty()) return;
    if (!lines_.back().ends_with('\n')) lines_.back() += '\n';
    insert(std::min(last_option + 2, lines_.size()));  // at the end, a line further down
  }

 private:
  void insert(std::size_t at) {
    std::string text;
    for (const NewSetting& setting : settings_) text += text_of(setting, "");
    lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(at), text);
  }

  // The block's settings stand deeper than its own line.
  void update_block(std::size_t block, std::size_t block_indent, const NewSetting& setting) {
    std::size_t i = block + 1;
    for (; i < lines_.size() && header_of(lines_[i]).empty(); ++i) {
      const std::optional<OptionLine> option = option_of(lines_[i]);
      if (!option) continue;
      if (option->indent <= block_indent) break;
      if (option->name != setting.nested) continue;
      lines_[i] = std::string(option->indent, ' ') + option->name + " = " + setting.value + '\n';
      return;
    }
    if (!lines_[i - 1].ends_with('\n')) lines_[i - 1] += '\n';
    lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(i),
                  "    " + setting.nested + " = " + setting.value + '\n');
  }

  Lines& lines_;
  std::vector<NewSetting>& settings_;
};

unexpected<Error> cannot_write(const std::string& path) {
  return fail_as(ExitCode::general, "[Errno " + std::to_string(errno) + "] " +
                                        std::strerror(errno) + ": " + python_repr(path));
}

}  // namespace

std::string with_settings(std::string_view text, const std::string& section,
                          std::vector<NewSetting> settings) {
  Lines lines = lines_of(text);
  const auto header = std::ranges::find_if(
      lines, [&](const std::string& line) { return is_header_of(header_of(line), section); });
  if (header == lines.end()) {
    if (!lines.empty() && !lines.back().ends_with('\n')) lines.back() += '\n';
    lines.push_back('[' + section + "]\n");
    for (const NewSetting& setting : settings) lines.push_back(text_of(setting, ""));
  } else {
    Section(lines, settings).update(static_cast<std::size_t>(header - lines.begin()));
  }
  return join(lines, "");
}

Result<Unit> write_settings(const std::string& path, const std::string& section,
                            std::vector<NewSetting> settings) {
  const std::filesystem::path file(path);
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  std::string text;
  if (::access(path.c_str(), F_OK) == 0) {
    Result<std::string> read = read_file(path);
    if (!read) return fail_as(ExitCode::general, read.error().message);
    text = std::move(*read);
  }
  text = with_settings(text, section, std::move(settings));
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return cannot_write(path);
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  const bool is_whole = rest.empty();
  if (::close(descriptor) != 0 || !is_whole) return cannot_write(path);
  return Unit{};
}

}  // namespace levada::cli
