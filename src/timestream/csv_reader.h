#pragma once
// CsvReader: rows of a CSV text that comes piece by piece. Fields may be quoted; inside quotes the
// escape character, or the quote itself, makes the next quote a plain one. Rows end with a line
// feed or the two of Windows; empty lines are none.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace levada::timestream {

struct CsvDialect {
  char separator = ',';
  char quote = '"';
  char escape = '\\';
  bool trim = false;             // blanks around values that are not quoted
  bool escape_anywhere = false;  // not only inside quotes
  friend bool operator==(const CsvDialect&, const CsvDialect&) = default;
};

// A row may not be longer: more is a file that is none of CSV, or a quote that nobody closed.
inline constexpr Bytes csv_row_max = 1_MiB;
inline constexpr std::size_t csv_fields_max = 4096;

class CsvReader {
 public:
  explicit CsvReader(CsvDialect dialect) : dialect_(dialect) {}

  // More of the text, behind what came before.
  void feed(ByteView bytes);
  // All was fed.
  void end() { ended_ = true; }

  struct Row {
    std::vector<std::string> fields;
    std::uint64_t line = 0;        // where it begins, from 1
    std::uint64_t end_offset = 0;  // of the byte behind it in the text
  };
  // The next row, if it came whole. Errors: too_large, invalid (a quote that is not closed).
  Result<std::optional<Row>> next();

 private:
  bool escapes(char c, bool quoted) const {
    return c == dialect_.escape && c != dialect_.quote && (quoted || dialect_.escape_anywhere);
  }
  std::optional<std::size_t> find_row_end() const;
  void split(std::string_view text, std::vector<std::string>& fields) const;

  CsvDialect dialect_;
  std::string pending_;
  std::size_t at_ = 0;          // in pending_
  std::uint64_t consumed_ = 0;  // bytes before pending_[0]
  std::uint64_t line_ = 1;
  bool ended_ = false;
};

}  // namespace levada::timestream
