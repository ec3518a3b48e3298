#include "kinesis/throttle.h"

namespace levada::kinesis {

ShardLimits ShardLimits::custom(std::uint64_t records, std::uint64_t bytes) {
  ShardLimits limits;
  const std::uint64_t factor = std::max<std::uint64_t>(1, bytes / limits.write_bytes);
  limits.write_records = records;
  limits.write_bytes = bytes;
  limits.read_calls *= factor;
  limits.iterator_calls *= factor;
  limits.read_bytes = limits.fan_out_bytes = 2 * bytes;
  limits.large_read_pause /= static_cast<std::int64_t>(factor);
  return limits;
}

ShardThrottle::ShardThrottle(const ShardLimits& limits)
    : enforced_(limits.enforced),
      large_read_(limits.large_read),
      large_read_pause_(limits.large_read_pause),
      write_records_(limits.write_records, limits.write_records),
      write_bytes_(limits.write_bytes, limits.write_bytes),
      read_calls_(limits.read_calls, limits.read_calls),
      read_bytes_(limits.read_bytes, limits.read_bytes),
      iterator_calls_(limits.iterator_calls, limits.iterator_calls) {}

void ShardThrottle::begin_write(MonotonicNanos now) {
  if (!enforced_) return;
  write_records_.refill(now);
  write_bytes_.refill(now);
}

bool ShardThrottle::begin_read(MonotonicNanos now) {
  if (!enforced_) return true;
  if (now < no_read_before_) return false;
  read_calls_.refill(now);
  read_bytes_.refill(now);
  if (!read_calls_.has(1) || !read_bytes_.has(1)) return false;
  read_calls_.take(1);
  return true;
}

void ShardThrottle::end_read(MonotonicNanos now, std::size_t bytes) {
  if (!enforced_) return;
  if (bytes >= large_read_) {
    no_read_before_ = now + large_read_pause_;
    read_bytes_.take(std::min<std::uint64_t>(bytes, large_read_));
  } else {
    read_bytes_.take(bytes);
  }
}

bool ShardThrottle::iterator(MonotonicNanos now) {
  if (!enforced_) return true;
  iterator_calls_.refill(now);
  if (!iterator_calls_.has(1)) return false;
  iterator_calls_.take(1);
  return true;
}

}  // namespace levada::kinesis
