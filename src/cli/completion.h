#pragma once
// `levada completion bash|zsh|fish` prints a script for that shell, made from the tables.

#include <span>
#include <string>

#include "base/result.h"

namespace levada::cli {

Result<Unit> print_completion(std::span<const std::string> arguments);

}  // namespace levada::cli
