#pragma once
// LatencyHistogram: counts durations in buckets of under 1 % width, for percentiles of a load run.
// Not for metrics of the server, which have few fixed buckets (base/metrics.h).

#include <array>
#include <bit>
#include <cstdint>

#include "base/time.h"

namespace levada::load {

class LatencyHistogram {
 public:
  void add(Nanos duration) {
    const auto value = static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count());
    ++buckets_[bucket_of(value)];
    ++count_;
    if (value > max_) max_ = value;
  }

  void add(const LatencyHistogram& other) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    if (other.max_ > max_) max_ = other.max_;
  }

  std::uint64_t count() const { return count_; }
  Nanos max() const { return Nanos(static_cast<std::int64_t>(max_)); }

  // The smallest duration that at least `share` (0…1) of all are not above, to 1 %.
  Nanos percentile(double share) const {
    auto left = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      if (buckets_[i] > left) return Nanos(static_cast<std::int64_t>(upper_end(i)));
      left -= buckets_[i];
    }
    return max();
  }

 private:
  static constexpr int steps_bits = 7;  // 128 buckets for each power of two
  static constexpr std::size_t steps = std::size_t{1} << steps_bits;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < steps) return value;
    const int shift = std::bit_width(value) - 1 - steps_bits;
    return (static_cast<std::size_t>(shift) + 1) * steps + ((value >> shift) - steps);
  }
  static std::uint64_t upper_end(std::size_t bucket) {
    if (bucket < steps) return bucket;
    const std::size_t shift = bucket / steps - 1;
    return ((bucket % steps + steps + 1) << shift) - 1;
  }

  std::array<std::uint64_t, steps * 58> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace levada::load
