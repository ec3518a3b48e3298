#include "cli/debug_log.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace levada::cli {

namespace {

bool enabled = false;

}  // namespace

void enable_debug_log() { enabled = true; }
bool debug_log_is_enabled() { return enabled; }

void debug_log(std::string_view message) {
  if (!enabled) return;
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 32> date;
  std::strftime(date.data(), date.size(), "%Y-%m-%d %H:%M:%S", &parts);
  std::fprintf(stderr, "%s,%03d - levada.cli - DEBUG - %.*s\n", date.data(),
               static_cast<int>(millis), static_cast<int>(message.size()), message.data());
}

}  // namespace levada::cli
