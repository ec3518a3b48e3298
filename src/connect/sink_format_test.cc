#include "connect/sink_format.h"

#include <gtest/gtest.h>

#include "connect/sink_json.h"
#include "query/text.h"

namespace levada::connect {
namespace {

using query::Datum;
using query::Row;
using query::Type;
using query::TypeKind;
using query::Value;
using streaming::SinkChange;
using streaming::SinkDefinition;
using streaming::SinkEpoch;
using streaming::SinkFormat;

Row row(const std::vector<Type>& types, const std::vector<const char*>& texts) {
  std::vector<Value> values;
  for (std::size_t n = 0; n < types.size(); ++n)
    values.push_back(texts[n] == nullptr ? Value() : query::from_text(types[n], texts[n]).value());
  std::vector<Datum> data;
  for (const Value& value : values) data.push_back(value.datum());
  return Row::of(data);
}

// t(id int primary key, name varchar, amt numeric, ts timestamptz, d date) of spec 1.5.
const std::vector<Type>& types() {
  static const std::vector<Type> all = {TypeKind::int4, TypeKind::varchar, TypeKind::numeric,
                                        TypeKind::timestamptz, TypeKind::date};
  return all;
}
Row old_row() {
  return row(types(), {"1", "a\"é", "1.50", "2023-11-11 18:30:09.453Z", "1970-01-01"});
}
Row new_row() { return row(types(), {"1", "b", "1.50", "2023-11-11 18:30:09.453Z", "1970-01-01"}); }

SinkDefinition definition_of(SinkFormat format) {
  SinkDefinition made;
  made.database = "dev";
  made.relation = "t";
  made.format = format;
  made.key = {0};
  made.has_stream_key = true;
  made.options = {{"connector", "kinesis"}, {"stream", "s"}, {"aws.region", "r"}};
  if (format == SinkFormat::plain) made.format_options = {{"force_append_only", "true"}};
  const char* names[] = {"id", "name", "amt", "ts", "d"};
  for (std::size_t n = 0; n < types().size(); ++n) made.columns.push_back({names[n], types()[n]});
  return made;
}

std::vector<std::string> formatted(const SinkDefinition& made, const SinkChange& change) {
  const auto options = read_sink_options(made);
  EXPECT_TRUE(options) << options.error().message;
  if (!options) return {};
  const SinkFormatter formatter(made, *options);
  SinkRecords records;
  const SinkEpoch epoch{.epoch = 1, .time = UnixMillis(1700210120041), .changes = {}};
  EXPECT_TRUE(formatter.format(change, epoch, 0, records));
  std::vector<std::string> texts;
  for (const SinkRecord& record : records.all())
    texts.push_back(std::string(record.partition_key()) + " " + record.data +
                    std::string(record.data_end));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(SinkFormat, PlainSendsWhatComesAndNeverWhatGoes) {
  const SinkDefinition plain = definition_of(SinkFormat::plain);
  EXPECT_EQ(formatted(plain, {{}, old_row()}),
            Texts{R"({"id":1} {"amt":"1.50","d":719163,"id":1,"name":"a\"é",)"
                  R"("ts":"2023-11-11T18:30:09.453000Z"})"});
  EXPECT_EQ(formatted(plain, {old_row(), new_row()}),
            Texts{R"({"id":1} {"amt":"1.50","d":719163,"id":1,"name":"b",)"
                  R"("ts":"2023-11-11T18:30:09.453000Z"})"});
  EXPECT_EQ(formatted(plain, {old_row(), {}}), Texts{});
}

TEST(SinkFormat, TimestamptzHasFourForms) {
  const std::pair<const char*, const char*> forms[] = {
      {"utc_string", R"("2023-11-11T18:30:09.453000Z")"},
      {"utc_without_suffix", R"("2023-11-11 18:30:09.453000")"},
      {"micro", "1699727409453000"},
      {"milli", "1699727409453"}};
  for (const auto& [mode, text] : forms) {
    SinkDefinition plain = definition_of(SinkFormat::plain);
    plain.format_options.emplace_back("timestamptz.handling.mode", mode);
    EXPECT_EQ(formatted(plain, {{}, new_row()}),
              Texts{R"({"id":1} {"amt":"1.50","d":719163,"id":1,"name":"b","ts":)" +
                    std::string(text) + "}"});
  }
}

TEST(SinkFormat, UpsertDeletesByAnEmptyRecord) {
  SinkDefinition upsert = definition_of(SinkFormat::upsert);
  EXPECT_EQ(formatted(upsert, {old_row(), {}}), Texts{R"({"id":1} )"});
  upsert.key_encode = "TEXT";
  EXPECT_EQ(formatted(upsert, {old_row(), {}}), Texts{"1 "});
  const Row other = row(types(), {"2", nullptr, nullptr, nullptr, nullptr});
  EXPECT_EQ(formatted(upsert, {old_row(), other}),
            (Texts{"1 ", R"(2 {"amt":null,"d":null,"id":2,"name":null,"ts":null})"}));
}

constexpr const char* debezium_key =
    R"({"payload":{"id":1},"schema":{"fields":[{"field":"id","optional":true,"type":"int32"}],)"
    R"("name":"RisingWave.dev.t.Key","optional":false,"type":"struct"}})";
constexpr const char* debezium_columns =
    R"([{"field":"id","optional":true,"type":"int32"},)"
    R"({"field":"name","optional":true,"type":"string"},)"
    R"({"field":"amt","optional":true,"type":"string"},)"
    R"({"field":"ts","name":"io.debezium.time.ZonedTimestamp","optional":true,"type":"string"},)"
    R"({"field":"d","name":"org.apache.kafka.connect.data.Date","optional":true,"type":"int32"}])";

std::string debezium_schema() {
  return std::string(R"("schema":{"fields":[{"field":"before","fields":)") + debezium_columns +
         R"(,"name":"RisingWave.dev.t.Key","optional":true,"type":"struct"},)"
         R"({"field":"after","fields":)" +
         debezium_columns +
         R"(,"name":"RisingWave.dev.t.Key","optional":true,"type":"struct"},)"
         R"({"field":"source","fields":[{"field":"db","optional":false,"type":"string"},)"
         R"({"field":"table","optional":true,"type":"string"},)"
         R"({"field":"ts_ms","optional":false,"type":"int64"}],)"
         R"("name":"RisingWave.dev.t.Source","optional":false,"type":"struct"},)"
         R"({"field":"op","optional":false,"type":"string"},)"
         R"({"field":"ts_ms","optional":false,"type":"int64"}],)"
         R"("name":"RisingWave.dev.t.Envelope","optional":false,"type":"struct"})";
}

TEST(SinkFormat, DebeziumTellsBothSidesAndTheSchema) {
  const SinkDefinition debezium = definition_of(SinkFormat::debezium);
  const std::string side_old =
      R"({"amt":"1.50","d":0,"id":1,"name":"a\"é","ts":"2023-11-11T18:30:09.453000Z"})";
  const std::string side_new =
      R"({"amt":"1.50","d":0,"id":1,"name":"b","ts":"2023-11-11T18:30:09.453000Z"})";
  const auto message = [&](const std::string& after, const std::string& before, const char* op) {
    return std::string(debezium_key) + R"( {"payload":{"after":)" + after + R"(,"before":)" +
           before + R"(,"op":")" + op +
           R"(","source":{"db":"dev","table":"t","ts_ms":1700210120041},"ts_ms":1700210120041},)" +
           debezium_schema() + "}";
  };
  EXPECT_EQ(formatted(debezium, {{}, old_row()}), Texts{message(side_old, "null", "c")});
  EXPECT_EQ(formatted(debezium, {old_row(), new_row()}), Texts{message(side_new, side_old, "u")});
  EXPECT_EQ(formatted(debezium, {old_row(), {}}),
            (Texts{message("null", side_old, "d"), std::string(debezium_key) + " "}));
  SinkDefinition bare = debezium;
  bare.format_options = {{"schemas.enable", "false"}, {"tombstone.enable", "false"}};
  EXPECT_EQ(formatted(bare, {old_row(), {}}),
            Texts{R"({"id":1} {"after":null,"before":)" + side_old +
                  R"(,"op":"d","source":{"db":"dev","table":"t","ts_ms":1700210120041},)"
                  R"("ts_ms":1700210120041})"});
}

TEST(SinkFormat, SchemasWrapKeyAndValue) {
  SinkDefinition upsert = definition_of(SinkFormat::upsert);
  upsert.columns.resize(2);
  upsert.format_options = {{"schemas.enable", "True"}};
  const std::vector<Type> two(types().begin(), types().begin() + 2);
  EXPECT_EQ(formatted(upsert, {{}, row(two, {"1", "x"})}),
            Texts{R"({"payload":{"id":1},"schema":{"fields":[{"field":"id","optional":true,)"
                  R"("type":"int32"}],"name":"dev.t","optional":false,"type":"struct"}} )"
                  R"({"payload":{"id":1,"name":"x"},"schema":{"fields":[{"field":"id",)"
                  R"("optional":true,"type":"int32"},{"field":"name","optional":true,)"
                  R"("type":"string"}],"name":"dev.t","optional":false,"type":"struct"}})"});
}

TEST(SinkFormat, EveryTypeHasItsText) {
  const SinkEncoding encoding{.timestamptz = TimestamptzMode::utc_without_suffix};
  const struct {
    Type type;
    const char* text;
    const char* plain;
    const char* debezium;
  } cases[] = {
      {TypeKind::boolean, "t", "true", "true"},
      {TypeKind::int2, "31031", "31031", "31031"},
      {TypeKind::float4, "26261.416", "26261.416015625", "26261.416015625"},
      {TypeKind::float4, "0", "0.0", "0.0"},
      {TypeKind::float8, "23956.39329760601", "23956.39329760601", "23956.39329760601"},
      {TypeKind::float8, "NaN", "null", "null"},
      {TypeKind::numeric, "NaN", "\"NaN\"", "\"NaN\""},
      {TypeKind::bytea, "\\xDEADBEEF", "\"3q2+7w==\"", "\"3q2+7w==\""},
      {TypeKind::date, "0001-01-01", "1", "-719162"},
      {TypeKind::date, "2000-01-01", "730120", "10957"},
      {TypeKind::time, "00:00:01.123456", "1000", "1000"},
      {TypeKind::timestamp, "2023-04-14 06:27:14.104742", "1681453634104", "1681453634104"},
      {TypeKind::timestamptz, "0001-01-01 00:00:00.123456Z", "\"0001-01-01 00:00:00.123456\"",
       "\"0001-01-01T00:00:00.123456Z\""},
      {TypeKind::interval, "0 second", "\"P0Y0M0DT0H0M0S\"", "\"P0Y0M0DT0H0M0S\""},
      {TypeKind::interval, "3 day", "\"P0Y0M3DT0H0M0S\"", "\"P0Y0M3DT0H0M0S\""},
      {TypeKind::interval, "04:00:00.1234", "\"P0Y0M0DT4H0M0.1234S\"", "\"P0Y0M0DT4H0M0.1234S\""},
      {TypeKind::jsonb, "{\"a\":1}", "\"{\\\"a\\\": 1}\"", "\"{\\\"a\\\": 1}\""},
      {Type::list(TypeKind::int4), "{1,NULL,3}", "[1,null,3]", "[1,null,3]"},
  };
  for (const auto& expected : cases) {
    const Value value = query::from_text(expected.type, expected.text).value();
    std::string plain;
    std::string debezium;
    ASSERT_TRUE(append_json(expected.type, value.datum(), encoding, SinkDialect::plain, plain));
    ASSERT_TRUE(
        append_json(expected.type, value.datum(), encoding, SinkDialect::debezium, debezium));
    EXPECT_EQ(plain, expected.plain) << expected.text;
    EXPECT_EQ(debezium, expected.debezium) << expected.text;
  }
}

TEST(SinkFormat, MapsAreObjects) {
  const Datum entry[] = {Datum::of(7), Datum::null()};
  const Datum entries[] = {Datum::of(std::span<const Datum>(entry))};
  std::string json;
  ASSERT_TRUE(append_json(Type::map(TypeKind::int4, TypeKind::varchar),
                          Datum::of(std::span<const Datum>(entries)), SinkEncoding(),
                          SinkDialect::plain, json));
  EXPECT_EQ(json, "{\"7\":null}");
  std::string schema;
  ASSERT_TRUE(append_schema_field("m", Type::map(TypeKind::varchar, Type::list(TypeKind::int4)),
                                  SinkDialect::plain, schema));
  EXPECT_EQ(
      schema,
      R"({"field":"m","keys":{"optional":true,"type":"string"},"optional":true,"type":"map",)"
      R"("values":{"items":{"optional":true,"type":"int32"},"optional":true,"type":"array"}})");
  schema.clear();
  ASSERT_TRUE(append_schema_field("m", Type::map(TypeKind::int4, TypeKind::int4),
                                  SinkDialect::debezium, schema));
}

TEST(SinkFormat, DoublesPrintAsRustPrintsThem) {
  const std::pair<double, const char*> cases[] = {
      {1, "1.0"},
      {-0.0, "-0.0"},
      {1e15, "1000000000000000.0"},
      {1e16, "1e16"},
      {1e30, "1e30"},
      {0.00001, "0.00001"},
      {1e-6, "1e-6"},
      {1.234e-7, "1.234e-7"},
      {-123.5, "-123.5"},
      {0.1, "0.1"},
      {1.7976931348623157e308, "1.7976931348623157e308"}};
  for (const auto& [number, text] : cases) {
    std::string out;
    append_json_double(number, out);
    EXPECT_EQ(out, text);
  }
}

TEST(SinkFormat, PartitionKeysFitWhatAwsTakes) {
  EXPECT_EQ(fitting_partition_key("a"), "a");
  std::string umlauts;
  for (int n = 0; n < 256; ++n) umlauts += "ü";
  EXPECT_EQ(fitting_partition_key(umlauts), umlauts) << "256 characters in 512 bytes";
  EXPECT_EQ(fitting_partition_key(""),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(fitting_partition_key(umlauts + "x").size(), 71u);
}

TEST(SinkOptions, RefuseInTheWordsThatUsersSearchFor) {
  const auto refusal = [](SinkDefinition made) {
    const auto options = read_sink_options(made);
    return options ? std::string("accepted") : options.error().message;
  };
  const SinkDefinition good = definition_of(SinkFormat::upsert);
  EXPECT_EQ(refusal(good), "accepted");
  SinkDefinition made = good;
  made.options = {{"connector", "kinesis"}, {"aws.region", "r"}};
  EXPECT_EQ(refusal(made), "missing field `stream`");
  made.options = {{"connector", "kinesis"}, {"stream", "s"}};
  EXPECT_EQ(refusal(made), "missing field `aws.region`");
  made = good;
  made.options.emplace_back("foo", "bar");
  EXPECT_EQ(refusal(made), "Unknown fields in the WITH clause: {\"foo\": \"bar\"}");
  made = good;
  made.encode = "AVRO";
  EXPECT_EQ(refusal(made), "connector kinesis does not support format Upsert with encode Avro");
  made = good;
  made.key_encode = "JSON";
  EXPECT_EQ(refusal(made), "sink key encode unsupported: JSON, only TEXT and BYTES supported");
  made.key_encode = "BYTES";
  EXPECT_EQ(refusal(made), "key encode bytes only works with kafka connector, but found kinesis");
  made.key_encode = "TEXT";
  made.key = {0, 1};
  EXPECT_EQ(refusal(made), "KEY ENCODE TEXT expects only one primary key, but got 2");
  made = good;
  made.format_options = {{"timestamptz.handling.mode", "x"}};
  EXPECT_EQ(refusal(made), "unrecognized timestamptz.handling.mode value x");
  made.format_options = {{"schemas.enable", "x"}};
  EXPECT_EQ(refusal(made), "schemas.enable is expected to be `true` or `false`, got x");
  made = definition_of(SinkFormat::plain);
  made.format_options.clear();
  EXPECT_EQ(refusal(made).substr(0, 51), "The sink of retract stream cannot be append-only. P");
  made.append_only = true;
  EXPECT_EQ(refusal(made), "accepted");
  made = definition_of(SinkFormat::debezium);
  made.format_options = {{"force_append_only", "true"}};
  EXPECT_EQ(refusal(made).substr(0, 55), "Retract sink type does not support `ignore_delete`. Ple");
  made.format_options.clear();
  made.key_encode = "TEXT";
  EXPECT_EQ(refusal(made), "sink format/encode/key_encode unsupported: Debezium Json Some(Text)");
  made = good;
  made.key.clear();
  made.has_stream_key = false;
  EXPECT_EQ(refusal(made).substr(0, 36), "kinesis sink requires partition key ");
}

}  // namespace
}  // namespace levada::connect
