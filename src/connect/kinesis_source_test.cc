#include "connect/kinesis_source.h"

#include <gtest/gtest.h>

#include <map>

#include "connect/fake_port.h"
#include "io/sim/sim_world.h"
#include "query/text.h"

namespace levada::connect {
namespace {

using namespace std::chrono_literals;
using query::TypeKind;
using streaming::SourceBatch;
using streaming::SourceDefinition;

constexpr Uint128 split_at = Uint128{1} << 127;

SourceDefinition definition(std::string format, std::string encode) {
  SourceDefinition made;
  made.format = std::move(format);
  made.encode = std::move(encode);
  made.options = {{"connector", "kinesis"}, {"stream", "s"}, {"aws.region", "r"}};
  made.columns = {{"id", TypeKind::int8}, {"name", TypeKind::varchar}};
  return made;
}

// The rows as text: "+1|a".
std::string text_of(const SourceDefinition& made, const streaming::SourceRow& row) {
  std::string text = row.weight > 0 ? "+" : "-";
  for (std::size_t n = 0; n < made.columns.size(); ++n) {
    if (n > 0) text += '|';
    text += row.row[n].is_null() ? "NULL" : query::to_text(made.columns[n].type, row.row[n]);
  }
  return text;
}

std::string decoded(const SourceDefinition& made, std::string_view data,
                    std::string partition_key = "k") {
  auto decoder = RecordDecoder::make(made);
  if (!decoder) return decoder.error().message;
  const ByteView bytes = as_bytes(data);
  const ReadRecord record{std::move(partition_key), "49", UnixMillis(1500),
                          Buffer(bytes.begin(), bytes.end())};
  std::vector<streaming::SourceRow> rows;
  const auto done = decoder->decode(record, "shardId-0", rows);
  if (!done) return "error: " + done.error().message;
  std::string text;
  for (const auto& row : rows) text += text_of(made, row) + ";";
  return text;
}

TEST(RecordDecoder, ReadsJsonObjectsByTheirNames) {
  const SourceDefinition made = definition("PLAIN", "JSON");
  EXPECT_EQ(decoded(made, R"({"ID":"7","name":"x","more":[1]})"), "+7|x;");
  EXPECT_EQ(decoded(made, R"({"name":null})"), "+NULL|NULL;");
  EXPECT_EQ(decoded(made, R"([{"id":1},{"id":2}])"), "+1|NULL;+2|NULL;");
  EXPECT_EQ(decoded(made, R"({"id":"seven"})").substr(0, 10), "error: id:");
  EXPECT_EQ(decoded(made, "{").substr(0, 6), "error:");
  EXPECT_EQ(decoded(made, "3").substr(0, 6), "error:");
}

TEST(RecordDecoder, ReadsTypesBeyondText) {
  SourceDefinition made = definition("PLAIN", "JSON");
  made.columns = {{"t", TypeKind::timestamptz},
                  {"j", TypeKind::jsonb},
                  {"l", query::Type::list(TypeKind::int4)},
                  {"n", TypeKind::numeric}};
  EXPECT_EQ(decoded(made, R"({"t":1699727409,"j":{"b":1,"a":[true]},"l":[1,null],"n":1.50})"),
            R"(+2023-11-11 18:30:09+00:00|{"a": [true], "b": 1}|{1,NULL}|1.50;)");
  EXPECT_EQ(decoded(made, R"({"t":1699727409453})"),
            "+2023-11-11 18:30:09.453+00:00|NULL|NULL|NULL;");
  made.columns = {{"m", query::Type::map(TypeKind::int4, TypeKind::boolean)},
                  {"v", query::Type::vector(2)}};
  EXPECT_EQ(decoded(made, R"({"m":{"1":true,"2":null},"v":"[1,2.5]"})"), "+{1:t,2:NULL}|[1,2.5];");
  EXPECT_EQ(decoded(made, R"({"m":{"one":true}})").substr(0, 9), "error: m:");
  EXPECT_EQ(decoded(made, R"({"m":[1]})"), "error: m: an object was expected");
  EXPECT_EQ(decoded(made, R"({"m":{"1":true,"01":false}})"), "error: m: map keys must be unique");
}

TEST(RecordDecoder, UpsertDeletesByAnEmptyRecord) {
  SourceDefinition made = definition("UPSERT", "JSON");
  made.columns.push_back({"key", TypeKind::varchar});
  made.includes = {{"key", 2}};
  made.key = {2};
  EXPECT_EQ(decoded(made, R"({"id":1,"name":"a"})", "row 1"), "+1|a|row 1;");
  EXPECT_EQ(decoded(made, "", "row 1"), "-NULL|NULL|row 1;");
}

TEST(RecordDecoder, DebeziumPutsAndTakesAway) {
  SourceDefinition made = definition("DEBEZIUM", "JSON");
  made.key = {0};
  EXPECT_EQ(decoded(made, R"({"payload":{"op":"c","before":null,"after":{"id":1,"name":"a"}}})"),
            "+1|a;");
  EXPECT_EQ(decoded(made, R"({"op":"u","before":{"id":1,"name":"a"},"after":{"id":2}})"),
            "-1|a;+2|NULL;");
  EXPECT_EQ(decoded(made, R"({"op":"d","before":{"id":1,"name":"a"},"after":null})"), "-1|a;");
  EXPECT_EQ(decoded(made, ""), "");
  EXPECT_EQ(decoded(made, R"({"op":"x"})").substr(0, 6), "error:");
}

TEST(RecordDecoder, ReadsCsvAndBytes) {
  SourceDefinition csv = definition("PLAIN", "CSV");
  csv.format_options = {{"without_header", "true"}, {"delimiter", ";"}};
  EXPECT_EQ(decoded(csv, "1;\"a;\"\"b\"\n"), "+1|a;\"b;");
  EXPECT_EQ(decoded(csv, ";x"), "+NULL|x;");
  EXPECT_EQ(decoded(csv, "1").substr(0, 6), "error:");
  csv.format_options = {};
  EXPECT_EQ(decoded(csv, "id,name"), "") << "the header";
  SourceDefinition bytes = definition("PLAIN", "BYTES");
  EXPECT_EQ(decoded(bytes, "x"), "ENCODE BYTES only accepts one BYTEA type column");
  bytes.columns = {{"b", TypeKind::bytea}};
  EXPECT_EQ(decoded(bytes, "x"), "+\\x78;");
  EXPECT_EQ(decoded(definition("PLAIN", "AVRO"), ""),
            "connector kinesis does not support format PLAIN with encode AVRO");
}

class KinesisSourceTest : public testing::Test {
 protected:
  KinesisSourceTest() { stream_.add_shard("s0", 0, ~Uint128{0}); }

  void put(std::string key, std::int64_t id) {
    const std::string data = R"({"id":)" + std::to_string(id) + R"(,"name":")" + key + "\"}";
    ASSERT_TRUE(stream_.put({key, as_bytes(data)}, world_.clock().now()).taken);
  }
  void start(KinesisSource::Positions positions = {}) {
    reader_ = KinesisSourceConnector(world_.reactor(), ports_).start(made_, std::move(positions));
  }
  void stop() {
    reader_->stop();
    EXPECT_EQ(world_.run(reader_->next(1)).error().kind, ErrorKind::closed);
    reader_.reset();
  }
  // Reads until so many rows have come; each must be the next of its name.
  void read(std::size_t wanted) {
    while (rows_ < wanted) {
      const auto batch = world_.run(reader_->next(5));
      ASSERT_TRUE(batch) << batch.error().message;
      for (const auto& row : batch->rows) {
        const std::string name(row.row[1].text());
        EXPECT_EQ(row.row[0].integer, ++last_[name]) << name;
        ++rows_;
      }
      for (const auto& [shard, position] : batch->positions) positions_[shard] = position;
      skipped_ += batch->skipped_rows;
    }
  }

  io::SimWorld world_{11};
  FakeStream stream_;
  FakePorts ports_{world_.reactor(), stream_};
  SourceDefinition made_ = definition("PLAIN", "JSON");
  std::unique_ptr<streaming::SourceReader> reader_;
  std::size_t rows_ = 0;
  std::uint64_t skipped_ = 0;
  std::map<std::string, std::int64_t> last_;
  KinesisSource::Positions positions_;
};

TEST_F(KinesisSourceTest, KeepsEachKeysOrderThroughReshardsFailuresAndRestarts) {
  int trouble = 0;
  stream_.call_fault = [&]() -> std::optional<Error> {
    if (++trouble % 7 != 0) return std::nullopt;
    return Error{trouble % 2 == 0 ? ErrorKind::throttled : ErrorKind::expired, "trouble"};
  };
  const std::vector<std::string> keys = {"a", "b", "c", "d", "e"};
  for (std::int64_t n = 1; n <= 20; ++n)
    for (const auto& key : keys) put(key, n);
  start();
  read(40);
  stream_.shards[0].info.open = false;
  stream_.add_shard("s1", 0, split_at - 1, "s0");
  stream_.add_shard("s2", split_at, ~Uint128{0}, "s0");
  for (std::int64_t n = 21; n <= 40; ++n)
    for (const auto& key : keys) put(key, n);
  stop();
  start(positions_);
  read(150);
  stream_.shards[1].info.open = stream_.shards[2].info.open = false;
  stream_.add_shard("s3", 0, ~Uint128{0}, "s1", "s2");
  for (std::int64_t n = 41; n <= 60; ++n)
    for (const auto& key : keys) put(key, n);
  read(300);
  stop();
}

TEST_F(KinesisSourceTest, LatestBeginsWhereItWasMadeEvenAfterARestart) {
  made_.options.emplace_back("scan.startup.mode", "latest");
  put("a", 100);
  world_.run_for(1s);
  start();
  const auto first = world_.run(reader_->next(5));
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->rows.empty());
  ASSERT_TRUE(first->positions.at("s0").starts_with("@"));
  stop();
  world_.run_for(10ms);
  put("b", 1);
  start(first->positions);
  read(1);
  EXPECT_EQ(last_.count("a"), 0u);
  stop();
}

TEST_F(KinesisSourceTest, SkipsAndCountsBadRecords) {
  ASSERT_TRUE(stream_.put({"a", as_bytes("no json")}, world_.clock().now()).taken);
  put("a", 1);
  start();
  read(1);
  EXPECT_EQ(skipped_, 1u);
  EXPECT_EQ(reader_->status().skipped_rows, 1u);
  stop();
}

TEST(SourceOptions, RefuseWhatTheyDoNotKnow) {
  SourceDefinition made = definition("PLAIN", "JSON");
  made.options.emplace_back("scan.startup.mode", "newest");
  EXPECT_EQ(read_source_options(made).error().message,
            "invalid scan.startup.mode, accept earliest/latest/timestamp");
  made.options.back() = {"scan.startup.mode", "timestamp"};
  EXPECT_EQ(read_source_options(made).error().message, "scan.startup.timestamp.millis is required");
  made.options.back() = {"foo", "bar"};
  EXPECT_EQ(read_source_options(made).error().message,
            "Unknown fields in the WITH clause: {\"foo\": \"bar\"}");
}

}  // namespace
}  // namespace levada::connect
