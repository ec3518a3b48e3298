#include "aws/timestream_query/column_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <string>
#include <unordered_map>

#include "aws/timestream_query/rows.h"
#include "base/check.h"
#include "timestream/sql/calendar.h"

namespace levada::aws::timestream_query_api {
namespace {

using timestream::sql::ColumnTable;
using timestream::sql::Kind;
using timestream::sql::Value;

constexpr std::string_view row_begin = R"({"Data":[)", row_end = "]}";
// A cell and the comma behind it; that of the last one becomes the row's bracket.
constexpr std::string_view value_begin = R"({"ScalarValue":")", value_end = R"("},)";
constexpr std::string_view null_value = R"({"NullValue":true},)";
constexpr std::size_t cell_size_usual = 28;
constexpr std::size_t number_cell_size_max =
    value_begin.size() + value_end.size() +
    std::max(timestream::sql::moment_text_max, timestream::sql::real_text_max);
constexpr std::size_t page_size_usual = 1'000'000;  // of full ones
constexpr std::size_t behind_rows = 32 << 10;       // about what an answer has there

char* put(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// "0" to "99", each with a character behind it that counts only from 10 on.
constexpr auto small_numbers = [] {
  std::array<std::array<char, 2>, 100> all{};
  for (int n = 0; n < 100; ++n)
    all[static_cast<std::size_t>(n)] = {static_cast<char>('0' + (n < 10 ? n : n / 10)),
                                        static_cast<char>('0' + n % 10)};
  return all;
}();

char* put_integer(std::int64_t number, char* to) {
  if (number >= 0 && number < 100) {  // the usual case of what is measured in per cent
    std::memcpy(to, small_numbers[static_cast<std::size_t>(number)].data(), 2);
    return to + (number < 10 ? 1 : 2);
  }
  return std::to_chars(to, to + timestream::sql::real_text_max, number).ptr;
}

Value value_of(const ColumnTable& table, const ColumnTable::Column& column, Kind kind,
               std::size_t row) {
  const std::size_t place = table.place(column, row);
  if (!column.present[place]) return {};
  if (column.texts) return Value(column.texts->at(column.bits[place]));
  if (kind == Kind::real) return Value(std::bit_cast<double>(column.bits[place]));
  if (kind == Kind::boolean) return Value(column.bits[place] != 0);
  return Value(column.bits[place]);
}

void quote(const ColumnTable::Column& column, std::size_t place, std::string& to) {
  if (!column.present[place]) {
    to += null_value;
    return;
  }
  Buffer json_text;
  wire::JsonWriter json(json_text);
  json.begin_object();
  json.key("ScalarValue");
  json.string(column.texts->at(column.bits[place]));
  json.end_object();
  json.finish();
  to += as_text(json_text);
  to += ',';
}

}  // namespace

// A column of numbers or of texts; or neighbouring columns that are the same in all rows of a
// series, which are quoted once for each of them.
class JsonRows::Cells {
 public:
  Cells(const Table& table, const Table::Column& column, Kind kind)
      : table_(table), kind_(kind), columns_{&column} {}

  bool of_series() const { return columns_.front()->of_series; }
  bool of_numbers() const { return columns_.front()->texts == nullptr; }
  void add(const Table::Column& column) { columns_.push_back(&column); }

  // The cells of a row, where they are texts.
  std::string_view text(std::size_t row) {
    const Table::Column& column = *columns_.front();
    const std::int64_t of = of_series()           ? table_.series[row]
                            : column.present[row] ? column.bits[row]
                                                  : -1;
    if (quoted_ != nullptr && of == quoted_of_) return *quoted_;  // as in the row before
    quoted_of_ = of;
    if (!of_series()) {
      quoted_ = &last_;
      last_.clear();
      quote(column, row, last_);
      return last_;
    }
    const auto [at, fresh] = series_.try_emplace(table_.place(column, row));
    if (fresh)
      for (const Table::Column* each : columns_) quote(*each, at->first, at->second);
    quoted_ = &at->second;
    return at->second;
  }

  char* write_number(std::size_t row, char* to) {
    const Table::Column& column = *columns_.front();
    if (!column.present[row]) return put(null_value, to);
    to = put(value_begin, to);
    const std::int64_t bits = column.bits[row];
    switch (kind_) {
      case Kind::bigint:
        to = put_integer(bits, to);
        break;
      case Kind::real:
        to = timestream::sql::write_real(std::bit_cast<double>(bits), to);
        break;
      case Kind::timestamp:
        to = times_.write(bits, to);
        break;
      case Kind::boolean:
        to = put(bits != 0 ? "true" : "false", to);
        break;
      default:
        CHECK(false, "a measure is of one of these types");
    }
    return put(value_end, to);
  }

 private:
  const Table& table_;
  Kind kind_;
  std::vector<const Table::Column*> columns_;
  timestream::sql::TimestampWriter times_;
  std::unordered_map<std::size_t, std::string> series_;
  std::string last_;
  const std::string* quoted_ = nullptr;
  std::int64_t quoted_of_ = 0;
};

JsonRows::JsonRows(Span span, std::size_t room, Buffer memory)
    : result_(std::move(span.result)),
      next_(span.begin),
      end_(span.end),
      room_(room),
      text_(std::move(memory)) {
  const Table& table = *result_->table;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Table::Column& column = table.columns[i];
    if (column.of_series && !cells_.empty() && cells_.back().of_series())
      cells_.back().add(column);
    else
      cells_.emplace_back(table, column, result_->columns[i].type.kind);
    if (!column.texts) numbers_size_max_ += number_cell_size_max;
  }
  text_.resize(room);
  json_.emplace(text_);
  const std::size_t about = (end_ - next_) * table.columns.size() * cell_size_usual;
  json_->expect(std::min(about, page_size_usual) + behind_rows);
}

JsonRows::~JsonRows() = default;

void JsonRows::write(std::size_t rows) {
  const std::size_t last = next_ + std::min(rows, end_ - next_);
  for (; next_ < last; ++next_) {
    std::size_t most = numbers_size_max_ + row_begin.size() + row_end.size();
    for (Cells& cells : cells_)
      if (!cells.of_numbers()) most += cells.text(next_).size();
    char* to = put(row_begin, json_->begin_raw(most));
    for (Cells& cells : cells_)
      to = cells.of_numbers() ? cells.write_number(next_, to) : put(cells.text(next_), to);
    json_->end_raw(put(row_end, to - 1));
  }
  if (done()) result_.reset();
}

Buffer JsonRows::take() {
  json_.reset();
  return std::move(text_);
}

void write_column_rows(OutputWriter& out, const timestream::QueryAnswer& answer) {
  const ColumnTable& table = *answer.result->table;
  if (answer.begin == answer.end) return;
  if (out.coding() == Coding::json) {
    JsonRows rows({answer.result, answer.begin, answer.end}, out.json().room(), {});
    rows.write(answer.end - answer.begin);
    out.json().raw_in_place(rows.take());
    return;
  }
  for (std::size_t row = answer.begin; row < answer.end; ++row) {
    out.begin_structure();
    out.begin_list("Data", table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const auto& type = answer.result->columns[i].type;
      out.begin_structure();
      write_datum(out, type, value_of(table, table.columns[i], type.kind, row));
      out.end_structure();
    }
    out.end_list();
    out.end_structure();
  }
}

}  // namespace levada::aws::timestream_query_api
