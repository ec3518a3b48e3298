#include "cli/stream_progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace levada::cli {
namespace {

constexpr auto between = std::chrono::milliseconds(100);
constexpr std::size_t live_bar_width = 24;

std::size_t width_of_terminal() {
  struct winsize size {};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace

std::string progress_line(const std::string& what, double done, std::uint64_t records,
                          double bytes_per_second, std::size_t width) {
  const double share = std::clamp(done, 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(share * live_bar_width);
  std::string bar(filled, '=');
  if (filled < live_bar_width) bar += '>';
  bar.resize(live_bar_width, ' ');
  char text[160];
  std::snprintf(text, sizeof text, "  [%s] %3.0f%%  %llu records  %.1f MB/s", bar.c_str(),
                share * 100, static_cast<unsigned long long>(records), bytes_per_second / 1e6);
  return (what + text).substr(0, width > 0 ? width - 1 : 0);
}

StreamProgress::StreamProgress(std::string what)
    : what_(std::move(what)),
      visible_(::isatty(STDERR_FILENO) == 1),
      begin_(std::chrono::steady_clock::now()),
      last_(begin_ - between) {}

StreamProgress::~StreamProgress() {
  if (shown_) std::fputc('\n', stderr);
}

void StreamProgress::show(double done, std::uint64_t records, std::uint64_t bytes) {
  const auto now = std::chrono::steady_clock::now();
  if (!visible_ || (now - last_ < between && done < 1)) return;
  last_ = now;
  const double seconds = std::max(std::chrono::duration<double>(now - begin_).count(), 1e-3);
  const std::string line = progress_line(what_, done, records, static_cast<double>(bytes) / seconds,
                                         width_of_terminal());
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
  shown_ = true;
}

}  // namespace levada::cli
