// What several subscribers of a shard share, and what each of them may have.

#include <gtest/gtest.h>

#include "keys/key_text.h"
#include "kinesis/test_service.h"

namespace levada::kinesis {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view stream_arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s";

std::string register_consumer(TestService& k, std::string_view name) {
  const RegisterConsumer command{.stream_arn = stream_arn, .name = name};
  const auto made = k.world.run(k.control().register_consumer(k.caller, command));
  EXPECT_TRUE(made) << message_of(made);
  return std::string(stream_arn) + "/consumer/" + std::string(name) + ":" +
         std::to_string(made->consumer.created.count() / 1000);
}

Result<std::unique_ptr<Subscription>> subscribe(TestService& k, const std::string& arn) {
  SubscribeToShard command{.consumer_arn = arn, .shard_id = "0"};
  command.type = StartType::trim_horizon;
  return k.world.run(k.data().subscribe_to_shard(k.caller, command));
}

TEST(Subscription, subscribers_at_one_position_are_given_one_event) {
  TestService k;
  k.create("s");
  auto first = subscribe(k, register_consumer(k, "a"));
  auto second = subscribe(k, register_consumer(k, "b"));
  ASSERT_TRUE(first && second);
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(k.put("s", "key", "x"));
    const auto one = k.world.run((*first)->next());
    const auto two = k.world.run((*second)->next());
    ASSERT_TRUE(one && two);
    ASSERT_EQ(one->event->records.size(), 1u);
    EXPECT_EQ(one->event, two->event);
  }
}

// The event owns the opened records, so who shares it did not open them again.
TEST(Subscription, subscribers_of_an_encrypted_stream_share_what_was_opened_once) {
  TestService k;
  k.create("s");
  const ChangeEncryption start{.stream = {"s", {}}, .key_id = keys::managed_alias, .start = true};
  ASSERT_TRUE(k.world.run(k.control().change_encryption(k.caller, start)));
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  for (int n = 0; n < 20; ++n) {
    auto opened = subscribe(k, register_consumer(k, "c" + std::to_string(n)));
    ASSERT_TRUE(opened) << message_of(opened);
    subscriptions.push_back(std::move(*opened));
  }
  ASSERT_TRUE(k.put("s", "key", "secret"));
  const SubscriptionEvent* first = nullptr;
  for (const auto& subscription : subscriptions) {
    const auto push = k.world.run(subscription->next());
    ASSERT_TRUE(push);
    ASSERT_EQ(push->event->records.size(), 1u);
    EXPECT_EQ(as_text(push->event->records.front().data), "secret");
    if (first == nullptr) first = push->event.get();
    EXPECT_EQ(push->event.get(), first);
  }
}

TEST(Subscription, what_lay_for_a_second_is_read_again) {
  TestService k;
  k.create("s");
  const std::string late = register_consumer(k, "b");
  auto first = subscribe(k, register_consumer(k, "a"));
  ASSERT_TRUE(k.put("s", "key", "x"));
  const auto one = k.world.run((*first)->next());
  ASSERT_TRUE(k.world.run(io::sleep_for(k.world.reactor(), 1100ms)));
  auto second = subscribe(k, late);
  const auto two = k.world.run((*second)->next());
  EXPECT_NE(one->event, two->event);
  EXPECT_EQ(one->event->records.front().sequence, two->event->records.front().sequence);
}

// Five events of 1 MiB: two seconds' worth from the full bucket, which is overdrawn by one.
TEST(Subscription, a_consumer_has_two_mebibytes_a_second_of_a_shard) {
  for (const bool enforced : {true, false}) {
    ServiceOptions options = TestService::quiet();
    options.limits.enforced = enforced;
    options.limits.write_bytes = count(100_MiB);
    TestService k(options);
    k.create("s");
    const std::string megabyte((1 << 20) - 1, 'x');
    for (int n = 0; n < 7; ++n) ASSERT_TRUE(k.put("s", "k", megabyte));
    auto subscription = subscribe(k, register_consumer(k, "a"));
    const MonotonicNanos begin = k.world.reactor().clock().monotonic();
    for (int n = 0; n < 7; ++n) {
      const auto push = k.world.run((*subscription)->next());
      ASSERT_EQ(push->event->records.size(), 1u);
    }
    const Nanos took = k.world.reactor().clock().monotonic() - begin;
    if (enforced) {
      EXPECT_GE(took, 2s);
      EXPECT_LT(took, 3s);
    } else {
      EXPECT_LT(took, 500ms);
    }
  }
}

TEST(Subscription, a_second_refused_call_within_a_second_is_too_often) {
  ServiceOptions options = TestService::quiet();
  options.limits.enforced = true;
  TestService k(options);
  k.create("s");
  const std::string arn = register_consumer(k, "a");
  const auto active = subscribe(k, arn);
  ASSERT_TRUE(active);
  EXPECT_EQ(refusal_in(subscribe(k, arn)), Refusal::resource_in_use);
  EXPECT_EQ(refusal_in(subscribe(k, arn)), Refusal::limit_exceeded);
  ASSERT_TRUE(k.world.run(io::sleep_for(k.world.reactor(), 1100ms)));
  EXPECT_EQ(refusal_in(subscribe(k, arn)), Refusal::resource_in_use);
}

}  // namespace
}  // namespace levada::kinesis
