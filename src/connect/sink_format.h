#pragma once
// SinkFormatter: a change of a relation as the records that Kinesis gets (streaming spec 1.4 to
// 1.7). Pure: the same change in the same epoch gives the same bytes.

#include <string>
#include <utility>
#include <vector>

#include "connect/sink_options.h"
#include "streaming/sink.h"

namespace levada::connect {

struct SinkRecord {
  std::string key;            // the unit of order: the text of the primary key
  std::string partition_key;  // 1 to 256 characters
  std::string data;           // empty: a tombstone
};

// With the epoch that it belongs to.
using EpochRecord = std::pair<std::uint64_t, SinkRecord>;

class SinkFormatter {
 public:
  SinkFormatter(const streaming::SinkDefinition& definition, const SinkOptions& options);

  // Appends what is sent for the change: nothing, one record or several, in their order.
  // `ordinal`: of the change in its epoch. An error (of a value that has no JSON) names the column.
  query::SqlResult<Unit> format(const streaming::SinkChange& change, const streaming::SinkEpoch& of,
                                std::uint64_t ordinal, std::vector<SinkRecord>& records) const;

 private:
  struct Keys {
    std::string key;
    std::string partition_key;
  };
  query::SqlResult<Keys> keys_of(const query::Row& row, std::uint64_t epoch,
                                 std::uint64_t ordinal) const;
  query::SqlResult<std::string> key_json(const std::vector<std::size_t>& columns,
                                         const query::Row& row) const;
  query::SqlResult<std::string> key_text(const std::vector<std::size_t>& columns,
                                         const query::Row& row) const;
  query::SqlResult<std::string> value_json(const query::Row& row) const;
  query::SqlResult<std::string> envelope(std::string_view op, const query::Row& before,
                                         const query::Row& after, UnixMillis time) const;

  const streaming::SinkDefinition definition_;
  SinkEncoding encoding_;
  std::vector<std::size_t> partition_columns_;
  std::vector<std::size_t> all_columns_;  // that are visible
  std::string key_schema_;                // what stands behind "schema":, empty: no envelope
  std::string value_schema_;
};

// The partition key that AWS takes for this text: itself, or a hash when it is empty or too long.
std::string fitting_partition_key(std::string text);

}  // namespace levada::connect
