#include "cli/file.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "cli/text.h"

namespace levada::cli {

namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string home_of(const std::string& user) {
  if (user.empty()) {
    const std::string home = environment("HOME");
    if (!home.empty()) return home;
  }
  const passwd* const entry = user.empty() ? getpwuid(getuid()) : getpwnam(user.c_str());
  return entry == nullptr ? "" : entry->pw_dir;
}

}  // namespace

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string expand_path(std::string_view path) {
  std::string out;
  if (path.starts_with('~')) {
    const std::size_t end = path.find('/');
    const std::string home = home_of(std::string(path.substr(1, end == path.npos ? end : end - 1)));
    if (!home.empty()) {
      out = home;
      path = end == path.npos ? std::string_view() : path.substr(end);
    }
  }
  for (std::size_t at = 0; at < path.size();) {
    if (path[at] != '$') {
      out += path[at++];
      continue;
    }
    const bool braced = at + 1 < path.size() && path[at + 1] == '{';
    const std::size_t begin = at + (braced ? 2 : 1);
    std::size_t end = begin;
    while (end < path.size() && (braced ? path[end] != '}' : is_name_character(path[end]))) ++end;
    const std::string name(path.substr(begin, end - begin));
    const char* const value = std::getenv(name.c_str());
    const std::size_t behind = braced && end < path.size() ? end + 1 : end;
    if (value != nullptr && !name.empty()) {
      out += value;
    } else {  // an unknown variable stays as it is written
      out += path.substr(at, behind - at);
    }
    at = behind;
  }
  return out;
}

Result<std::string> read_file(const std::string& path) {
  const auto refuse = [&](int error) {
    return fail(ErrorKind::io, "[Errno " + std::to_string(error) + "] " + std::strerror(error) +
                                   ": " + python_repr(path));
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (file == nullptr) return refuse(errno);
  std::string out;
  std::array<char, 64 << 10> piece;
  for (;;) {
    const std::size_t size = std::fread(piece.data(), 1, piece.size(), file.get());
    out.append(piece.data(), size);
    if (size < piece.size()) {
      if (std::ferror(file.get()) != 0) return refuse(errno);
      return out;
    }
  }
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const char32_t c = take_character(bytes);
    if (c >= 0xd800 && c <= 0xdfff) return false;
  }
  return true;
}

}  // namespace levada::cli
