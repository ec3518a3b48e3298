// Execution: SELECT of plain columns of a table, from stored columns to those of the answer.

#include <algorithm>
#include <bit>
#include <numeric>

#include "timestream/sql/opened.h"
#include "timestream/sql/pausing_sort.h"

namespace levada::timestream::sql {
namespace {

using Column = ColumnTable::Column;

// The values of one attribute in some rows go to the end of a column.
void append(Column& to, const Series::Column* from, const Texts& texts,
            std::span<const std::uint32_t> rows) {
  if (from == nullptr) {
    to.present.resize(to.bits.size() + rows.size());
    to.bits.extend(rows.size(), [](std::span<std::int64_t>, std::size_t) {});
    return;
  }
  if (!to.texts && from->present.everywhere()) {
    to.present.append(from->present, 0, rows.size());
    to.bits.extend(rows.size(), [&](std::span<std::int64_t> into, std::size_t at) {
      from->bits.gather(rows.subspan(at, into.size()), into.data());
    });
    return;
  }
  std::int64_t last = -1, place = 0;  // neighbours often have the same text
  for (const std::uint32_t row : rows) {
    const bool there = from->present[row];
    to.present.push_back(there);
    std::int64_t bits = there ? from->bits[row] : 0;
    if (there && to.texts) {
      if (bits != last) {
        last = bits;
        place = to.texts->place_of(texts.at(bits));
      }
      bits = place;
    }
    to.bits.push_back(bits);
  }
}

// What a row of the series says in a column of series.
void append(Column& to, const Value& text) {
  to.bits.push_back(text.null() ? 0 : to.texts->place_of(text.text()));
  to.present.push_back(!text.null());
}

void cut(ColumnTable& table, std::size_t rows) {
  table.rows = rows;
  if (table.series.size() > rows) table.series.cut(rows);
  for (Column& column : table.columns) {
    if (column.of_series) continue;
    column.bits.cut(rows);
    column.present.resize(rows);
  }
}

std::size_t number_size_max(const LongNumbers& numbers) {
  if (numbers.size() == 0) return 0;
  const auto [least, most] = numbers.bounds();
  return std::max(std::to_string(least).size(), std::to_string(most).size());
}

// What compare_for_order says of the values that the rows stand for.
int compare_cells(const ColumnTable& table, std::size_t key, const Type& type,
                  const OrderItem& item, std::size_t row_a, std::size_t row_b) {
  const Column& column = table.columns[key];
  const std::size_t a = table.place(column, row_a), b = table.place(column, row_b);
  if (!column.present[a] || !column.present[b]) {
    if (column.present[a] == column.present[b]) return 0;
    return !column.present[a] == item.nulls_first.value_or(false) ? -1 : 1;
  }
  const auto sign = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
  const std::int64_t x = column.bits[a], y = column.bits[b];
  int order = 0;
  if (column.texts)
    order = x == y ? 0 : sign(column.texts->at(x), column.texts->at(y));
  else if (type.is(Kind::real))
    order = sign(std::bit_cast<double>(x), std::bit_cast<double>(y));
  else
    order = sign(x, y);
  return item.descending ? -order : order;
}

void reorder(ColumnTable& table, std::span<const std::uint32_t> places) {
  if (table.series.size() > 0) table.series.reorder(places);
  for (Column& column : table.columns) {
    if (column.of_series) continue;
    column.bits.reorder(places);
    if (column.present.everywhere()) continue;
    Presence sorted;
    for (const std::uint32_t place : places) sorted.push_back(column.present[place]);
    column.present = std::move(sorted);
  }
}

}  // namespace

Task<Relation> Execution::select_columns(Opened& in, const std::vector<const Node*>& conditions,
                                         Relation result, const std::vector<std::size_t>& places,
                                         const std::vector<OrderItem>& order,
                                         const std::vector<std::size_t>& keys,
                                         std::optional<std::uint64_t> limit) {
  const auto table = std::make_shared<ColumnTable>();
  const std::size_t time_place = in.dimensions + 1;
  bool of_series = false;
  for (std::size_t i = 0; i < places.size(); ++i) {
    Column& fresh = table->columns.emplace_back();
    if (result.columns[i].type.is(Kind::varchar)) fresh.texts = std::make_unique<Texts>();
    fresh.of_series = places[i] < time_place;
    of_series = of_series || fresh.of_series;
  }
  const SeriesIdentity* series = nullptr;
  std::int64_t series_begun = -1;
  // What is not sorted need not be read to its end.
  const std::uint64_t enough = keys.empty() ? limit.value_or(UINT64_MAX) : UINT64_MAX;
  std::optional<Error> full;
  const std::function<bool(const Selected&)> take = [&](const Selected& selected) {
    const std::size_t rows = selected.rows.size();
    const auto times = selected.chunk.series->times();
    const auto& columns = selected.chunk.series->columns();
    const bool fresh = series != &selected.series;
    series = &selected.series;
    if (fresh) ++series_begun;
    if (of_series)
      table->series.extend(rows, [&](std::span<std::int64_t> into, std::size_t) {
        std::ranges::fill(into, series_begun);
      });
    for (std::size_t i = 0; i < places.size(); ++i) {
      Column& to = table->columns[i];
      if (to.of_series) {
        if (fresh) append(to, selected.base[places[i]]);
      } else if (places[i] > time_place) {
        const auto from =
            std::ranges::find(columns, places[i] - time_place - 1, &Series::Column::attribute);
        append(to, from == columns.end() ? nullptr : &*from, *selected.chunk.texts, selected.rows);
      } else {
        to.bits.extend(rows, [&](std::span<std::int64_t> into, std::size_t at) {
          for (std::size_t n = 0; n < into.size(); ++n) into[n] = times[selected.rows[at + n]];
        });
        to.present.append({rows, true}, 0, rows);
      }
    }
    table->rows += rows;
    Result<Unit> held = hold(rows * (places.size() + 1));
    if (!held) full = std::move(held).error();
    return !full && table->rows < enough;
  };
  co_await scan_columns(in, conditions, take);
  if (full) co_return tl::unexpected<Error>(*full);
  if (!keys.empty()) {
    std::vector<std::uint32_t> sorted(table->rows);
    std::iota(sorted.begin(), sorted.end(), 0u);
    const auto less = [&](std::uint32_t a, std::uint32_t b) {
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const std::size_t key = keys[i];
        const int c = compare_cells(*table, key, result.columns[key].type, order[i], a, b);
        if (c != 0) return c < 0;
      }
      return a < b;
    };
    co_await sort_pausing(sorted, less, pauses());
    reorder(*table, sorted);
  }
  if (limit && table->rows > *limit) cut(*table, static_cast<std::size_t>(*limit));
  for (std::size_t i = 0; i < places.size(); ++i)
    if (result.columns[i].type.is(Kind::bigint))
      table->columns[i].number_size_max = number_size_max(table->columns[i].bits);
  result.table = table;
  co_return result;
}

}  // namespace levada::timestream::sql
