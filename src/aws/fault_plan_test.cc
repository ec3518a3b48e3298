#include "aws/fault_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/fault_injection.h"
#include "aws/kinesis/operations.h"
#include "io/sim/sim_world.h"

namespace levada::aws {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Result<FaultPlan> parse(std::string_view text) {
  return FaultPlan::parse(text, kinesis_api::service);
}

TEST(FaultPlan, reads_every_effect) {
  const auto plan = parse(
      "seed=7;put=throttle:5%,latency:20ms,partial:10%;DescribeStream=error:0.5%;"
      "all=drop:1%,latency:1s:50%");
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->seed, 7u);
  const FaultRule* put = plan->find("PutRecord");
  ASSERT_NE(put, nullptr);
  EXPECT_DOUBLE_EQ(put->throttle, 0.05);
  EXPECT_EQ(put->latency, 20ms);
  EXPECT_DOUBLE_EQ(put->delayed, 1);
  EXPECT_DOUBLE_EQ(put->partial, 0.1);
  EXPECT_DOUBLE_EQ(plan->find("DescribeStream")->error, 0.005);
  EXPECT_DOUBLE_EQ(plan->find("ListStreams")->drop, 0.01);
  EXPECT_DOUBLE_EQ(plan->find("ListStreams")->delayed, 0.5);
}

TEST(FaultPlan, names_the_word_that_does_not_fit) {
  const auto complaint = [](std::string_view text) {
    const auto plan = parse(text);
    return plan ? "no error" : plan.error().message;
  };
  EXPECT_THAT(complaint(""), HasSubstr("a rule like"));
  EXPECT_THAT(complaint("put"), HasSubstr("a rule like"));
  EXPECT_THAT(complaint("puts=error:1%"), HasSubstr("\"puts\""));
  EXPECT_THAT(complaint("put=slow:1%"), HasSubstr("\"slow:1%\""));
  EXPECT_THAT(complaint("put=error:1"), HasSubstr("a share like"));
  EXPECT_THAT(complaint("put=error:101%"), HasSubstr("a share like"));
  EXPECT_THAT(complaint("put=error:60%,drop:60%"), HasSubstr("more than 100%"));
  EXPECT_THAT(complaint("put=latency:5"), HasSubstr("a time like"));
  EXPECT_THAT(complaint("put=latency:61s"), HasSubstr("at most a minute"));
  EXPECT_THAT(complaint("get=partial:1%"), HasSubstr("partial is for PutRecords"));
  EXPECT_THAT(complaint("seed=x;put=error:1%"), HasSubstr("a seed"));
}

// What became of a thousand requests.
std::string fates(std::string_view text, std::uint64_t seed) {
  io::SimWorld world(1);
  MetricsRegistry metrics;
  const auto plan = parse(text);
  FaultInjection injection(world.reactor(), *plan, seed, metrics);
  std::string fates;
  for (int n = 0; n < 1000; ++n) {
    const auto fault = world.run(injection.before("PutRecord"));
    fates += !fault ? 'd' : !*fault ? '.' : (*fault)->status == 500 ? 'e' : 't';
  }
  return fates;
}

TEST(FaultInjection, deals_by_shares_and_the_same_from_the_same_seed) {
  const std::string text = "put=throttle:20%,error:10%,drop:5%";
  const std::string first = fates(text, 1);
  EXPECT_NEAR(std::count(first.begin(), first.end(), 't'), 200, 50);
  EXPECT_NEAR(std::count(first.begin(), first.end(), 'e'), 100, 40);
  EXPECT_NEAR(std::count(first.begin(), first.end(), 'd'), 50, 30);
  EXPECT_EQ(first, fates(text, 1));
  EXPECT_NE(first, fates(text, 2));
}

TEST(FaultInjection, waits_and_leaves_other_operations_alone) {
  io::SimWorld world(1);
  MetricsRegistry metrics;
  const auto plan = parse("PutRecords=latency:20ms");
  FaultInjection injection(world.reactor(), *plan, 1, metrics);
  const MonotonicNanos begin = world.reactor().clock().monotonic();
  ASSERT_TRUE(world.run(injection.before("PutRecord")));
  EXPECT_LT(world.reactor().clock().monotonic() - begin, 10ms);
  ASSERT_TRUE(world.run(injection.before("PutRecords")));
  EXPECT_GE(world.reactor().clock().monotonic() - begin, 20ms);
}

}  // namespace
}  // namespace levada::aws
