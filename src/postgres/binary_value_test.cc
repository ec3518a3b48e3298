#include "postgres/binary_value.h"

#include <gtest/gtest.h>

#include "query/text.h"
#include "wire/hex.h"

namespace levada::postgres {
namespace {

using query::Type;
using query::TypeKind;

std::string binary_hex(const Type& type, const char* text) {
  const auto value = query::from_text(type, text);
  EXPECT_TRUE(value) << text << ": " << value.error().message;
  Buffer out;
  append_binary(type, value->datum(), out);
  return wire::hex_string(out);
}

Buffer bytes_of(std::string_view hex) {
  Buffer bytes(hex.size() / 2);
  EXPECT_TRUE(wire::read_hex(hex, bytes));
  return bytes;
}

struct Case {
  Type type;
  const char* text;
  const char* hex;
};

// What PostgreSQL 15 sends: SELECT encode(int4send(…), 'hex') and its like.
const Case cases[] = {
    {TypeKind::boolean, "t", "01"},
    {TypeKind::int2, "-2", "fffe"},
    {TypeKind::int4, "258", "00000102"},
    {TypeKind::int8, "-1", "ffffffffffffffff"},
    {TypeKind::float4, "1.5", "3fc00000"},
    {TypeKind::float8, "-2", "c000000000000000"},
    {TypeKind::varchar, "aé", "61c3a9"},
    {TypeKind::bytea, "\\x00ff", "00ff"},
    {TypeKind::date, "2000-01-01", "00000000"},
    {TypeKind::date, "1999-12-31", "ffffffff"},
    {TypeKind::time, "00:00:01", "00000000000f4240"},
    {TypeKind::timestamp, "2000-01-01 00:00:00.000001", "0000000000000001"},
    {TypeKind::timestamptz, "1999-12-31 23:59:59.999999+00", "ffffffffffffffff"},
    {TypeKind::interval, "1 mon 2 days 00:00:00.000003", "00000000000000030000000200000001"},
    {TypeKind::numeric, "25.00",
     "0001000000000002"
     "0019"},
    {TypeKind::numeric, "-12345.678",
     "0003000140000003"
     "0001"
     "0929"
     "1a7c"},
    {TypeKind::numeric, "0", "0000000000000000"},
    {TypeKind::numeric, "0.0001",
     "0001ffff00000004"
     "0001"},
    {TypeKind::numeric, "10000",
     "0001000100000000"
     "0001"},
    {TypeKind::numeric, "NaN", "00000000c0000000"},
    {TypeKind::jsonb, "{\"a\": 1}", "017b2261223a20317d"},
    {Type::vector(2), "[1.5,-2]", "000200003fc00000c0000000"},  // vector_send of pgvector
};

TEST(BinaryValue, WritesWhatPostgresqlSends) {
  for (const Case& one : cases) EXPECT_EQ(binary_hex(one.type, one.text), one.hex) << one.text;
}

TEST(BinaryValue, ReadsWhatItWrites) {
  for (const Case& one : cases) {
    const auto value = read_binary(one.type, bytes_of(one.hex));
    ASSERT_TRUE(value) << one.text << ": " << value.error().message;
    const auto same = query::from_text(one.type, one.text).value();
    EXPECT_TRUE(query::same_bytes(value->datum(), same.datum())) << one.text;
  }
}

TEST(BinaryValue, ListsCarryTheirDimensions) {
  const Type numbers = Type::list(TypeKind::int4);
  const char* hex =
      "00000001"
      "00000001"
      "00000017"
      "00000002"
      "00000001"
      "00000004"
      "00000007"
      "ffffffff";
  EXPECT_EQ(binary_hex(numbers, "{7,NULL}"), hex);
  const auto read = read_binary(numbers, bytes_of(hex));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(query::to_text(numbers, read->datum()), "{7,NULL}");
  EXPECT_EQ(binary_hex(numbers, "{}"), "000000000000000000000017");
  const Type table = Type::list(numbers);
  const char* two =
      "00000002"
      "00000000"
      "00000017"
      "00000002"
      "00000001"
      "00000001"
      "00000001"
      "00000004"
      "00000001"
      "00000004"
      "00000002";
  EXPECT_EQ(binary_hex(table, "{{1},{2}}"), two);
  EXPECT_EQ(query::to_text(table, read_binary(table, bytes_of(two)).value().datum()), "{{1},{2}}");
}

TEST(BinaryValue, RefusesWhatIsNoValue) {
  const struct {
    Type type;
    const char* hex;
    const char* sqlstate;
  } bad[] = {{TypeKind::int4, "0001", "22P03"},
             {TypeKind::boolean, "", "22P03"},
             {TypeKind::varchar, "ff", "22021"},
             {TypeKind::varchar, "6100", "22021"},
             {TypeKind::numeric, "0001", "22P03"},
             {TypeKind::numeric, "00010000000000002711", "22P03"},
             {TypeKind::numeric, "7fff00000000000000", "22P03"},
             {TypeKind::jsonb, "027b7d", "22P03"},
             {TypeKind::time, "ffffffffffffffff", "22008"},
             {Type::vector(1), "0001", "22P03"},
             {Type::vector(1), "000200003fc00000", "22P03"},
             {Type::vector(1), "000200003fc000003fc00000", "22000"},
             {Type::vector(1), "000100007fc00000", "22000"},
             {Type::list(TypeKind::int4), "00000001000000000000001700ffffff00000001", "22P03"},
             {Type::list(TypeKind::int4), "ffffffff0000000000000017", "22P03"}};
  for (const auto& one : bad) {
    const auto value = read_binary(one.type, bytes_of(one.hex));
    ASSERT_FALSE(value) << one.hex;
    EXPECT_EQ(value.error().sqlstate, one.sqlstate) << one.hex;
  }
}

}  // namespace
}  // namespace levada::postgres
