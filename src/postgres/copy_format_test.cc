#include "postgres/copy_format.h"

#include <gtest/gtest.h>

namespace levada::postgres {
namespace {

using query::Type;
using query::TypeKind;
using namespace std::string_view_literals;

const std::vector<Type>& types() {
  static const std::vector<Type> all = {TypeKind::int4, TypeKind::varchar};
  return all;
}

std::vector<streaming::ResultColumn> columns() {
  return {{"id", types()[0]}, {"name", types()[1]}};
}

std::string text_of(const std::vector<query::Row>& rows) {
  std::string text;
  for (const query::Row& row : rows) {
    for (std::size_t n = 0; n < types().size(); ++n)
      text += row[n].is_null() ? "NULL|" : query::to_text(types()[n], row[n]) + "|";
    text += '\n';
  }
  return text;
}

// In pieces of every size: where the client cuts must not matter.
std::string decoded(const CopyFormat& format, std::string_view bytes) {
  std::string first;
  for (std::size_t size = 1; size <= bytes.size() + 1; ++size) {
    CopyDecoder decoder(format, types());
    std::vector<query::Row> rows;
    std::string text;
    query::SqlResult<Unit> step = Unit{};
    for (std::size_t at = 0; step && at < bytes.size(); at += size)
      step = decoder.decode(as_bytes(bytes.substr(at, size)), {}, rows);
    if (step) step = decoder.finish({}, rows);
    text = step ? text_of(rows) : step.error().sqlstate + " " + step.error().message;
    if (size == 1) first = text;
    EXPECT_EQ(text, first) << "in pieces of " << size;
  }
  return first;
}

TEST(CopyFormat, ReadsTextWithItsEscapes) {
  const CopyFormat text;
  EXPECT_EQ(decoded(text, "1\ta\n2\t\\N\n"), "1|a|\n2|NULL|\n");
  EXPECT_EQ(decoded(text, "1\ta\\tb\\\\\\n\\x41\\101\r\n2\t\n\\.\n3\tignored\n"),
            "1|a\tb\\\nAA|\n2||\n");
  EXPECT_EQ(decoded(text, "1\tlast line without end"), "1|last line without end|\n");
  EXPECT_EQ(decoded(text, "1\n"), "22P04 missing data for column 2");
  EXPECT_EQ(decoded(text, "1\ta\tb\n"), "22P04 extra data after last expected column");
  EXPECT_EQ(decoded(text, "x\ta\n").substr(0, 5), "22P02");
}

TEST(CopyFormat, ReadsCsvWithItsQuotes) {
  CopyFormat csv;
  csv.kind = CopyFormat::Kind::csv;
  csv.delimiter = ',';
  csv.null_text = "";
  EXPECT_EQ(decoded(csv, "1,a\n2,\n3,\"\"\n"), "1|a|\n2|NULL|\n3||\n");
  EXPECT_EQ(decoded(csv, "1,\"two\nlines, \"\"quoted\"\"\"\r\n"), "1|two\nlines, \"quoted\"|\n");
  csv.header = true;
  EXPECT_EQ(decoded(csv, "id,name\n1,a\n"), "1|a|\n");
  EXPECT_EQ(decoded(csv, "id,name\n1,\"open\n"), "22P04 unterminated CSV quoted field");
}

TEST(CopyFormat, WritesWhatItReads) {
  for (const CopyFormat::Kind kind :
       {CopyFormat::Kind::text, CopyFormat::Kind::csv, CopyFormat::Kind::binary}) {
    CopyFormat format;
    format.kind = kind;
    if (kind == CopyFormat::Kind::csv) {
      format.delimiter = ',';
      format.null_text = "";
    }
    const std::vector<query::Row> rows = {
        query::Row::of({query::Datum::of(1), query::Datum::of("a,\"b\"\t\\ \n c")}),
        query::Row::of({query::Datum::null(), query::Datum::of("")}),
        query::Row::of({query::Datum::of(-3), query::Datum::null()})};
    CopyEncoder encoder(format, columns());
    Buffer out;
    encoder.begin(out);
    for (const query::Row& row : rows) encoder.row(row, {}, out);
    encoder.end(out);
    EXPECT_EQ(decoded(format, as_text(out)), text_of(rows)) << static_cast<int>(kind);
  }
}

TEST(CopyFormat, RefusesBinaryThatIsNone) {
  CopyFormat binary;
  binary.kind = CopyFormat::Kind::binary;
  EXPECT_EQ(decoded(binary, "this is no COPY file at all"),
            "22P04 COPY file signature not recognized");
  EXPECT_EQ(decoded(binary, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4\0\0\0\1"sv),
            "22P04 row field count is 1, expected 2");
}

}  // namespace
}  // namespace levada::postgres
