#pragma once
// What databases and tables are: their definitions, not their data.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "log/position.h"

namespace levada::timestream {

struct Caller {
  std::string account, region;
};

struct DatabaseKey {
  std::string account, region, name;
  friend auto operator<=>(const DatabaseKey&, const DatabaseKey&) = default;
};

using Tags = std::map<std::string, std::string>;
using TableId = Id<struct TimestreamTableTag, std::uint64_t>;  // never reused

struct Retention {
  std::int64_t memory_hours = 6;  // what CreateTable gives without RetentionProperties
  std::int64_t magnetic_days = 73000;
  friend bool operator==(const Retention&, const Retention&) = default;
};

struct ReportLocation {  // S3Configuration; absent members are empty
  std::string bucket, prefix, encryption, key_id;
  friend bool operator==(const ReportLocation&, const ReportLocation&) = default;
};

struct MagneticWrites {
  bool enabled = false;
  std::optional<ReportLocation> rejected;
  friend bool operator==(const MagneticWrites&, const MagneticWrites&) = default;
};

struct PartitionKey {
  bool dimension = false;  // otherwise the measure name
  std::string name;
  bool required = false;
  bool enforcement_given = false;
  friend bool operator==(const PartitionKey&, const PartitionKey&) = default;
};

struct Table {
  TableId id;
  std::string database, name;
  UnixMillis created, updated;
  Retention retention;
  std::optional<MagneticWrites> magnetic_writes;
  std::vector<PartitionKey> partition_keys;
  Tags tags;
};

struct Database {
  DatabaseKey key;
  std::string key_id;
  UnixMillis created, updated;
  Tags tags;
  std::map<std::string, Table> tables;
};

// Timestream's partitions lie above all that the catalog gives out (it counts from 1). All of them
// belong to one container, so that one reactor owns every table and a query never crosses.
inline constexpr log::PartitionId definitions_partition{(std::uint64_t{1} << 40) + 1};
inline log::PartitionId partition_of(TableId table) {
  return log::PartitionId(definitions_partition.value() + table.value() * log::container_count);
}

}  // namespace levada::timestream
