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
  const std::size_t begin = to.bits.size();
  to.bits.resize(begin + rows.size());
  if (from == nullptr) {
    to.present.resize(begin + rows.size());
    return;
  }
  std::int64_t* into = to.bits.data() + begin;
  if (!to.texts && from->present.everywhere()) {
    to.present.append(from->present, 0, rows.size());
    for (const std::uint32_t row : rows) *into++ = from->bits[row];
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
    *into++ = bits;
  }
}

void append(Column& to, std::string_view text, std::size_t rows) {
  to.bits.resize(to.bits.size() + rows, to.texts->place_of(text));
  to.present.append({rows, true}, 0, rows);
}

void cut(Column& column, std::size_t rows) {
  column.bits.resize(rows);
  column.present.resize(rows);
}

// What compare_for_order says of the values that the rows stand for.
int compare_cells(const Column& column, const Type& type, const OrderItem& item, std::size_t a,
                  std::size_t b) {
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

void reorder(Column& column, std::span<const std::uint32_t> places) {
  Column sorted;
  sorted.bits.reserve(places.size());
  for (const std::uint32_t place : places) sorted.bits.push_back(column.bits[place]);
  if (column.present.everywhere())
    sorted.present = std::move(column.present);
  else
    for (const std::uint32_t place : places) sorted.present.push_back(column.present[place]);
  sorted.texts = std::move(column.texts);
  column = std::move(sorted);
}

}  // namespace

Task<Relation> Execution::select_columns(Opened& in, const std::vector<const Node*>& conditions,
                                         Relation result, const std::vector<std::size_t>& places,
                                         const std::vector<OrderItem>& order,
                                         const std::vector<std::size_t>& keys,
                                         std::optional<std::uint64_t> limit) {
  const auto table = std::make_shared<ColumnTable>();
  const std::size_t time_place = in.dimensions + 1;
  for (const ScopeColumn& column : result.columns) {
    Column& fresh = table->columns.emplace_back();
    if (column.type.is(Kind::varchar)) fresh.texts = std::make_unique<Texts>();
  }
  // What is not sorted need not be read to its end.
  const std::uint64_t enough = keys.empty() ? limit.value_or(UINT64_MAX) : UINT64_MAX;
  std::optional<Error> full;
  const std::function<bool(const Selected&)> take = [&](const Selected& selected) {
    const std::size_t rows = selected.rows.size();
    const auto times = selected.chunk.series->times();
    const auto& columns = selected.chunk.series->columns();
    for (std::size_t i = 0; i < places.size(); ++i) {
      Column& to = table->columns[i];
      if (places[i] > time_place) {
        const auto from =
            std::ranges::find(columns, places[i] - time_place - 1, &Series::Column::attribute);
        append(to, from == columns.end() ? nullptr : &*from, *selected.chunk.texts, selected.rows);
      } else if (places[i] == time_place) {
        for (const std::uint32_t row : selected.rows) to.bits.push_back(times[row]);
        to.present.append({rows, true}, 0, rows);
      } else if (const Value& text = selected.base[places[i]]; text.null()) {
        append(to, nullptr, *selected.chunk.texts, selected.rows);
      } else {
        append(to, text.text(), rows);
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
        const int c = compare_cells(table->columns[key], result.columns[key].type, order[i], a, b);
        if (c != 0) return c < 0;
      }
      return a < b;
    };
    co_await sort_pausing(sorted, less, pauses());
    for (Column& column : table->columns) reorder(column, sorted);
  }
  if (limit && table->rows > *limit) {
    table->rows = static_cast<std::size_t>(*limit);
    for (Column& column : table->columns) cut(column, table->rows);
  }
  result.table = table;
  co_return result;
}

}  // namespace levada::timestream::sql
