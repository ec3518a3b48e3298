#pragma once
// RowMaker: rows of a table for those who look at values: one row, overwritten for each place, with
// only the columns that are looked at.

#include <vector>

#include "timestream/series_cursor.h"
#include "timestream/sql/type.h"

namespace levada::timestream::sql {

class RowMaker {
 public:
  using Row = std::vector<Value>;

  // The first `time_place` columns are of the series, then come the time and the attributes.
  // `shown` is by column. Both outlive the maker.
  RowMaker(const TableData& data, const std::vector<bool>& shown, std::size_t time_place)
      : data_(data), shown_(shown), time_place_(time_place) {}

  // What follows is of this chunk. `base`: a row with the columns of the series.
  void begin(const Row& base, const SeriesCursor::Chunk& chunk);
  // Good until the next one.
  const Row& at(std::size_t place);

 private:
  struct Cell {
    std::size_t at;
    MeasureType type;
    const Series::Column* column;
    std::int64_t text = -1;  // the place of the text that the row has
  };
  void fill(Cell& cell, std::size_t place);

  const TableData& data_;
  const std::vector<bool>& shown_;
  const std::size_t time_place_;
  SeriesCursor::Chunk chunk_;
  std::vector<Cell> cells_;
  Row row_;
};

}  // namespace levada::timestream::sql
