#include "timestream/sql/row_maker.h"

#include <bit>
#include <utility>

namespace levada::timestream::sql {

void RowMaker::begin(const Row& base, const SeriesCursor::Chunk& chunk) {
  chunk_ = chunk;
  row_ = base;
  cells_.clear();
  for (const Series::Column& column : chunk.series->columns()) {
    const std::size_t at = time_place_ + 1 + column.attribute;
    if (at < shown_.size() && shown_[at])
      cells_.push_back({at, data_.attributes()[column.attribute].type, &column});
  }
}

const RowMaker::Row& RowMaker::at(std::size_t place) {
  row_[time_place_] = Value(chunk_.series->times()[place]);
  for (Cell& cell : cells_) fill(cell, place);
  return row_;
}

void RowMaker::fill(Cell& cell, std::size_t place) {
  Value& value = row_[cell.at];
  const std::int64_t bits = cell.column->bits[place];
  if (!cell.column->present[place]) {
    value = Value();
    cell.text = -1;
    return;
  }
  switch (cell.type) {
    case MeasureType::real:
      value = Value(std::bit_cast<double>(bits));
      break;
    case MeasureType::boolean:
      value = Value(bits != 0);
      break;
    case MeasureType::varchar:
      if (std::exchange(cell.text, bits) != bits) value = Value(chunk_.texts->at(bits));
      break;
    case MeasureType::bigint:
    case MeasureType::timestamp:
      value = Value(bits);
      break;
  }
}

}  // namespace levada::timestream::sql
