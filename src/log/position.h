#pragma once
// Where a record lies in its partition. Positions belong to Levada, never to the storage engine, so
// that they survive a restart, a take-over and a move between machines (cluster spec, section 5).

#include <compare>
#include <cstdint>

#include "base/check.h"
#include "base/id.h"

namespace levada::log {

using ContainerId = Id<struct ContainerTag, std::uint16_t>;  // unit of placement and of ownership
using PartitionId = Id<struct PartitionTag, std::uint64_t>;  // given by the catalog, never reused
using Epoch = Id<struct EpochTag, std::uint32_t>;            // rises at every opening for writing

inline constexpr std::uint32_t container_count = 64;
inline constexpr PartitionId catalog_partition{0};

inline ContainerId container_of(PartitionId partition) {
  return ContainerId(static_cast<std::uint16_t>(partition.value() % container_count));
}

// epoch (24 bits) and counter (40 bits): strictly increasing in a partition, gaps are legal.
class Position {
 public:
  static constexpr int counter_bits = 40;
  static constexpr std::uint32_t epoch_max = (1u << 23) - 1;  // keeps the value below 2^63

  constexpr Position() = default;  // before every record
  explicit constexpr Position(std::uint64_t value) : value_(value) {}
  static Position first_of(Epoch epoch) {
    CHECK(epoch.value() <= epoch_max);
    return Position((std::uint64_t{epoch.value()} << counter_bits) + 1);
  }
  static constexpr Position end() { return Position(~std::uint64_t{0} >> 1); }

  constexpr std::uint64_t value() const { return value_; }
  constexpr Position plus(std::uint64_t n) const { return Position(value_ + n); }
  friend constexpr auto operator<=>(const Position&, const Position&) = default;

 private:
  std::uint64_t value_ = 0;
};

}  // namespace levada::log
