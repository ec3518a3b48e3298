#include "aws/timestream_query/column_rows.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "aws/timestream_query/rows.h"
#include "base/check.h"
#include "timestream/sql/calendar.h"

namespace levada::aws::timestream_query_api {
namespace {

using timestream::sql::ColumnTable;
using timestream::sql::Kind;
using timestream::sql::Value;

constexpr std::string_view row_begin = R"({"Data":[)", row_end = "]}";
constexpr std::string_view value_begin = R"({"ScalarValue":")", value_end = R"("})";
constexpr std::string_view null_value = R"({"NullValue":true})";
constexpr std::size_t cell_size_usual = 32;
// A number or a time, its frame and a comma.
constexpr std::size_t cell_size_max =
    value_begin.size() + value_end.size() + 1 +
    std::max(timestream::sql::moment_text_max, timestream::sql::real_text_max);

char* put(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* put_number(Kind kind, std::int64_t bits, char* to) {
  switch (kind) {
    case Kind::bigint:
      return std::to_chars(to, to + timestream::sql::real_text_max, bits).ptr;
    case Kind::real:
      return timestream::sql::write_real(std::bit_cast<double>(bits), to);
    case Kind::timestamp:
      return timestream::sql::write_timestamp(bits, to);
    case Kind::boolean:
      return put(bits != 0 ? "true" : "false", to);
    default:
      CHECK(false, "a measure is of one of these types");
  }
}

class CellWriter {
 public:
  CellWriter(const ColumnTable::Column& column, Kind kind) : column_(column), kind_(kind) {}

  std::size_t size_max(std::size_t row) {
    if (!column_.texts || !column_.present[row]) return cell_size_max;
    choose(column_.bits[row]);
    return text_.size() + 1;
  }
  // After size_max of the same row.
  char* write(std::size_t row, char* to) const {
    if (!column_.present[row]) return put(null_value, to);
    if (column_.texts) return put(text_, to);
    return put(value_end, put_number(kind_, column_.bits[row], put(value_begin, to)));
  }

 private:
  // Neighbours mostly have the same text: it is escaped once for all of them.
  void choose(std::int64_t place) {
    if (place == place_) return;
    place_ = place;
    Buffer quoted;
    wire::JsonWriter json(quoted);
    json.string(column_.texts->at(place));
    json.finish();
    text_ = R"({"ScalarValue":)";
    text_ += as_text(quoted);
    text_ += '}';
  }

  const ColumnTable::Column& column_;
  const Kind kind_;
  std::int64_t place_ = -1;
  std::string text_;
};

void write_json(wire::JsonWriter& json, std::vector<CellWriter>& cells, std::size_t row) {
  std::size_t size = row_begin.size() + row_end.size();
  for (CellWriter& cell : cells) size += cell.size_max(row);
  char* to = put(row_begin, json.begin_raw(size));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) *to++ = ',';
    to = cells[i].write(row, to);
  }
  json.end_raw(put(row_end, to));
}

Value value_of(const ColumnTable::Column& column, Kind kind, std::size_t row) {
  if (!column.present[row]) return {};
  if (column.texts) return Value(column.texts->at(column.bits[row]));
  if (kind == Kind::real) return Value(std::bit_cast<double>(column.bits[row]));
  if (kind == Kind::boolean) return Value(column.bits[row] != 0);
  return Value(column.bits[row]);
}

}  // namespace

void write_column_rows(OutputWriter& out, const timestream::QueryAnswer& answer) {
  const ColumnTable& table = *answer.table;
  if (out.coding() == Coding::json) {
    std::vector<CellWriter> cells;
    cells.reserve(table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      cells.emplace_back(table.columns[i], answer.columns[i].type.kind);
    out.json().expect((answer.table_end - answer.table_begin) * cells.size() * cell_size_usual);
    for (std::size_t row = answer.table_begin; row < answer.table_end; ++row)
      write_json(out.json(), cells, row);
    return;
  }
  for (std::size_t row = answer.table_begin; row < answer.table_end; ++row) {
    out.begin_structure();
    out.begin_list("Data", table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const auto& type = answer.columns[i].type;
      out.begin_structure();
      write_datum(out, type, value_of(table.columns[i], type.kind, row));
      out.end_structure();
    }
    out.end_list();
    out.end_structure();
  }
}

}  // namespace levada::aws::timestream_query_api
