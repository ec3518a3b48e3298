#pragma once
// What belongs to an account in a region rather than to one stream.

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace levada::catalog {

struct AccountKey {
  std::string account, region;
  friend auto operator<=>(const AccountKey&, const AccountKey&) = default;
};

enum class Commitment : std::uint8_t { disabled, enabled, enabled_until_earliest_end };

// MinimumThroughputBillingCommitment: the one account setting that Kinesis has.
struct AccountSettings {
  Commitment commitment = Commitment::disabled;
  std::optional<UnixMillis> started, ended, earliest_end;
  friend bool operator==(const AccountSettings&, const AccountSettings&) = default;
};

}  // namespace levada::catalog
