#pragma once
// ParquetWriter: rows of scalars as one Parquet file, for UNLOAD: PLAIN values, one page for each
// column of a row group, plain or in gzip. What readers need and no more: no dictionaries, no
// statistics, no nested types (docs/formats/timestream.md says how types are mapped).

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "timestream/sql/expression.h"

namespace levada::timestream {

class ParquetWriter {
 public:
  // The first `width` columns of what rows have. They outlive the writer.
  ParquetWriter(const sql::Scope& columns, std::size_t width, bool gzip);

  Result<Unit> add(const std::vector<sql::Value>& row);
  std::size_t size() const;  // about what the file will have, before compression
  // The file. Nothing may be added after it.
  Result<Buffer> finish();

 private:
  struct Column {
    const sql::ScopeColumn* is;
    Buffer values = {};
    Buffer levels = {};          // runs that have ended
    std::uint64_t run = 0;       // rows of the run under way
    bool run_has = false;        // whether they have values
    std::uint64_t booleans = 0;  // of which 8 share a byte
  };
  struct Chunk {  // of a column, in the file
    std::uint64_t offset, size, plain_size;
  };
  struct Group {
    std::uint64_t rows;
    std::vector<Chunk> chunks;
  };

  static void put(Column& column, const sql::Value& value);
  static void end_run(Column& column);
  Result<Unit> end_group();
  Buffer footer() const;

  std::vector<Column> columns_;
  bool gzip_;
  std::uint64_t rows_ = 0;  // of the group under way
  std::vector<Group> groups_;
  Buffer file_;
};

}  // namespace levada::timestream
