#include "postgres/result_rows.h"

#include "postgres/binary_value.h"

namespace levada::postgres {

ResultRows::ResultRows(std::vector<streaming::ResultColumn> columns,
                       std::vector<std::uint16_t> formats)
    : columns_(std::move(columns)), formats_(std::move(formats)) {
  if (formats_.size() != columns_.size())
    formats_.assign(columns_.size(), formats_.empty() ? std::uint16_t{0} : formats_.front());
}

void ResultRows::describe(wire::PgwireWriter& writer) const {
  std::vector<wire::PgColumn> described;
  described.reserve(columns_.size());
  for (std::size_t n = 0; n < columns_.size(); ++n) {
    const streaming::ResultColumn& column = columns_[n];
    described.push_back({.name = column.name,
                         .table_oid = column.table,
                         .table_column = static_cast<std::uint16_t>(column.number),
                         .type_oid = column.type.oid(),
                         .type_size = column.type.length(),
                         .format = formats_[n]});
  }
  writer.row_description(described);
}

void ResultRows::write(wire::PgwireWriter& writer, Buffer& out, const query::Row& row,
                       const query::TextStyle& style) {
  writer.begin_row(static_cast<std::uint16_t>(columns_.size()));
  for (std::size_t n = 0; n < columns_.size(); ++n) {
    const query::Datum& datum = row[n];
    if (datum.is_null()) {
      writer.null();
      continue;
    }
    writer.begin_value();
    if (formats_[n] == 1) {
      append_binary(columns_[n].type, datum, out);
    } else {
      text_.clear();
      query::append_text(columns_[n].type, datum, style, text_);
      const ByteView bytes = as_bytes(text_);
      out.insert(out.end(), bytes.begin(), bytes.end());
    }
    writer.end_value();
  }
  writer.end_row();
}

}  // namespace levada::postgres
