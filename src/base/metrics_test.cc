#include "base/metrics.h"

#include <gtest/gtest.h>

#include <thread>

namespace levada {
namespace {

TEST(Metrics, cells_of_one_name_and_labels_are_added_up) {
  MetricsRegistry metrics;
  Counter& a = metrics.counter("levada_records_total", "Records.", {{"service", "kinesis"}});
  Counter& b = metrics.counter("levada_records_total", "Records.", {{"service", "kinesis"}});
  Counter& other = metrics.counter("levada_records_total", "Records.", {{"service", "sql"}});
  a.add(2);
  b.add(3);
  other.add();
  EXPECT_EQ(metrics.render(),
            "# HELP levada_records_total Records.\n"
            "# TYPE levada_records_total counter\n"
            "levada_records_total{service=\"kinesis\"} 5\n"
            "levada_records_total{service=\"sql\"} 1\n");
}

TEST(Metrics, names_come_sorted_and_a_gauge_may_be_negative) {
  MetricsRegistry metrics;
  metrics.gauge("levada_z", "Z.").sub(4);
  metrics.gauge("levada_a", "A.").set(7);
  EXPECT_EQ(metrics.render(),
            "# HELP levada_a A.\n# TYPE levada_a gauge\nlevada_a 7\n"
            "# HELP levada_z Z.\n# TYPE levada_z gauge\nlevada_z -4\n");
}

TEST(Metrics, labels_and_help_are_escaped) {
  MetricsRegistry metrics;
  metrics.counter("c", "a\\b\nc\"", {{"l", "x\\y\n\"z\""}});
  EXPECT_EQ(metrics.render(),
            "# HELP c a\\\\b\\nc\"\n# TYPE c counter\n"
            "c{l=\"x\\\\y\\n\\\"z\\\"\"} 0\n");
}

TEST(Metrics, histogram_bounds_are_inclusive_and_buckets_cumulative) {
  MetricsRegistry metrics;
  Histogram& sizes = metrics.histogram("h", "H.", {.unit = 1, .first = 1, .last = 3});
  for (const std::uint64_t value : {0, 1, 2, 3, 4, 8, 9}) sizes.observe(value);
  EXPECT_EQ(metrics.render(),
            "# HELP h H.\n# TYPE h histogram\n"
            "h_bucket{le=\"2\"} 3\n"
            "h_bucket{le=\"4\"} 5\n"
            "h_bucket{le=\"8\"} 6\n"
            "h_bucket{le=\"+Inf\"} 7\n"
            "h_sum 27\n"
            "h_count 7\n");
}

TEST(Metrics, histogram_of_durations_shows_seconds) {
  MetricsRegistry metrics;
  Histogram& latency = metrics.histogram("t", "T.", latency_scale);
  latency.observe(std::chrono::milliseconds(1));
  latency.observe(Nanos(-5));  // a clock that went back counts as nothing
  const std::string text = metrics.render();
  EXPECT_NE(text.find("t_bucket{le=\"8.192e-06\"} 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("t_bucket{le=\"0.001048576\"} 2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("t_sum 0.001\n"), std::string::npos) << text;
}

TEST(Metrics, nothing_is_lost_when_threads_register_and_count_at_once) {
  MetricsRegistry metrics;
  constexpr int threads_count = 4;
  constexpr int rounds = 1000;
  std::vector<std::thread> threads;
  for (int t = 0; t < threads_count; ++t)
    threads.emplace_back([&metrics] {
      for (int n = 0; n < rounds; ++n) metrics.counter("c", "C.").add();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_NE(metrics.render().find("\nc 4000\n"), std::string::npos);
}

}  // namespace
}  // namespace levada
