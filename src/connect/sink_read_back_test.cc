#include "connect/sink_read_back.h"

#include <gtest/gtest.h>

namespace levada::connect {
namespace {

std::vector<EpochRecord> records(const std::vector<std::array<std::string, 3>>& from) {
  std::vector<EpochRecord> made;
  for (const auto& [key, partition_key, data] : from)
    made.emplace_back(made.size() + 1, SinkRecord{key, partition_key, data, {}});
  return made;
}
using Flags = std::vector<bool>;

TEST(SinkReadBack, takes_the_first_part_of_each_key) {
  const auto sent = records({{"1", "1", "a"}, {"2", "2", "x"}, {"1", "1", "b"}, {"1", "1", "c"}});
  EXPECT_EQ(*arrived(sent, {{"1", {"a", "b"}}}, false), (Flags{true, false, true, false}));
  EXPECT_EQ(*arrived(sent, {{"1", {"a"}}, {"2", {"x"}}}, false), (Flags{true, true, false, false}));
  EXPECT_EQ(*arrived(sent, {}, false), Flags(4, false));
}

TEST(SinkReadBack, a_value_that_comes_twice_is_taken_in_its_order) {
  const auto sent = records({{"1", "1", "a"}, {"1", "1", "b"}, {"1", "1", "a"}});
  EXPECT_EQ(*arrived(sent, {{"1", {"a"}}}, false), (Flags{true, false, false}));
  EXPECT_EQ(*arrived(sent, {{"1", {"a", "b", "a"}}}, false), Flags(3, true));
}

TEST(SinkReadBack, what_an_upsert_replaced_is_behind_what_arrived) {
  const auto sent = records({{"1", "1", "a"}, {"1", "1", "b"}, {"1", "1", "c"}});
  EXPECT_EQ(*arrived(sent, {{"1", {"b"}}}, true), (Flags{true, true, false}));
  EXPECT_EQ(*arrived(sent, {{"1", {"a", "c"}}}, true), Flags(3, true));
  EXPECT_FALSE(arrived(sent, {{"1", {"b"}}}, false));
  EXPECT_FALSE(arrived(sent, {{"1", {"c", "a"}}}, true));
}

TEST(SinkReadBack, keys_that_share_a_partition_key_are_told_apart_by_their_data) {
  const auto sent = records({{"1", "p", "a"}, {"2", "p", "x"}, {"1", "p", "b"}, {"2", "p", "y"}});
  EXPECT_EQ(*arrived(sent, {{"p", {"x", "a", "y"}}}, false), (Flags{true, true, false, true}));
}

TEST(SinkReadBack, another_writers_record_is_named_not_guessed_at) {
  const auto sent = records({{"1", "1", "a"}});
  const auto refused = arrived(sent, {{"1", {"a", "z"}}}, false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_NE(refused.error().message.find("partition key 1 "), std::string::npos);
  EXPECT_EQ(*arrived(sent, {{"2", {"a"}}}, true), Flags{false}) << "other keys are others'";
}

}  // namespace
}  // namespace levada::connect
