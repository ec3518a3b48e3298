#pragma once
// `levada kinesis …`, and `aws …` where levada bears that name: from the words of the command line
// to an exit code. The door of this room.

#include <span>
#include <string_view>

namespace levada::cli {

// Whether the first word is a command of this room.
bool is_command(std::string_view word);

// `arguments` without the program's name.
int run(std::span<const std::string_view> arguments);

}  // namespace levada::cli
