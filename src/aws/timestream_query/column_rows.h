#pragma once
// The rows of an answer that was kept as columns: written as write_datum writes the values that
// they stand for, without making them. In JSON a piece at a time, so that a page can be ready
// before it is asked for.

#include <memory>
#include <string>
#include <vector>

#include "aws/output_writer.h"
#include "timestream/query_desk.h"

namespace levada::aws::timestream_query_api {

class JsonRows {
 public:
  using Table = timestream::sql::ColumnTable;
  // Rows [begin, end) of a table whose columns are these.
  JsonRows(std::shared_ptr<const Table> table, const timestream::sql::Scope& columns,
           std::size_t begin, std::size_t end);
  ~JsonRows();

  // Writes so many more rows, or what is left.
  void write(std::size_t rows);
  bool done() const { return next_ == end_; }
  // What was written, with commas between the rows.
  std::string_view text() const { return {text_.get(), size_}; }

 private:
  class Cells;
  void reserve(std::size_t more);

  std::shared_ptr<const Table> table_;  // until all is written
  std::vector<Cells> cells_;
  std::size_t next_;
  const std::size_t end_;
  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0, capacity_ = 0;
};

// The same into a list that was begun, in whatever coding. The answer has a table.
void write_column_rows(OutputWriter& out, const timestream::QueryAnswer& answer);

}  // namespace levada::aws::timestream_query_api
