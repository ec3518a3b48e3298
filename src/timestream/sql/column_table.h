#pragma once
// ColumnTable: the rows of an answer as columns: what a SELECT of plain columns gives. No row and
// no value is made of what was stored as numbers and goes out as text.

#include <cstdint>
#include <memory>
#include <vector>

#include "timestream/series.h"
#include "timestream/sql/long_numbers.h"

namespace levada::timestream::sql {

struct ColumnTable {
  struct Column {  // the relation says of which type
    LongNumbers bits;
    Presence present;
    std::unique_ptr<Texts> texts = {};  // of a column of texts, whose bits are places in it
    bool of_series = false;             // one value for each series instead of each row
    // Of whole numbers: how many characters none of them exceeds.
    std::size_t number_size_max = 20;
  };
  // Where in the column the row's value is.
  std::size_t place(const Column& column, std::size_t row) const {
    return column.of_series ? static_cast<std::size_t>(series[row]) : row;
  }

  std::size_t rows = 0;
  std::vector<Column> columns;
  LongNumbers series;  // of each row its number, where a column is of series
};

}  // namespace levada::timestream::sql
