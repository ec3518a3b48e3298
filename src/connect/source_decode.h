#pragma once
// RecordDecoder: a record of a stream as rows of a source (streaming spec 3): FORMAT PLAIN, UPSERT
// or DEBEZIUM, ENCODE JSON, CSV or BYTES, with the columns that INCLUDE adds. Pure. A bad record
// costs itself: it says why and gives no rows.

#include <string>
#include <string_view>
#include <vector>

#include "connect/kinesis_port.h"
#include "query/sql_error.h"
#include "streaming/source.h"
#include "wire/value.h"

namespace levada::connect {

class RecordDecoder {
 public:
  // Errors: a format, encoding or option that is not known.
  static query::SqlResult<RecordDecoder> make(const streaming::SourceDefinition& definition);

  // Appends the rows of the record. Errors: why there are none.
  query::SqlResult<Unit> decode(const ReadRecord& record, std::string_view shard,
                                std::vector<streaming::SourceRow>& rows);

 private:
  enum class Format : std::uint8_t { plain, upsert, debezium };
  enum class Encode : std::uint8_t { json, csv, bytes };
  enum class Timestamps : std::uint8_t {
    guess_number_unit,
    utc_string,
    utc_without_suffix,
    micro,
    milli,
  };

  explicit RecordDecoder(const streaming::SourceDefinition& definition) : definition_(definition) {}

  query::SqlResult<Unit> decode_json(const ReadRecord& record, std::string_view shard,
                                     std::vector<streaming::SourceRow>& rows);
  query::SqlResult<Unit> decode_debezium(const wire::Value& root, const ReadRecord& record,
                                         std::string_view shard,
                                         std::vector<streaming::SourceRow>& rows);
  query::SqlResult<Unit> decode_csv(const ReadRecord& record, std::string_view shard,
                                    std::vector<streaming::SourceRow>& rows);
  query::SqlResult<query::Row> row_of_object(const wire::Value& object, const ReadRecord& record,
                                             std::string_view shard) const;
  query::SqlResult<query::Row> row_of(std::vector<query::Value> values, const ReadRecord& record,
                                      std::string_view shard) const;
  query::SqlResult<query::Value> value_of(const query::Type& type, const wire::Value& json) const;
  bool is_included(std::size_t column) const;

  streaming::SourceDefinition definition_;
  Format format_ = Format::plain;
  Encode encode_ = Encode::json;
  Timestamps timestamps_ = Timestamps::guess_number_unit;
  char delimiter_ = ',';
  bool header_expected_ = false;  // CSV with a header: the first record is one
  wire::ValueTree tree_{{.depth_max = 128, .node_count_max = 1 << 18}};
};

}  // namespace levada::connect
