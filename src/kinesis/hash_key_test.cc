#include "kinesis/hash_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace levada::kinesis {
namespace {

constexpr Uint128 last_key = ~Uint128{0};

// A stream whose open shards end at these keys and at the last one.
catalog::Stream with_ends(std::vector<Uint128> ends) {
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  if (ends.empty() || ends.back() != last_key) ends.push_back(last_key);
  catalog::Stream stream;
  Uint128 first = 0;
  for (const Uint128 end : ends) {
    catalog::Shard shard;
    shard.index = catalog::ShardIndex(static_cast<std::uint32_t>(stream.shards.size()));
    shard.range = {first, end};
    stream.shards.push_back(shard);
    first = end + 1;
  }
  stream.index_shards();
  return stream;
}

TEST(Route, finds_the_one_shard_that_holds_a_key_however_they_were_split) {
  std::mt19937_64 random(1);
  const auto any_key = [&] { return Uint128{random()} << 64 | random(); };
  for (int round = 0; round < 300; ++round) {
    std::vector<Uint128> ends;
    // Even, random, and crowded at one end, as many splits of a hot shard leave them.
    const std::size_t count = random() % 40;
    for (std::size_t n = 1; n <= count; ++n) {
      if (round % 3 == 0) ends.push_back(last_key / (count + 1) * n);
      if (round % 3 == 1) ends.push_back(any_key());
      if (round % 3 == 2)
        ends.push_back(round % 2 == 0 ? Uint128{1} << n : last_key - (Uint128{1} << n));
    }
    const catalog::Stream stream = with_ends(std::move(ends));
    std::vector<Uint128> keys = {0, last_key};
    for (const catalog::Shard& shard : stream.shards) {
      keys.push_back(shard.range.first);
      keys.push_back(shard.range.last);
    }
    for (int n = 0; n < 50; ++n) keys.push_back(any_key());
    for (const Uint128 key : keys) {
      const catalog::Shard& shard = route(stream, key);
      ASSERT_TRUE(shard.range.first <= key && key <= shard.range.last);
    }
  }
}

}  // namespace
}  // namespace levada::kinesis
