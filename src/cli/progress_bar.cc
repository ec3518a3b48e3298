#include "cli/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace levada::cli {

namespace {

constexpr std::chrono::milliseconds pause_between{100};
constexpr std::size_t bar_width = 30;
constexpr double mebibyte = 1 << 20;

}  // namespace

ProgressBar::ProgressBar(std::uint64_t bytes_total)
    : bytes_total_(bytes_total), is_watched_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (has_line_) std::fputc('\n', stderr);
}

void ProgressBar::show(std::uint64_t records, std::uint64_t bytes) {
  const Clock::time_point now = Clock::now();
  const bool is_complete = bytes_total_ != 0 && bytes >= bytes_total_;
  if (!is_watched_ || (now < next_ && !is_complete)) return;
  next_ = now + pause_between;
  has_line_ = true;
  const double seconds = std::max(1e-9, std::chrono::duration<double>(now - started_).count());
  std::string bar;
  if (bytes_total_ != 0) {
    const auto done = static_cast<std::size_t>(
        static_cast<double>(bar_width) *
        std::min(1.0, static_cast<double>(bytes) / static_cast<double>(bytes_total_)));
    bar = '[' + std::string(done, '#') + std::string(bar_width - done, '.') + "] ";
  }
  std::fprintf(stderr, "\r%s%llu records, %.1f MiB, %.1f MiB/s ", bar.c_str(),
               static_cast<unsigned long long>(records), static_cast<double>(bytes) / mebibyte,
               static_cast<double>(bytes) / mebibyte / seconds);
  std::fflush(stderr);
}

}  // namespace levada::cli
