#pragma once
// SinkFormatter: a change of a relation as the records that Kinesis gets (streaming spec 1.4 to
// 1.7). Pure: the same change in the same epoch gives the same bytes.

#include <span>
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
  std::string_view data_end;        // what follows behind `data`; looks into the formatter

  // 1 to 256 characters.
  std::string_view partition_key() const {
    return other_partition_key.empty() ? key : other_partition_key;
  }
  std::size_t data_size() const { return data.size() + data_end.size(); }
  bool has_data(std::string_view all) const {
    return all.size() == data_size() && all.starts_with(data) && all.ends_with(data_end);
  }
};

// With the epoch that it belongs to.
using EpochRecord = std::pair<std::uint64_t, SinkRecord>;

// Records that are used again, with the memory of their texts.
class SinkRecords {
 public:
  SinkRecord& add() {
    if (size_ == records_.size()) records_.emplace_back();
    SinkRecord& record = records_[size_++];
    record.key.clear();
    record.other_partition_key.clear();
    record.data.clear();
    record.data_end = {};
    return record;
  }
  std::size_t size() const { return size_; }
  void cut(std::size_t size) { size_ = size; }
  std::span<SinkRecord> all() { return std::span(records_).first(size_); }

 private:
  std::vector<SinkRecord> records_;
  std::size_t size_ = 0;
};

class SinkFormatter {
 public:
  SinkFormatter(const streaming::SinkDefinition& definition, const SinkOptions& options);

  // Appends what is sent for the change: nothing, one record or several, in their order.
  // `ordinal`: of the change in its epoch. An error (of a value that has no JSON) names the column,
  // and nothing is appended.
  query::SqlResult<Unit> format(const streaming::SinkChange& change, const streaming::SinkEpoch& of,
                                std::uint64_t ordinal, SinkRecords& records) const;

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
  // The record's data, but for value_end_.
  query::SqlResult<Unit> append_value(const query::Row& row, std::string& out) const;
  query::SqlResult<Unit> append_envelope(std::string_view op, const query::Row& before,
                                         const query::Row& after, UnixMillis time,
                                         std::string& out) const;
  query::SqlResult<Unit> append(const streaming::SinkChange& change, const streaming::SinkEpoch& of,
                                std::uint64_t ordinal, SinkRecords& records) const;
  // The keys of this row's record.
  query::SqlResult<Unit> set_keys(const query::Row& row, std::uint64_t epoch, std::uint64_t ordinal,
                                  SinkRecord& record) const;
  query::SqlResult<bool> same_key(const query::Row& before, const query::Row& after,
                                  std::uint64_t epoch, std::uint64_t ordinal) const;
  bool same_key_bytes(const query::Row& before, const query::Row& after) const;

  const streaming::SinkDefinition definition_;
  SinkEncoding encoding_;
  bool key_is_identity_;  // no column says which row it is
  std::vector<std::size_t> partition_columns_;
  Shape key_, partition_, value_;  // value_: the columns that are visible
  std::string key_schema_;         // what stands behind "schema":, empty: no envelope
  std::string value_end_;          // of a record's data: its schema, if it has one
  std::string debezium_source_;    // from "source": to its time
};

// The partition key that AWS takes for this text: itself, or a hash when it is empty or too long.
std::string fitting_partition_key(std::string text);

}  // namespace levada::connect
