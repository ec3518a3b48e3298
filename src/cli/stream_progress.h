#pragma once
// StreamProgress: how far a long command has come, on one line of standard error, for a person who
// watches. Without a terminal it says nothing.

#include <chrono>
#include <cstdint>
#include <string>

namespace levada::cli {

class StreamProgress {
 public:
  explicit StreamProgress(std::string what);
  ~StreamProgress();  // leaves the last line standing
  StreamProgress(const StreamProgress&) = delete;
  StreamProgress& operator=(const StreamProgress&) = delete;

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
