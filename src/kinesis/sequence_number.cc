#include "kinesis/sequence_number.h"

#include <algorithm>

namespace levada::kinesis {
namespace {

constexpr std::uint64_t index_max = 0x7fff'ffff'ffff'ffff;
constexpr std::uint64_t created_seconds_end = 16'025'175'000;  // observed; about the year 2477

std::uint64_t seconds(UnixMillis moment) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(moment.count(), 0)) / 1000;
}

Uint192 compose(std::uint64_t created, std::uint32_t shard, std::uint64_t index,
                std::uint64_t record_seconds) {
  return Uint192(2)
      .followed_by(created, 9)
      .followed_by(shard & 0xf, 1)
      .followed_by(index, 16)
      .followed_by(0, 2)
      .followed_by(record_seconds, 9)
      .followed_by(shard, 8)
      .followed_by(2, 1);
}

// Versions are told apart by size: 2^129 and 2^185 have 34 and 47 hexadecimal digits.
std::optional<SequenceNumber> fields_of(const Uint192& n) {
  SequenceNumber s;
  if (n < Uint192::power_of_two(129)) {
    s.version = 0;
    s.shard_created_seconds = n.hex_digits(21, 9);
    s.shard = static_cast<std::uint32_t>(n.hex_digits(0, 4));
    if (s.shard_created_seconds >= created_seconds_end) return std::nullopt;
    return s;
  }
  const Uint192 low = Uint192::power_of_two(185);
  const Uint192 high = low + Uint192::power_of_two(184);
  if (n < low || !(n < high)) return std::nullopt;
  s.shard_created_seconds = n.hex_digits(37, 9);
  s.shard = static_cast<std::uint32_t>(n.hex_digits(1, 8));
  switch (n.hex_digits(0, 1)) {
    case 1:
      s.version = 1;
      s.record_seconds = n.hex_digits(25, 9);
      s.index = n.hex_digits(9, 2);
      return s;
    case 2:
      s.version = 2;
      s.index = n.hex_digits(20, 16);
      s.record_seconds = n.hex_digits(9, 9);
      if (s.index > index_max || s.shard_created_seconds >= created_seconds_end)
        return std::nullopt;
      return s;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<SequenceNumber> parse_sequence_number(std::string_view text) {
  const auto number = parse_uint192(text);
  if (!number) return std::nullopt;
  const Uint192 floor = Uint192::power_of_two(124);
  return fields_of(*number < floor ? *number + floor : *number);
}

Uint192 sequence_number(const catalog::Shard& shard, log::Position position, UnixMillis arrival) {
  return SequenceNumbers(shard, arrival).at(position);
}

Uint192 starting_sequence_number(const catalog::Shard& shard) {
  const std::uint64_t created = seconds(shard.created);
  return compose(created, shard.index.value(), 0, created);
}

Uint192 ending_sequence_number(const catalog::Shard& shard) {
  CHECK(shard.closed.has_value());
  return compose(seconds(shard.created), shard.index.value(), index_max, seconds(*shard.closed));
}

SequenceNumbers::SequenceNumbers(const catalog::Shard& shard, UnixMillis arrival)
    : first_(compose(seconds(shard.created), shard.index.value(), 0,
                     std::max(seconds(arrival), seconds(shard.created)))) {}

std::uint64_t SequenceNumbers::seconds_of(UnixMillis moment) { return seconds(moment); }

}  // namespace levada::kinesis
