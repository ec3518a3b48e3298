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
constexpr std::size_t cell_size_usual = 28;
// A number or a time, its frame and a comma.
constexpr std::size_t cell_size_max =
    value_begin.size() + value_end.size() + 1 +
    std::max(timestream::sql::moment_text_max, timestream::sql::real_text_max);

char* put(std::string_view text, char* to) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

char* put_integer(std::int64_t number, char* to) {
  if (number >= 0 && number < 100) {  // the usual case of what is measured in per cent
    if (number >= 10) *to++ = static_cast<char>('0' + number / 10);
    *to++ = static_cast<char>('0' + number % 10);
    return to;
  }
  return std::to_chars(to, to + timestream::sql::real_text_max, number).ptr;
}

Value value_of(const ColumnTable::Column& column, Kind kind, std::size_t row) {
  if (!column.present[row]) return {};
  if (column.texts) return Value(column.texts->at(column.bits[row]));
  if (kind == Kind::real) return Value(std::bit_cast<double>(column.bits[row]));
  if (kind == Kind::boolean) return Value(column.bits[row] != 0);
  return Value(column.bits[row]);
}

}  // namespace

// A column of numbers; or neighbouring columns of texts, which are mostly the same as in the row
// before and then are copied as one.
class JsonRows::Cells {
 public:
  Cells(const Table::Column& column, Kind kind) : kind_(kind), number_(&column) {
    if (column.texts) add(column);
  }

  bool texts() const { return !texts_.empty(); }
  void add(const Table::Column& column) { texts_.push_back({&column}); }

  // Of the row, at most. Must be asked before it is written.
  std::size_t size_max(std::size_t row) {
    if (!texts()) return cell_size_max;
    bool same = !quoted_.empty();
    for (Text& text : texts_) {
      const std::int64_t place = text.column->present[row] ? text.column->bits[row] : -1;
      same = same && place == text.place;
      text.place = place;
    }
    if (!same) quote();
    return quoted_.size() + 1;
  }
  char* write(std::size_t row, char* to) {
    if (texts()) return put(quoted_, to);
    if (!number_->present[row]) return put(null_value, to);
    return put(value_end, write_number(number_->bits[row], put(value_begin, to)));
  }

 private:
  struct Text {
    const Table::Column* column;
    std::int64_t place = -1;
  };

  char* write_number(std::int64_t bits, char* to) {
    switch (kind_) {
      case Kind::bigint:
        return put_integer(bits, to);
      case Kind::real:
        return timestream::sql::write_real(std::bit_cast<double>(bits), to);
      case Kind::timestamp:
        return times_.write(bits, to);
      case Kind::boolean:
        return put(bits != 0 ? "true" : "false", to);
      default:
        CHECK(false, "a measure is of one of these types");
    }
  }

  void quote() {
    quoted_.clear();
    for (const Text& text : texts_) {
      if (!quoted_.empty()) quoted_ += ',';
      if (text.place < 0) {
        quoted_ += null_value;
        continue;
      }
      Buffer json_text;
      wire::JsonWriter json(json_text);
      json.begin_object();
      json.key("ScalarValue");
      json.string(text.column->texts->at(text.place));
      json.end_object();
      json.finish();
      quoted_ += as_text(json_text);
    }
  }

  Kind kind_;
  const Table::Column* number_;
  timestream::sql::TimestampWriter times_;
  std::vector<Text> texts_;
  std::string quoted_;  // of texts_, with commas
};

JsonRows::JsonRows(std::shared_ptr<const Table> table, const timestream::sql::Scope& columns,
                   std::size_t begin, std::size_t end)
    : table_(std::move(table)), next_(begin), end_(end) {
  for (std::size_t i = 0; i < table_->columns.size(); ++i) {
    const Table::Column& column = table_->columns[i];
    if (column.texts && !cells_.empty() && cells_.back().texts())
      cells_.back().add(column);
    else
      cells_.emplace_back(column, columns[i].type.kind);
  }
}

JsonRows::~JsonRows() = default;

void JsonRows::reserve(std::size_t more) {
  if (capacity_ - size_ >= more) return;
  const std::size_t expected = (end_ - next_) * table_->columns.size() * cell_size_usual;
  capacity_ = size_ + std::max({more, expected, size_ / 2});
  auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
  if (size_ > 0) std::memcpy(larger.get(), text_.get(), size_);
  text_ = std::move(larger);
}

void JsonRows::write(std::size_t rows) {
  const std::size_t last = next_ + std::min(rows, end_ - next_);
  for (; next_ < last; ++next_) {
    std::size_t most = 1 + row_begin.size() + row_end.size();
    for (Cells& cells : cells_) most += cells.size_max(next_);
    reserve(most);
    char* to = text_.get() + size_;
    if (size_ > 0) *to++ = ',';
    to = put(row_begin, to);
    for (Cells& cells : cells_) {
      if (&cells != cells_.data()) *to++ = ',';
      to = cells.write(next_, to);
    }
    size_ = static_cast<std::size_t>(put(row_end, to) - text_.get());
  }
  if (done()) table_.reset();
}

void write_column_rows(OutputWriter& out, const timestream::QueryAnswer& answer) {
  const ColumnTable& table = *answer.table;
  if (answer.table_begin == answer.table_end) return;
  if (out.coding() == Coding::json) {
    JsonRows rows(answer.table, answer.columns, answer.table_begin, answer.table_end);
    rows.write(answer.table_end - answer.table_begin);
    out.json().raw(rows.text());
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
