#include "timestream/parquet_reader.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "timestream/parquet_writer.h"

namespace levada::timestream {
namespace {

using sql::Kind;
using sql::Value;

const std::vector<Kind> kinds = {Kind::varchar, Kind::bigint, Kind::real, Kind::boolean,
                                 Kind::timestamp};

Value any_value(Kind kind, std::mt19937_64& random) {
  if (random() % 5 == 0) return {};
  const auto number = static_cast<std::int64_t>(random());
  if (kind == Kind::varchar) return Value(std::string(random() % 40, 'a' + random() % 26));
  if (kind == Kind::real) return Value(static_cast<double>(number) / 1e6);
  if (kind == Kind::boolean) return Value(number % 2 == 0);
  return Value(number);
}

Buffer written(const sql::Scope& columns, const std::vector<std::vector<Value>>& rows, bool gzip) {
  ParquetWriter writer(columns, columns.size(), gzip);
  for (const auto& row : rows) EXPECT_TRUE(writer.add(row));
  return writer.finish().value();
}

TEST(ParquetReader, reads_what_was_written) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 40; ++round) {
    sql::Scope columns;
    for (std::size_t i = 0; i < 1 + random() % 8; ++i)
      columns.push_back({"", "c" + std::to_string(i), {kinds[random() % kinds.size()]}});
    std::vector<std::vector<Value>> rows(random() % 500);
    for (auto& row : rows)
      for (const sql::ScopeColumn& column : columns)
        row.push_back(any_value(column.type.kind, random));
    const Buffer file = written(columns, rows, round % 2 == 0);
    const auto reader = ParquetReader::open(file);
    ASSERT_TRUE(reader) << reader.error().message;
    ASSERT_EQ(reader->rows(), rows.size());
    ASSERT_EQ(reader->columns().size(), columns.size());
    std::size_t at = 0;
    for (std::size_t group = 0; group < reader->groups(); ++group) {
      const auto read = reader->read(group);
      ASSERT_TRUE(read) << read.error().message;
      for (std::size_t row = 0; row < read->size; ++row, ++at)
        for (std::size_t i = 0; i < columns.size(); ++i) {
          const ParquetValues& values = read->columns[i];
          const Value& expected = rows[at][i];
          ASSERT_EQ(values.present[row] != 0, !expected.null());
          if (expected.null()) continue;
          const std::int64_t bits = values.bits[row];
          switch (columns[i].type.kind) {
            case Kind::varchar:
              EXPECT_EQ(reader->columns()[i].type, ParquetType::text);
              ASSERT_EQ(values.texts[static_cast<std::size_t>(bits)], expected.text());
              break;
            case Kind::real:
              EXPECT_EQ(reader->columns()[i].type, ParquetType::real);
              ASSERT_EQ(std::bit_cast<double>(bits), expected.real());
              break;
            case Kind::boolean:
              EXPECT_EQ(reader->columns()[i].type, ParquetType::boolean);
              ASSERT_EQ(bits != 0, expected.truth());
              break;
            default:
              EXPECT_EQ(reader->columns()[i].type, columns[i].type.is(Kind::timestamp)
                                                       ? ParquetType::timestamp
                                                       : ParquetType::whole);
              ASSERT_EQ(bits, expected.number());
          }
        }
    }
    EXPECT_EQ(at, rows.size());
  }
}

TEST(ParquetReader, damaged_files_are_errors) {
  std::mt19937_64 random(6);
  sql::Scope columns;
  for (const Kind kind : kinds) columns.push_back({"", "c", {kind}});
  std::vector<std::vector<Value>> rows(50);
  for (auto& row : rows)
    for (const Kind kind : kinds) row.push_back(any_value(kind, random));
  for (const bool gzip : {false, true}) {
    const Buffer whole = written(columns, rows, gzip);
    for (int i = 0; i < 3000; ++i) {
      Buffer file = whole;
      if (i % 10 == 0) file.resize(random() % file.size());
      for (std::size_t n = 0; !file.empty() && n < 1 + random() % 3; ++n)
        file[random() % file.size()] = static_cast<std::byte>(random());
      const auto reader = ParquetReader::open(file);
      if (!reader) continue;
      for (std::size_t group = 0; group < reader->groups(); ++group) (void)reader->read(group);
    }
  }
  EXPECT_FALSE(ParquetReader::open(ByteView()));
}

}  // namespace
}  // namespace levada::timestream
