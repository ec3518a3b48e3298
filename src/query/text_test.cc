#include "query/text.h"

#include <gtest/gtest.h>

#include <random>

#include "query/decimal.h"
#include "query/row_codec.h"

namespace levada::query {
namespace {

using enum TypeKind;

std::string again(const Type& type, std::string_view text, std::string_view zone = "UTC") {
  const auto value = from_text(type, text, {zone});
  return value ? to_text(type, value->datum(), {zone})
               : value.error().sqlstate + ": " + value.error().message;
}

TEST(Text, values_are_written_as_postgresql_writes_them) {
  const struct {
    Type type;
    std::string_view in, out;
  } cases[] = {
      {boolean, " YES ", "t"},
      {boolean, "off", "f"},
      {int2, "-32768", "-32768"},
      {int8, " 9223372036854775807", "9223372036854775807"},
      {float8, "1e16", "1e+16"},
      {float8, "0.00001", "1e-05"},
      {float8, "100000", "100000"},
      {float8, "-0", "-0"},
      {float8, "nan", "NaN"},
      {float8, "-inf", "-Infinity"},
      {float4, "0.1", "0.1"},
      {numeric, "1.50", "1.50"},
      {numeric, "-0.007e1", "-0.07"},
      {numeric, "1e3", "1000"},
      {numeric, "Infinity", "Infinity"},
      {varchar, "a\"é", "a\"é"},
      {bytea, "\\x00fF", "\\x00ff"},
      {bytea, "a\\000b", "\\x610062"},
      {date, "2024-02-29", "2024-02-29"},
      {date, "20240131", "2024-01-31"},
      {time, "23:59:59.5", "23:59:59.500"},
      {timestamp, "2023-11-11 18:30:09.453", "2023-11-11 18:30:09.453"},
      {timestamp, "2023-11-11T18:30", "2023-11-11 18:30:00"},
      {timestamptz, "2023-11-11 18:30:09+02", "2023-11-11 16:30:09+00:00"},
      {interval, "1 year 2 mons 3 days 04:05:06.7", "1 year 2 mons 3 days 04:05:06.7"},
      {interval, "P1DT2H", "1 day 02:00:00"},
      {interval, "-1 day +02:00", "-1 days +02:00:00"},
      {interval, "90 minutes", "01:30:00"},
      {jsonb, "{\"bb\": 1, \"a\":[true,null, 1.50]}", "{\"a\": [true, null, 1.5], \"bb\": 1}"},
      {int256, "-57896044618658097711785492504343953926634992332820282019728792003956564819968",
       "-57896044618658097711785492504343953926634992332820282019728792003956564819968"},
      {Type::list(int4), "{1,NULL, 3}", "{1,NULL,3}"},
      {Type::list(varchar), "{a,\"b c\",\"\",\"NULL\"}", "{a,\"b c\",\"\",\"NULL\"}"},
      {Type::list(Type::list(int4)), "{{1,2},{3}}", "{{1,2},{3}}"},
      {Type::structure({{"a", int4}, {"b", varchar}}), "(1,\"x,y\")", "(1,\"x,y\")"},
  };
  for (const auto& one : cases) EXPECT_EQ(again(one.type, one.in), one.out) << one.in;
}

TEST(Text, a_time_zone_shifts_what_is_shown) {
  EXPECT_EQ(again(timestamptz, "2024-07-01 12:00:00", "+08:00"), "2024-07-01 12:00:00+08:00");
  const auto value = from_text(timestamptz, "2024-07-01 12:00:00+00", {});
  EXPECT_EQ(to_text(timestamptz, value->datum(), {"+08:00"}), "2024-07-01 20:00:00+08:00");
}

TEST(Text, what_is_no_value_is_refused_in_postgresqls_words) {
  EXPECT_EQ(again(int4, "x"), "22P02: invalid input syntax for type integer: \"x\"");
  EXPECT_EQ(again(int2, "40000"), "22003: value \"40000\" is out of range for type smallint");
  EXPECT_EQ(again(date, "2023-02-29"), "22008: date/time field value out of range: \"2023-02-29\"");
  EXPECT_EQ(again(jsonb, "{\"a\":}"), "22P02: invalid input syntax for type json: \"{\"a\":}\"");
  EXPECT_EQ(again(Type::list(int4), "1,2"), "22P02: malformed array literal: \"1,2\"");
}

TEST(Decimal, arithmetic_is_exact_and_quotients_have_rust_decimals_digits) {
  const auto d = [](std::string_view text) { return *Decimal::parse(text); };
  const auto shown = [](const std::optional<Decimal>& decimal) {
    std::string out = decimal ? "" : "overflow";
    if (decimal) decimal->append_text(out);
    return out;
  };
  EXPECT_EQ(shown(add(d("0.1"), d("0.20"))), "0.30");
  EXPECT_EQ(shown(multiply(d("1.5"), d("-2.25"))), "-3.375");
  EXPECT_EQ(shown(divide(d("1"), d("3"))), "0.3333333333333333333333333333");
  EXPECT_EQ(shown(divide(d("10"), d("3"))), "3.3333333333333333333333333333");
  EXPECT_EQ(shown(divide(d("2"), d("3"))), "0.6666666666666666666666666667");
  EXPECT_EQ(shown(divide(d("10.00"), d("2"))), "5.00");
  EXPECT_EQ(shown(divide(d("1"), d("8"))), "0.125");
  EXPECT_EQ(shown(round(d("-2.5"), 0)), "-3");
  EXPECT_EQ(shown(round(d("1234.567"), -2)), "1200");
  EXPECT_EQ(shown(multiply(d("1e28"), d("1e28"))), "overflow");
  EXPECT_EQ(shown(add(d("inf"), d("-inf"))), "NaN");
  EXPECT_TRUE(compare(d("1.0"), d("1.00")) == 0);
  EXPECT_EQ(hash(d("1.0")), hash(d("1")));
  EXPECT_TRUE(compare(d("nan"), d("inf")) > 0);
}

TEST(Decimal, a_quotient_times_its_divisor_is_near_the_dividend) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20000; ++i) {
    const Decimal a{static_cast<std::int64_t>(random()) >> (random() % 60),
                    static_cast<std::uint8_t>(random() % 12), Decimal::Special::none};
    Decimal b{static_cast<std::int64_t>(random()) >> (random() % 60),
              static_cast<std::uint8_t>(random() % 12), Decimal::Special::none};
    if (b.is_zero()) continue;
    const auto quotient = divide(a, b);
    ASSERT_TRUE(quotient);
    const double expected = a.to_double() / b.to_double();
    EXPECT_NEAR(quotient->to_double(), expected, 1e-12 * std::abs(expected) + 1e-27);
  }
}

TEST(RowCodec, a_row_comes_back_and_broken_bytes_do_not) {
  const Interval span{1, 2, 3};
  alignas(16) Int128 storage = 0;
  const Datum inner[] = {Datum::of(7), Datum::null(), Datum::of("seven")};
  const Row row =
      Row::of({Datum::null(), Datum::of(-5), Datum::of(2.5),
               decimal_datum(*Decimal::parse("1234567890123456789012345.678"), storage),
               Datum::of(&span), Datum::of("text"), Datum::of(std::span<const Datum>(inner))});
  std::string bytes;
  append_row(row.span(), bytes);
  std::string_view in = bytes;
  const auto back = take_row(in);
  ASSERT_TRUE(back);
  EXPECT_TRUE(in.empty());
  EXPECT_TRUE(same_bytes(row.span(), back->span()));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view cut(bytes.data(), size);
    EXPECT_FALSE(take_row(cut));
  }
}

}  // namespace
}  // namespace levada::query
