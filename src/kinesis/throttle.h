#pragma once
// What a shard gives in a second (spec kinesis 11): token buckets of one second's burst, in the
// memory of the shard's owner. After a restart they are full again.

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"
#include "base/time.h"

namespace levada::kinesis {

// Tokens that come back with time. A taker may overdraw what is there once, and pays back by
// waiting: so a record larger than the burst passes.
class TokenBucket {
 public:
  TokenBucket() = default;
  TokenBucket(std::uint64_t per_second, std::uint64_t burst)
      : per_second_(per_second), burst_(burst), tokens_(static_cast<std::int64_t>(burst)) {}

  void refill(MonotonicNanos now) {
    if (now <= refilled_ || per_second_ == 0) return;
    constexpr std::int64_t second = 1'000'000'000;
    const auto rate = static_cast<std::int64_t>(per_second_);
    const auto full = static_cast<std::int64_t>(burst_);
    const __int128 gained = static_cast<__int128>((now - refilled_).count()) * rate / second;
    if (gained >= full - tokens_) {
      tokens_ = full;
      refilled_ = now;
    } else {  // what is left of a token stays in the time that has not been counted
      tokens_ += static_cast<std::int64_t>(gained);
      refilled_ = refilled_ + Nanos(static_cast<std::int64_t>(gained * second / rate));
    }
  }
  // Whether n may be taken: all of them, or any when the bucket is full.
  bool has(std::uint64_t n) const {
    return tokens_ >= static_cast<std::int64_t>(std::min(n, burst_)) && tokens_ > 0;
  }
  void take(std::uint64_t n) { tokens_ -= static_cast<std::int64_t>(n); }

 private:
  std::uint64_t per_second_ = 0, burst_ = 0;
  std::int64_t tokens_ = 0;
  MonotonicNanos refilled_;
};

struct ShardLimits {
  bool enforced = true;
  std::uint64_t write_records = 1000;                // a second and shard
  std::uint64_t write_bytes = count(1_MiB);          // data and keys
  std::uint64_t read_calls = 5;                      // GetRecords
  std::uint64_t read_bytes = count(2_MiB);           // shared by all polling readers
  std::uint64_t iterator_calls = 5;                  // GetShardIterator
  std::uint64_t fan_out_bytes = count(2_MiB);        // pushed to each consumer
  std::uint64_t large_read = count(10_MiB);          // a call that returned this much …
  Nanos large_read_pause = std::chrono::seconds(5);  // … blocks further ones this long

  static ShardLimits aws() { return {}; }
  static ShardLimits off() { return {.enforced = false}; }
  // `--shard-limits RECORDS/s,BYTES/s`: twice the bytes out, reads in proportion.
  static ShardLimits custom(std::uint64_t records, std::uint64_t bytes);
};

class ShardThrottle {
 public:
  explicit ShardThrottle(const ShardLimits& limits);

  // Once before a group of records; then each record.
  void begin_write(MonotonicNanos now);
  bool write(std::size_t bytes) {
    if (!enforced_) return true;
    if (!write_records_.has(1) || !write_bytes_.has(bytes)) return false;
    write_records_.take(1);
    write_bytes_.take(bytes);
    return true;
  }

  bool begin_read(MonotonicNanos now);
  void end_read(MonotonicNanos now, std::size_t bytes);
  bool iterator(MonotonicNanos now);

 private:
  bool enforced_;
  std::uint64_t large_read_;
  Nanos large_read_pause_;
  TokenBucket write_records_, write_bytes_, read_calls_, read_bytes_, iterator_calls_;
  MonotonicNanos no_read_before_;
};

}  // namespace levada::kinesis
