#pragma once
// SinkFormatter: a change of a relation as the records that Kinesis gets (streaming spec 1.4 to
// 1.7). Pure: the same change in the same epoch gives the same bytes.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connect/sink_json.h"
#include "connect/sink_options.h"
#include "streaming/sink.h"

namespace levada::connect {

struct SinkRecord {
  std::string key;                  // the unit of order: the text of the primary key
  std::string other_partition_key;  // empty: the key is the partition key too
  std::string data;                 // empty: a tombstone

  // 1 to 256 characters.
  std::string_view partition_key() const {
    return other_partition_key.empty() ? key : other_partition_key;
  }
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
  // Columns as a JSON object: sorted by name, each name quoted behind what stands before it.
  struct Member {
    std::size_t column;
    std::string lead;
  };
  using Shape = std::vector<Member>;
  Shape shape_of(std::vector<std::size_t> columns) const;

  query::SqlResult<Unit> append_object(const Shape& shape, const query::Row& row,
                                       SinkDialect dialect, std::string& out) const;
  query::SqlResult<Unit> append_text(std::size_t column, const query::Row& row,
                                     std::string& out) const;
  query::SqlResult<Unit> append_key(const query::Row& row, std::uint64_t epoch,
                                    std::uint64_t ordinal, std::string& out) const;
  query::SqlResult<Unit> append_value(const query::Row& row, std::string& out) const;
  query::SqlResult<Unit> append_envelope(std::string_view op, const query::Row& before,
                                         const query::Row& after, UnixMillis time,
                                         std::string& out) const;
  // A record without data for this row.
  query::SqlResult<SinkRecord> keyed(const query::Row& row, std::uint64_t epoch,
                                     std::uint64_t ordinal) const;
  bool same_key_bytes(const query::Row& before, const query::Row& after) const;

  const streaming::SinkDefinition definition_;
  SinkEncoding encoding_;
  bool key_is_identity_;  // no column says which row it is
  std::vector<std::size_t> partition_columns_;
  Shape key_, partition_, value_;  // value_: the columns that are visible
  std::string key_schema_;         // what stands behind "schema":, empty: no envelope
  std::string value_schema_;
  std::string debezium_source_;  // from "source": to its time
};

// The partition key that AWS takes for this text: itself, or a hash when it is empty or too long.
std::string fitting_partition_key(std::string text);

}  // namespace levada::connect
