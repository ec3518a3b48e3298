#pragma once
// `levada completion bash|zsh|fish` prints a script for that shell, which asks `completion
// candidates` for the words that may stand at the cursor, by the tables.

#include <span>
#include <string>

#include "base/result.h"

namespace levada::cli {

Result<Unit> print_completion(std::span<const std::string> arguments);

}  // namespace levada::cli
