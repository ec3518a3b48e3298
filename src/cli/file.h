#pragma once
// Files as command lines name them: `~` and `$VARIABLE` mean what they mean to a shell. Small files
// are read whole.

#include <string>
#include <string_view>

#include "base/result.h"

namespace levada::cli {

std::string expand_path(std::string_view path);
// An error's message is Python's: "[Errno 2] No such file or directory: 'name'".
Result<std::string> read_file(const std::string& path);
bool is_utf8(std::string_view bytes);
// The variable's value; empty when it is not set.
std::string environment(const char* name);

}  // namespace levada::cli
