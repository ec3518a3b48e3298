#pragma once
// Sequence numbers: a pure function of (shard, position, time) and back, in all three versions that
// clients may hold (spec kinesis 7). Only version 2 is written: 56 decimal digits, so the order of
// the texts is the order of the numbers.

#include <optional>
#include <string_view>

#include "base/uint192.h"
#include "catalog/stream.h"
#include "log/position.h"

namespace levada::kinesis {

struct SequenceNumber {
  std::uint8_t version = 2;  // 0, 1 or 2
  std::uint64_t shard_created_seconds = 0;
  std::uint64_t index = 0;  // the position in the shard's partition
  std::uint64_t record_seconds = 0;
  std::uint32_t shard = 0;  // a negative one is above 2^31
};

// nullopt: no number that the service could ever have given.
std::optional<SequenceNumber> parse_sequence_number(std::string_view text);

Uint192 sequence_number(const catalog::Shard& shard, log::Position position, UnixMillis arrival);
Uint192 starting_sequence_number(const catalog::Shard& shard);
Uint192 ending_sequence_number(const catalog::Shard& shard);  // of a closed one

// What lies between the numbers of two records that arrived together at neighbouring positions.
inline constexpr Uint192 sequence_step = Uint192::power_of_two(4 * 20);

// Writes many numbers of one batch: all but the index is put together once.
class SequenceNumbers {
 public:
  SequenceNumbers(const catalog::Shard& shard, UnixMillis arrival);
  // The index has 20 hexadecimal digits behind it: bits 80 to 143, which are zero in first_.
  Uint192 at(log::Position position) const {
    static_assert(4 * 20 == 64 + 16);
    auto limbs = first_.limbs();
    limbs[1] |= position.value() << 16;
    limbs[2] |= position.value() >> 48;
    return Uint192::of_limbs(limbs);
  }
  // The time as a number tells it.
  static std::uint64_t seconds_of(UnixMillis moment);

 private:
  Uint192 first_;  // with index 0
};

}  // namespace levada::kinesis
