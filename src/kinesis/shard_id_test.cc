#include "kinesis/shard_id.h"

#include <gtest/gtest.h>

namespace levada::kinesis {
namespace {

TEST(ShardId, has_twelve_digits) {
  EXPECT_EQ(shard_id(catalog::ShardIndex(0)), "shardId-000000000000");
  EXPECT_EQ(shard_id(catalog::ShardIndex(2'147'483'647)), "shardId-002147483647");
  EXPECT_EQ(shard_id(catalog::ShardIndex(4'294'967'295)), "shardId-004294967295");
}

TEST(ShardId, input_is_loose) {
  for (const char* text : {"0", "shardId-0", "anything-000000000000", "-0"})
    EXPECT_EQ(parse_shard_id(text), catalog::ShardIndex(0)) << text;
  for (const char* text : {"", "-", "x", "a-b", "0-x", "shardId-2147483648", "shard-1-2", "+1"})
    EXPECT_FALSE(parse_shard_id(text)) << text;
}

}  // namespace
}  // namespace levada::kinesis
