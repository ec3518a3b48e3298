#pragma once
// Source: the port through which rows come in from outside. A reader of a connector hands over
// batches of rows with the position behind each; streaming/ appends rows and positions as one
// decision, so every row counts exactly once in every view. After a restart the reader is started
// from the positions that the log has.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "query/relation.h"
#include "query/sql_error.h"
#include "query/value.h"

namespace levada::streaming {

struct SourceInclude {
  std::string what;        // key, partition, offset, timestamp, payload
  std::size_t column = 0;  // of the relation
};

struct SourceDefinition {
  std::uint32_t id = 0;
  std::string name;
  std::string database;
  std::vector<query::RelationColumn>
      columns;  // in the order of the rows; hidden ones are filled by streaming/
  std::vector<std::size_t> key;
  std::string format;  // PLAIN, UPSERT, DEBEZIUM, NATIVE
  std::string encode;  // JSON, CSV, BYTES, NATIVE
  std::vector<SourceInclude> includes;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<std::pair<std::string, std::string>> format_options;
};

// A row that came: with weight 1 it is put (inserted, or replacing its key's), with -1 its key's
// row goes away.
struct SourceRow {
  query::Row row;
  std::int8_t weight = 1;
};

struct SourceBatch {
  std::vector<SourceRow> rows;
  // Position behind the batch for each split (shard) that it has rows of: opaque text.
  std::map<std::string, std::string> positions;
  std::uint64_t skipped_rows = 0;   // bad records
  std::vector<std::string> errors;  // why, a few
};

struct SourceStatus {
  std::string state;
  std::string last_error;
  std::uint64_t rows = 0, skipped_rows = 0;
  std::int64_t behind_millis = -1;
  std::size_t splits = 0;
};

class SourceReader {
 public:
  virtual ~SourceReader() = default;
  // The next batch, at most about `rows_max` rows; waits until there is something; an error of kind
  // closed after stop().
  virtual Task<SourceBatch> next(std::size_t rows_max) = 0;
  // The same for whoever wants the stream as it stands: an empty batch when all that was there has
  // been handed over; nothing: none has come within a moment, ask again. Errors: invalid (it has no
  // end), and what keeps it from being read.
  virtual Task<std::optional<SourceBatch>> rest(std::size_t rows_max) = 0;
  virtual SourceStatus status() const = 0;
  virtual void stop() = 0;
  // The batches' rows are not wanted, since their positions are enough to make them again.
  virtual void leave_rows_out() {}
};

// Rows that are made, not fetched: each is a function of its number.
class RowGenerator {
 public:
  virtual ~RowGenerator() = default;
  // The data of the row of that number, valid until the next; none: this number has no row.
  virtual std::span<const query::Datum> make(std::uint64_t number) = 0;
};

class SourceConnector {
 public:
  virtual ~SourceConnector() = default;
  virtual std::string_view name() const = 0;
  virtual Task<query::SqlResult<Unit>> validate(const SourceDefinition& definition) = 0;
  virtual std::unique_ptr<SourceReader> start(SourceDefinition definition,
                                              std::map<std::string, std::string> positions) = 0;
  // Of a source whose rows are those of the numbers below its only position: the journal keeps the
  // position alone. nullptr: it is none.
  virtual std::unique_ptr<RowGenerator> generator(const SourceDefinition&) const { return nullptr; }
};

}  // namespace levada::streaming
