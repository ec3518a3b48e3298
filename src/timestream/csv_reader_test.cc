#include "timestream/csv_reader.h"

#include <gtest/gtest.h>

namespace levada::timestream {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// Fed in pieces of that size.
Rows read(std::string_view text, CsvDialect dialect = {}, std::size_t piece = 1) {
  CsvReader reader(dialect);
  Rows rows;
  const auto drain = [&] {
    for (;;) {
      auto row = reader.next();
      EXPECT_TRUE(row) << row.error().message;
      if (!row || !*row) return;
      rows.push_back((*row)->fields);
    }
  };
  for (std::size_t at = 0; at < text.size(); at += piece) {
    reader.feed(as_bytes(text.substr(at, piece)));
    drain();
  }
  reader.end();
  drain();
  return rows;
}

TEST(CsvReader, reads_the_same_in_pieces_of_any_size) {
  const std::string_view text = "a,b\r\n\n\"x,\"\"y\"\"\",\"two\nlines\"\nlast,\n";
  const Rows rows = {{"a", "b"}, {"x,\"y\"", "two\nlines"}, {"last", ""}};
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_EQ(read(text, {}, piece), rows) << piece;
}

TEST(CsvReader, the_last_row_needs_no_end_of_line) {
  EXPECT_EQ(read("a,b\n1,2"), (Rows{{"a", "b"}, {"1", "2"}}));
}

TEST(CsvReader, other_characters_may_separate_quote_and_escape) {
  CsvDialect dialect;
  dialect.separator = '|';
  dialect.quote = '\'';
  dialect.escape = '^';
  dialect.trim = true;
  EXPECT_EQ(read(" a |'b^'|c'| d\n", dialect), (Rows{{"a", "b'|c", "d"}}));
}

TEST(CsvReader, a_quote_that_nobody_closes_is_an_error_with_its_line) {
  CsvReader reader{CsvDialect{}};
  reader.feed(as_bytes(std::string_view("a\n\"b\n")));
  reader.end();
  ASSERT_TRUE(reader.next());
  const auto row = reader.next();
  ASSERT_FALSE(row);
  EXPECT_EQ(row.error().message, "the quote of line 2 is not closed");
}

TEST(CsvReader, a_row_knows_where_it_ends) {
  CsvReader reader{CsvDialect{}};
  reader.feed(as_bytes(std::string_view("a,b\n1,2\n")));
  EXPECT_EQ((**reader.next()).end_offset, 4u);
  EXPECT_EQ((**reader.next()).end_offset, 8u);
}

}  // namespace
}  // namespace levada::timestream
