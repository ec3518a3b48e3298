#include "kinesis/stream_meters.h"

#include <gmock/gmock.h>

#include "kinesis/test_service.h"

namespace levada::kinesis {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StreamMeters, count_what_goes_in_and_out_of_each_stream) {
  MetricsRegistry metrics;
  ServiceOptions options = TestService::quiet();
  options.metrics = &metrics;
  TestService k(options);
  k.create("orders");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(k.put("orders", "key", "12345"));
  EXPECT_EQ(k.read_all("orders", "0").size(), 3u);
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("levada_kinesis_incoming_records_total{stream=\"orders\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("levada_kinesis_incoming_bytes_total{stream=\"orders\"} 24\n"));
  EXPECT_THAT(text, HasSubstr("levada_kinesis_outgoing_records_total{stream=\"orders\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("levada_kinesis_outgoing_bytes_total{stream=\"orders\"} 24\n"));
  EXPECT_THAT(text, HasSubstr("levada_kinesis_iterator_age_seconds_count{stream=\"orders\"} 2\n"));
}

TEST(StreamMeters, count_what_a_shard_refuses) {
  MetricsRegistry metrics;
  ServiceOptions options = TestService::quiet();
  options.metrics = &metrics;
  options.limits = ShardLimits::custom(2, 1'000'000);
  TestService k(options);
  k.create("orders");
  for (int i = 0; i < 5; ++i) (void)k.put("orders", "key", "x");
  const std::string text = metrics.render();
  EXPECT_THAT(text,
              HasSubstr("levada_kinesis_throttled_total{stream=\"orders\",verb=\"write\"} 3\n"));
}

TEST(StreamMeters, label_only_the_first_streams) {
  MetricsRegistry metrics;
  StreamMeters meters(metrics);
  catalog::Stream stream;
  for (std::uint64_t n = 1; n <= 20'000; ++n) {
    stream.id = catalog::StreamId(n);
    stream.key.name = "s" + std::to_string(n);
    meters.of(stream).records_in.add();
  }
  const std::string text = metrics.render();
  EXPECT_THAT(text, HasSubstr("incoming_records_total{stream=\"s100\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("stream=\"s101\"")));
  EXPECT_THAT(text, HasSubstr("incoming_records_total{stream=\"*\"} 19900\n"));
  stream.id = catalog::StreamId(50'000);  // made again under a name that has a label
  stream.key.name = "s7";
  meters.of(stream).records_in.add();
  EXPECT_THAT(metrics.render(), HasSubstr("incoming_records_total{stream=\"s7\"} 2\n"));
}

}  // namespace
}  // namespace levada::kinesis
