#pragma once
// The rows of an answer that was kept as columns: written as write_datum writes the values that
// they stand for, without making them. In JSON a piece at a time, so that a page can be ready
// before it is asked for.

#include <memory>
#include <optional>
#include <vector>

#include "aws/output_writer.h"
#include "timestream/query_desk.h"

namespace levada::aws::timestream_query_api {

class JsonRows {
 public:
  using Table = timestream::sql::ColumnTable;
  // Rows [begin, end) of a result that has a table.
  struct Span {
    std::shared_ptr<const timestream::sql::Relation> result;
    std::size_t begin, end;
  };
  // `room`: how much is written before the rows, which will be put into the same buffer. `memory`:
  // a buffer that is free.
  JsonRows(Span span, std::size_t room, Buffer memory);
  ~JsonRows();

  // Writes so many more rows, or what is left.
  void write(std::size_t rows);
  bool done() const { return next_ == end_; }
  std::size_t room() const { return room_; }
  // The room, and what was written, with commas between the rows. Nothing is written after this.
  Buffer take();

 private:
  class Cells;

  std::shared_ptr<const timestream::sql::Relation> result_;  // until all is written
  std::vector<Cells> cells_;
  std::size_t numbers_size_max_ = 0;  // of a row, without its texts
  std::size_t next_;
  const std::size_t end_, room_;
  Buffer text_;
  std::optional<wire::JsonWriter> json_;  // into text_
};

// The same into a list that was begun, in whatever coding. The answer has a table.
void write_column_rows(OutputWriter& out, const timestream::QueryAnswer& answer);

}  // namespace levada::aws::timestream_query_api
