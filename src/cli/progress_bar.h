#pragma once
// A line on standard error that tells how far a long command is; nothing where no one looks.
// ProgressBar: how far a long command has come, on one line of standard error, for a person who
// watches. Without a terminal it says nothing.

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

  explicit ProgressBar(std::string what);
  ~ProgressBar();  // leaves the last line standing
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `done` of the whole, 0 to 1.
  void show(double done, std::uint64_t records, std::uint64_t bytes);

 private:
  std::string what_;
  bool visible_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point begin_, last_;
};

// The line itself: "orders/shardId-000000000000  [=====>    ]  52%  12,000 records  3.1 MB/s".
std::string progress_line(const std::string& what, double done, std::uint64_t records,
                          double bytes_per_second, std::size_t width);

}  // namespace levada::cli
