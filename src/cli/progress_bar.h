#pragma once
// A line on standard error that tells how far a long command is; nothing where no one looks.

#include <chrono>
#include <cstdint>
#include <string>

namespace levada::cli {

class ProgressBar {
 public:
  // `bytes_total` zero: unknown, only the amount is shown.
  explicit ProgressBar(std::uint64_t bytes_total);
  ~ProgressBar();  // ends the line
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::uint64_t records, std::uint64_t bytes);

 private:
  using Clock = std::chrono::steady_clock;
  std::uint64_t bytes_total_;
  bool is_watched_;
  bool has_line_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point next_ = Clock::now();
};

}  // namespace levada::cli
