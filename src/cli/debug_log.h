#pragma once
// What --debug prints: one line an event on standard error, with the time. Silent without it.

#include <string_view>

namespace levada::cli {

void enable_debug_log();
void debug_log(std::string_view message);

}  // namespace levada::cli
