#pragma once
// What --debug prints: one line an event on standard error, with the time. Silent without it.

#include <string_view>

namespace levada::cli {

void enable_debug_log();
// For lines that are dear to put together.
bool debug_log_is_enabled();
void debug_log(std::string_view message);

}  // namespace levada::cli
