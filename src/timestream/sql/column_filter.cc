#include "timestream/sql/column_filter.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace levada::timestream::sql {
namespace {

using Sign = ColumnBound::Sign;

// Without a branch on what the values are.
template <class Read, class Number, class Compare>
std::size_t keep(const Series::Column& column, Read read, Number bound, Compare compare,
                 std::span<std::uint32_t> rows) {
  if (rows.empty()) return 0;
  std::vector<std::int64_t> scratch;
  const std::size_t first = rows.front();
  const auto bits = column.bits.range(first, rows.back() + 1, scratch);
  const auto keep_where = [&](const auto& present) {
    std::size_t kept = 0;
    for (const std::uint32_t row : rows) {
      rows[kept] = row;
      kept += present(row) && compare(read(bits[row - first]), bound) ? 1 : 0;
    }
    return kept;
  };
  if (column.present.everywhere()) return keep_where([](std::uint32_t) { return true; });
  return keep_where([&](std::uint32_t row) { return column.present[row]; });
}

template <class Read, class Number>
std::size_t keep(const Series::Column& column, Read read, Number bound, Sign sign,
                 std::span<std::uint32_t> rows) {
  switch (sign) {
    case Sign::below:
      return keep(column, read, bound, std::less(), rows);
    case Sign::at_most:
      return keep(column, read, bound, std::less_equal(), rows);
    case Sign::at:
      return keep(column, read, bound, std::equal_to(), rows);
    case Sign::not_at:
      return keep(column, read, bound, std::not_equal_to(), rows);
    case Sign::at_least:
      return keep(column, read, bound, std::greater_equal(), rows);
    case Sign::above:
      return keep(column, read, bound, std::greater(), rows);
  }
  return 0;
}

template <class Number>
bool outside(Sign sign, Number bound, Number least, Number most) {
  switch (sign) {
    case Sign::below:
      return least >= bound;
    case Sign::at_most:
      return least > bound;
    case Sign::at:
      return bound < least || bound > most;
    case Sign::not_at:
      return least == bound && most == bound;
    case Sign::at_least:
      return most < bound;
    case Sign::above:
      return most <= bound;
  }
  return false;
}

}  // namespace

std::optional<Sign> bound_sign(std::string_view sign, bool swapped) {
  if (sign == "=") return Sign::at;
  if (sign == "<>") return Sign::not_at;
  if (sign == "<") return swapped ? Sign::above : Sign::below;
  if (sign == "<=") return swapped ? Sign::at_least : Sign::at_most;
  if (sign == ">") return swapped ? Sign::below : Sign::above;
  if (sign == ">=") return swapped ? Sign::at_most : Sign::at_least;
  return std::nullopt;
}

bool excludes(const ColumnBound& bound, std::span<const Zone> zones) {
  const auto zone = std::ranges::find(zones, bound.attribute, &Zone::attribute);
  if (zone == zones.end()) return true;  // the column is null everywhere
  if (bound.whole) return outside(bound.sign, bound.number, zone->least, zone->most);
  if (zone->type == MeasureType::real)
    return outside(bound.sign, bound.real, std::bit_cast<double>(zone->least),
                   std::bit_cast<double>(zone->most));
  return outside(bound.sign, bound.real, static_cast<double>(zone->least),
                 static_cast<double>(zone->most));
}

void keep_rows_within(const ColumnBound& bound, const Series& series, bool real,
                      std::vector<std::uint32_t>& rows) {
  const auto column =
      std::ranges::find(series.columns(), bound.attribute, &Series::Column::attribute);
  if (column == series.columns().end()) return rows.clear();
  const auto number = [](std::int64_t bits) { return bits; };
  const auto as_real = [](std::int64_t bits) { return static_cast<double>(bits); };
  const auto bits_of_real = [](std::int64_t bits) { return std::bit_cast<double>(bits); };
  rows.resize(bound.whole ? keep(*column, number, bound.number, bound.sign, rows)
              : real      ? keep(*column, bits_of_real, bound.real, bound.sign, rows)
                          : keep(*column, as_real, bound.real, bound.sign, rows));
}

}  // namespace levada::timestream::sql
