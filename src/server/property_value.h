#pragma once
// What a property's text may be, by the type of the member it sets. A refusal names the form that
// would be right; the caller puts the property's name in front.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "io/network.h"

namespace levada::server {

enum class Durability : std::uint8_t { fsync, os };
enum class RollingLimits : std::uint8_t { aws, off };
enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogFormat : std::uint8_t { text, json };
enum class IoChoice : std::uint8_t { automatic, uring, epoll };

// What one shard takes and gives in a second; nothing = without limit.
struct ShardLimits {
  std::uint64_t records_in = 1000;
  Bytes bytes_in = 1_MiB;
  Bytes bytes_out = 2_MiB;
  std::uint64_t reads_out = 5;
  friend bool operator==(const ShardLimits&, const ShardLimits&) = default;
};

// How many threads: 0 = one for each core.
enum class ReactorCount : std::uint32_t {};
// An AWS account: twelve digits.
struct AccountId {
  std::string digits;
};

template <class Value>
struct PropertyValue;

#define LEVADA_PROPERTY_VALUE(Type)                   \
  template <>                                         \
  struct PropertyValue<Type> {                        \
    static Result<Type> parse(std::string_view text); \
  };
LEVADA_PROPERTY_VALUE(std::string)                 // not empty
LEVADA_PROPERTY_VALUE(std::uint32_t)               // a positive number
LEVADA_PROPERTY_VALUE(Bytes)                       // "4096", "64KiB", "256MiB", "2GiB", "1TiB"
LEVADA_PROPERTY_VALUE(std::optional<Bytes>)        // the same, or "auto"
LEVADA_PROPERTY_VALUE(Millis)                      // "0", "500ms", "5s", "2m", "24h", "7d"
LEVADA_PROPERTY_VALUE(io::Address)                 // "127.0.0.1:4567", "[::1]:0"
LEVADA_PROPERTY_VALUE(std::optional<io::Address>)  // the same, or "off"
LEVADA_PROPERTY_VALUE(std::optional<ShardLimits>)  // "aws", "off", "RECORDS/s,BYTES/s"
LEVADA_PROPERTY_VALUE(ReactorCount)                // "auto" or 1 … 256
LEVADA_PROPERTY_VALUE(AccountId)
LEVADA_PROPERTY_VALUE(Durability)
LEVADA_PROPERTY_VALUE(RollingLimits)
LEVADA_PROPERTY_VALUE(LogLevel)
LEVADA_PROPERTY_VALUE(LogFormat)
LEVADA_PROPERTY_VALUE(IoChoice)
#undef LEVADA_PROPERTY_VALUE

}  // namespace levada::server
