#include "kinesis/sequence_number.h"

#include <gtest/gtest.h>

namespace levada::kinesis {
namespace {

catalog::Shard shard(std::uint32_t index, std::int64_t created) {
  catalog::Shard s;
  s.index = catalog::ShardIndex(index);
  s.created = UnixMillis(created * 1000);
  return s;
}

// The vectors of spec kinesis 7.1.
TEST(SequenceNumber, start_of_a_shard) {
  EXPECT_EQ(decimal_string(starting_sequence_number(shard(0, 1'700'000'000))),
            "49646437577108476416916876405825929425585429676275269634");
}
TEST(SequenceNumber, of_a_record) {
  EXPECT_EQ(decimal_string(sequence_number(shard(0, 1'700'000'000), log::Position(1),
                                           UnixMillis(1'700'000'005'000))),
            "49646437577108476416916876405827138351405044649047359490");
}
TEST(SequenceNumber, end_of_a_closed_shard) {
  catalog::Shard closed = shard(0, 1'700'000'000);
  closed.closed = UnixMillis(1'700'000'060'000);
  EXPECT_EQ(decimal_string(ending_sequence_number(closed)),
            "49646437577119626789516141717395488358902143351022157826");
}
TEST(SequenceNumber, start_of_a_child) {
  EXPECT_EQ(decimal_string(starting_sequence_number(shard(1, 1'700'000'061))),
            "49646437598896304475881295215106326177962883059506216978");
}

TEST(SequenceNumber, reads_back_what_it_wrote) {
  const catalog::Shard s = shard(77, 1'700'000'000);
  const auto text = decimal_string(
      sequence_number(s, log::Position::first_of(log::Epoch(9)), UnixMillis(1'700'000'099'123)));
  EXPECT_EQ(text.size(), 56u);
  const auto n = parse_sequence_number(text);
  ASSERT_TRUE(n);
  EXPECT_EQ(n->version, 2);
  EXPECT_EQ(n->shard, 77u);
  EXPECT_EQ(n->shard_created_seconds, 1'700'000'000u);
  EXPECT_EQ(n->record_seconds, 1'700'000'099u);
  EXPECT_EQ(n->index, log::Position::first_of(log::Epoch(9)).value());
}

TEST(SequenceNumber, a_record_of_a_child_is_never_older_than_its_shard) {
  const auto n = parse_sequence_number(
      decimal_string(sequence_number(shard(1, 1000), log::Position(1), UnixMillis(999'500))));
  EXPECT_EQ(n->record_seconds, 1000u);
}

TEST(SequenceNumber, small_numbers_are_of_version_0) {
  const auto zero = parse_sequence_number("0");
  ASSERT_TRUE(zero);
  EXPECT_EQ(zero->version, 0);
  EXPECT_EQ(zero->shard_created_seconds, 0u);
}

TEST(SequenceNumber, refuses_what_the_service_never_gave) {
  EXPECT_FALSE(parse_sequence_number(""));
  EXPECT_FALSE(parse_sequence_number("abc"));
  EXPECT_FALSE(parse_sequence_number(std::string(100, '9')));
  EXPECT_FALSE(parse_sequence_number(decimal_string(Uint192::power_of_two(140))));
  EXPECT_FALSE(parse_sequence_number(
      decimal_string(Uint192::power_of_two(185) + Uint192::power_of_two(184) + Uint192(2))));
  // The last digit names the version.
  EXPECT_FALSE(parse_sequence_number(decimal_string(Uint192::power_of_two(185) + Uint192(3))));
  EXPECT_TRUE(parse_sequence_number(decimal_string(Uint192::power_of_two(185) + Uint192(1))));
  // The index has 63 bits.
  const Uint192 wide = Uint192(2).followed_by(1, 9).followed_by(0, 1).followed_by(~0ull >> 0, 16);
  EXPECT_FALSE(parse_sequence_number(decimal_string(
      wide.followed_by(0, 2).followed_by(1, 9).followed_by(0, 8).followed_by(2, 1))));
}

}  // namespace
}  // namespace levada::kinesis
