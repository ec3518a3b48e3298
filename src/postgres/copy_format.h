#pragma once
// COPY's three formats (PostgreSQL 15 manual, COPY, "File Formats"): a client's bytes to rows and
// rows to bytes. Pure.

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "query/text.h"
#include "streaming/session.h"

namespace levada::postgres {

using streaming::CopyFormat;

// Takes a client's bytes as they come, cut anywhere.
class CopyDecoder {
 public:
  CopyDecoder(CopyFormat format, std::vector<query::Type> types)
      : format_(format), types_(std::move(types)), header_(format.header) {}

  // Appends the rows that are whole now. Errors: 22P04 and those of the types, with the line.
  query::SqlResult<Unit> decode(ByteView bytes, const query::TextStyle& style,
                                std::vector<query::Row>& rows);
  // No more will come.
  query::SqlResult<Unit> finish(const query::TextStyle& style, std::vector<query::Row>& rows);

 private:
  struct Field {
    std::string text;
    bool null = false;
  };
  // The first whole line of `pending_` cut into fields; nothing: it is not whole.
  std::optional<std::size_t> cut_text(std::string_view input, bool last);
  query::SqlResult<std::optional<std::size_t>> cut_csv(std::string_view input, bool last);
  query::SqlResult<std::optional<std::size_t>> cut_binary(std::string_view input,
                                                          std::vector<query::Row>& rows);
  query::SqlResult<Unit> decode_pending(bool last, const query::TextStyle& style,
                                        std::vector<query::Row>& rows);
  query::SqlResult<query::Row> row_of_fields(const query::TextStyle& style) const;
  query::SqlError with_line(query::SqlError error) const;

  CopyFormat format_;
  std::vector<query::Type> types_;
  bool header_;  // the next line is one
  bool signature_read_ = false;
  bool ended_ = false;  // by \. or the binary trailer
  std::uint64_t line_ = 0;
  std::string pending_;
  std::vector<Field> fields_;  // of the line cut last
};

class CopyEncoder {
 public:
  CopyEncoder(CopyFormat format, std::vector<streaming::ResultColumn> columns)
      : format_(format), columns_(std::move(columns)) {}

  void begin(Buffer& out) const;  // the header, if there is one
  void row(const query::Row& row, const query::TextStyle& style, Buffer& out);
  void end(Buffer& out) const;

 private:
  CopyFormat format_;
  std::vector<streaming::ResultColumn> columns_;
  std::string text_;
};

}  // namespace levada::postgres
