#pragma once
// ColumnTable: the rows of an answer as columns: what a SELECT of plain columns gives. No row and
// no value is made of what was stored as numbers and goes out as text.

#include <cstdint>
#include <memory>
#include <vector>

#include "timestream/series.h"

namespace levada::timestream::sql {

struct ColumnTable {
  struct Column {  // the relation says of which type
    std::vector<std::int64_t> bits;
    Presence present;
    std::unique_ptr<Texts> texts = {};  // of a column of texts, whose bits are places in it
  };
  std::size_t rows = 0;
  std::vector<Column> columns;
};

}  // namespace levada::timestream::sql
