#pragma once
// Metrics: what the server counts about itself, cheap enough for every request, read by Prometheus.
// Whoever counts is handed a MetricsRegistry in its constructor, registers there once and keeps the
// reference; there is no global registry.
//
//   Counter& records = metrics.counter("levada_records_in_total", "Records accepted.",
//                                      {{"service", "kinesis"}});
//   records.add(500);
//
// Each registration makes a cell of its own. Cells of the same name and labels are added up when
// they are rendered: every reactor counts in its own cache line, nobody needs a lock. Not here:
// HTTP.

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace levada {

inline constexpr std::size_t cache_line = 64;

// Only rises.
class alignas(cache_line) Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Goes up and down.
class alignas(cache_line) Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  void sub(std::int64_t n = 1) { add(-n); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// What a histogram measures: integers, in buckets whose upper bounds are powers of two from
// 2^first to 2^last; `unit` is what one of them is worth when shown.
struct HistogramScale {
  double unit;
  int first;
  int last;
};
inline constexpr HistogramScale latency_scale{1e-9, 13, 34};  // 8 µs … 17 s, shown in seconds
inline constexpr HistogramScale size_scale{1, 6, 24};         // 64 B … 16 MiB, shown in bytes
inline constexpr HistogramScale batch_scale{1, 0, 10};        // 1 … 1,024 things

class alignas(cache_line) Histogram {
 public:
  explicit Histogram(HistogramScale scale);
  void observe(std::uint64_t value) {
    buckets_[bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }
  void observe(Nanos duration) {
    observe(duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count()));
  }

  const HistogramScale& scale() const { return scale_; }
  std::size_t bounds() const { return static_cast<std::size_t>(scale_.last - scale_.first + 1); }
  std::uint64_t sum() const { return sum_.load(std::memory_order_relaxed); }
  // Values in bucket n (not cumulative); bucket bounds() holds what is above every bound.
  std::uint64_t in_bucket(std::size_t n) const {
    return buckets_[n].load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t bounds_max = 32;

  std::size_t bucket_of(std::uint64_t value) const {
    const int power = value <= 1 ? 0 : std::bit_width(value - 1);  // smallest p: value <= 2^p
    if (power <= scale_.first) return 0;
    if (power > scale_.last) return bounds();
    return static_cast<std::size_t>(power - scale_.first);
  }

  HistogramScale scale_;
  std::atomic<std::uint64_t> sum_{0};
  std::array<std::atomic<std::uint64_t>, bounds_max + 1> buckets_{};
};

struct MetricLabel {
  std::string name;
  std::string value;
};
using MetricLabels = std::initializer_list<MetricLabel>;

// Registration and rendering may come from any thread; what is registered lives as long as the
// registry, which outlives everything that counts. Names follow Prometheus: `levada_` first,
// counters end in `_total`, units are seconds and bytes.
class MetricsRegistry {
 public:
  MetricsRegistry() = default;
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;
  ~MetricsRegistry();

  Counter& counter(std::string_view name, std::string_view help, MetricLabels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, MetricLabels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, HistogramScale scale,
                       MetricLabels labels = {});

  // The Prometheus text exposition format, version 0.0.4; names sorted.
  std::string render() const;

 private:
  struct Cell;
  Cell& push(Cell* cell);
  std::vector<const Cell*> sorted() const;

  std::atomic<Cell*> newest_{nullptr};
};

}  // namespace levada
