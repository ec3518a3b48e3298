#include "load/latency_histogram.h"

#include <gtest/gtest.h>

namespace levada::load {
namespace {

TEST(LatencyHistogram, names_percentiles_within_one_percent) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 100'000; ++i) histogram.add(Nanos(i * 1000));
  for (double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const double expected = share * 100'000'000;
    EXPECT_NEAR(static_cast<double>(histogram.percentile(share).count()), expected,
                expected * 0.01 + 2000);
  }
  EXPECT_EQ(histogram.percentile(1.0), histogram.max());
}

TEST(LatencyHistogram, takes_the_longest_and_the_shortest_durations) {
  LatencyHistogram histogram;
  histogram.add(Nanos::max());
  histogram.add(Nanos(0));
  histogram.add(Nanos(-5));
  EXPECT_EQ(histogram.count(), 3u);
  EXPECT_EQ(histogram.percentile(0.5).count(), 0);
  EXPECT_EQ(histogram.max(), Nanos::max());
}

TEST(LatencyHistogram, adds_up) {
  LatencyHistogram a, b;
  a.add(Nanos(100));
  b.add(Nanos(300));
  a.add(b);
  EXPECT_EQ(a.count(), 2u);
  EXPECT_EQ(a.max(), Nanos(300));
}

}  // namespace
}  // namespace levada::load
