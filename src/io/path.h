#pragma once
// Paths of a Disk as text: '/' between names, nothing resolved.

#include <string>
#include <string_view>

namespace levada::io {

// The directory that a path's last name is in: "a/b" is in "a", "/b" in "/", "b" in ".".
inline std::string directory_of(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

}  // namespace levada::io
