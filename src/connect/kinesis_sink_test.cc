#include "connect/kinesis_sink.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "connect/fake_port.h"
#include "io/sim/sim_world.h"

namespace levada::connect {
namespace {

using namespace std::chrono_literals;
using query::Datum;
using query::Row;
using streaming::SinkDefinition;
using streaming::SinkEpoch;
using streaming::SinkFormat;

constexpr Uint128 half = Uint128{1} << 127;

SinkDefinition definition(SinkFormat format) {
  SinkDefinition made;
  made.database = "dev";
  made.relation = "t";
  made.format = format;
  made.key = {0};
  made.has_stream_key = true;
  made.options = {{"connector", "kinesis"},
                  {"stream", "s"},
                  {"aws.region", "r"},
                  {"aws.credentials.access_key_id", "a"},
                  {"aws.credentials.secret_access_key", "b"}};
  made.columns = {{"id", query::TypeKind::int8}, {"v", query::TypeKind::int8}};
  if (format == SinkFormat::plain) made.append_only = true;
  return made;
}

Row row(std::int64_t id, std::int64_t value) { return Row::of({Datum::of(id), Datum::of(value)}); }

// What a reader of the stream ends up with, key by key, who reads parents before children.
std::map<std::string, std::vector<std::string>> by_key(const FakeStream& stream) {
  std::map<std::string, std::vector<std::string>> all;
  for (const auto& shard : stream.shards)  // in the order of their making
    for (const ReadRecord& record : shard.records)
      all[record.partition_key].emplace_back(as_text(record.data));
  return all;
}

class KinesisSinkTest : public testing::Test {
 protected:
  void begin(std::uint64_t seed, SinkDefinition made) {
    world_.emplace(seed);
    stream_ = {};
    stream_.add_shard("s0", 0, ~Uint128{0});
    ports_.emplace(world_->reactor(), stream_);
    connector_.emplace(world_->reactor(), world_->random(), *ports_);
    sink_ = connector_->start(std::move(made), {}, [this] { ++progress_; });
  }
  void end() {
    (void)world_->run(sink_->stop());
    sink_.reset();
  }
  void take(std::vector<streaming::SinkChange> changes) {
    auto epoch = std::make_shared<SinkEpoch>();
    epoch->epoch = ++epoch_;
    epoch->time = world_->clock().now();
    epoch->changes = std::move(changes);
    sink_->take(epoch);
  }
  void split() {
    stream_.shards[0].info.open = false;
    stream_.add_shard("s1", 0, half - 1, "s0");
    stream_.add_shard("s2", half, ~Uint128{0}, "s0");
  }
  bool drained() const { return sink_->acknowledged() == epoch_; }

  std::optional<io::SimWorld> world_;
  FakeStream stream_;
  std::optional<FakePorts> ports_;
  std::optional<KinesisSinkConnector> connector_;
  std::unique_ptr<streaming::Sink> sink_;
  std::uint64_t epoch_ = 0;
  std::uint64_t progress_ = 0;
};

TEST_F(KinesisSinkTest, DeliversAndSaysHowFar) {
  begin(1, definition(SinkFormat::upsert));
  take({{{}, row(1, 10)}, {{}, row(2, 20)}});
  EXPECT_EQ(sink_->acknowledged(), 0u);
  take({{row(1, 10), {}}});
  ASSERT_TRUE(world_->run_until([&] { return drained(); }));
  const auto all = by_key(stream_);
  EXPECT_EQ(all.at(R"({"id":1})"), std::vector<std::string>{""}) << "the newest replaced the first";
  EXPECT_EQ(all.at(R"({"id":2})"), std::vector<std::string>{R"({"id":2,"v":20})"});
  EXPECT_EQ(sink_->status().state, "running");
  EXPECT_EQ(sink_->backlog(), 0u);
  EXPECT_GT(progress_, 0u);
  end();
}

TEST_F(KinesisSinkTest, WaitsForAStreamThatIsNotThereAndSaysSo) {
  begin(2, definition(SinkFormat::upsert));
  bool there = false;
  stream_.call_fault = [&]() -> std::optional<Error> {
    if (there) return std::nullopt;
    return Error{ErrorKind::not_found, "ResourceNotFoundException: no stream"};
  };
  take({{{}, row(1, 10)}});
  world_->run_for(5s);
  EXPECT_EQ(sink_->status().state, "failing");
  EXPECT_EQ(sink_->status().last_error,
            "Kinesis error: failed to list shards: ResourceNotFoundException: no stream");
  EXPECT_EQ(sink_->backlog(), 1u);
  there = true;
  ASSERT_TRUE(world_->run_until([&] { return drained(); }));
  EXPECT_EQ(sink_->status().state, "running");
  end();
}

TEST_F(KinesisSinkTest, AnEpochInPiecesIsAcknowledgedWithItsLast) {
  for (const bool once : {false, true}) {
    SinkDefinition made = definition(SinkFormat::plain);
    if (once) made.options.emplace_back("exactly_once", "true");
    begin(8, made);
    auto first = std::make_shared<SinkEpoch>();
    first->epoch = 5;
    first->more = true;
    first->changes = {{{}, row(1, 10)}, {{}, row(2, 20)}};
    auto last = std::make_shared<SinkEpoch>();
    last->epoch = 5;
    last->first = 2;
    last->changes = {{{}, row(3, 30)}};
    sink_->take(first);
    world_->run_for(1s);
    EXPECT_EQ(sink_->acknowledged(), 0u);
    EXPECT_EQ(by_key(stream_).size(), 2u) << "a large epoch is never here as a whole";
    EXPECT_EQ(sink_->backlog(), 0u);
    sink_->take(last);
    ASSERT_TRUE(world_->run_until([&] { return sink_->acknowledged() == 5; }));
    EXPECT_EQ(by_key(stream_).size(), 3u);
    end();
  }
}

TEST_F(KinesisSinkTest, AltersCredentialsButNotTheStream) {
  begin(3, definition(SinkFormat::upsert));
  EXPECT_TRUE(sink_->alter({{"aws.credentials.access_key_id", "other"}}));
  const auto refused = sink_->alter({{"stream", "other"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "option \"stream\" of a kinesis sink cannot be altered");
  take({{{}, row(1, 10)}});
  ASSERT_TRUE(world_->run_until([&] { return drained(); }));
  end();
}

TEST_F(KinesisSinkTest, PausedItSendsNothing) {
  begin(4, definition(SinkFormat::upsert));
  sink_->pause(true);
  take({{{}, row(1, 10)}});
  world_->run_for(2s);
  EXPECT_EQ(stream_.calls, 0u);
  EXPECT_EQ(sink_->status().state, "paused");
  sink_->pause(false);
  ASSERT_TRUE(world_->run_until([&] { return drained(); }));
  end();
}

TEST_F(KinesisSinkTest, OneBadRecordDoesNotHoldTheOthersForEver) {
  SinkDefinition skipping = definition(SinkFormat::upsert);
  skipping.options.emplace_back("oversize", "skip");
  begin(5, skipping);
  int refusals = 3;  // a call of two, then one by one: the first alone, refused
  stream_.call_fault = [&]() -> std::optional<Error> {
    if (stream_.calls == 0 || --refusals <= 0) return std::nullopt;
    return Error{ErrorKind::invalid, "ValidationException: too large"};
  };
  take({{{}, row(1, 10)}, {{}, row(2, 20)}});
  ASSERT_TRUE(world_->run_until([&] { return drained(); }));
  EXPECT_EQ(by_key(stream_).size(), 1u);
  EXPECT_EQ(sink_->status().entry_failures, 1u);
  end();
}

// Through throttling, lost answers, refused calls and a reshard: every key's newest value is its
// last record, and no key ever goes back behind a value that it had passed for good.
TEST_F(KinesisSinkTest, TheLastRecordOfEveryKeyIsItsNewestThroughAllFailures) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    begin(seed, definition(SinkFormat::upsert));
    epoch_ = 0;
    std::mt19937_64 dice(seed);
    bool trouble = true;
    stream_.entry_fault = [&]() -> std::string {
      return trouble && dice() % 4 == 0 ? "ProvisionedThroughputExceededException" : "";
    };
    stream_.call_fault = [&]() -> std::optional<Error> {
      if (!trouble || dice() % 6 != 0) return std::nullopt;
      constexpr ErrorKind kinds[] = {ErrorKind::throttled, ErrorKind::unavailable,
                                     ErrorKind::unknown};
      return Error{kinds[dice() % 3], "trouble"};
    };
    std::map<std::int64_t, std::int64_t> newest;
    for (int round = 0; round < 60; ++round) {
      std::vector<streaming::SinkChange> changes;
      std::map<std::int64_t, bool> in_this_epoch;
      for (std::uint64_t n = 0; n < dice() % 8; ++n) {
        const auto id = static_cast<std::int64_t>(dice() % 10);
        if (!in_this_epoch.emplace(id, true).second) continue;
        changes.push_back({newest.contains(id) ? row(id, newest[id]) : Row(), row(id, round)});
        newest[id] = round;
      }
      take(std::move(changes));
      world_->run_for(Millis(dice() % 30));
      if (round == 30) split();
    }
    trouble = false;
    ASSERT_TRUE(world_->run_until([&] { return drained(); })) << "seed " << seed;
    std::map<std::string, std::vector<std::string>> all = by_key(stream_);
    for (const auto& [id, value] : newest) {
      const auto& records = all[R"({"id":)" + std::to_string(id) + "}"];
      ASSERT_FALSE(records.empty());
      EXPECT_EQ(records.back(),
                R"({"id":)" + std::to_string(id) + R"(,"v":)" + std::to_string(value) + "}")
          << "seed " << seed;
    }
    end();
  }
}

TEST_F(KinesisSinkTest, PlainRecordsOfAKeyArriveAllAndInOrder) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    begin(seed, definition(SinkFormat::plain));
    epoch_ = 0;
    std::mt19937_64 dice(seed);
    stream_.entry_fault = [&]() -> std::string {
      return dice() % 3 == 0 ? "ProvisionedThroughputExceededException" : "";
    };
    std::map<std::string, std::vector<std::string>> sent;
    for (int round = 0; round < 40; ++round) {
      const auto id = static_cast<std::int64_t>(dice() % 4);
      take({{{}, row(id, round)}});
      sent[R"({"id":)" + std::to_string(id) + "}"].push_back(
          R"({"id":)" + std::to_string(id) + R"(,"v":)" + std::to_string(round) + "}");
    }
    ASSERT_TRUE(world_->run_until([&] { return drained(); }));
    EXPECT_EQ(by_key(stream_), sent) << "seed " << seed;
    end();
  }
}

// Lost answers, throttling, a reshard, and restarts that know only the last acknowledgement: every
// record is in the stream once, in the order of its key.
TEST_F(KinesisSinkTest, ExactlyOnceIsOnceThroughLostAnswersAndRestarts) {
  for (const SinkFormat format : {SinkFormat::plain, SinkFormat::debezium}) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      SinkDefinition made = definition(format);
      made.options.emplace_back("exactly_once", "true");
      made.options.emplace_back("kinesis.sdk.operation_timeout_ms", "50");
      begin(seed, made);
      epoch_ = 0;
      std::mt19937_64 dice(seed);
      bool trouble = true;
      stream_.entry_fault = [&]() -> std::string {
        return trouble && dice() % 5 == 0 ? "ProvisionedThroughputExceededException" : "";
      };
      stream_.call_fault = [&]() -> std::optional<Error> {
        if (!trouble || dice() % 5 != 0) return std::nullopt;
        constexpr ErrorKind kinds[] = {ErrorKind::throttled, ErrorKind::unavailable,
                                       ErrorKind::unknown};
        return Error{kinds[dice() % 3], "trouble"};
      };
      std::vector<std::shared_ptr<SinkEpoch>> epochs;
      std::map<std::int64_t, std::int64_t> values;
      streaming::SinkStart known;
      const auto restart = [&] {
        if (dice() % 2 == 0) known = {sink_->acknowledged(), sink_->position(), true};
        known.again = true;
        end();
        sink_ = connector_->start(made, known, [] {});
        for (const auto& epoch : epochs)
          if (epoch->epoch > known.acknowledged) sink_->take(epoch);
      };
      for (int round = 0; round < 40; ++round) {
        auto epoch = std::make_shared<SinkEpoch>();
        epoch->epoch = ++epoch_;
        epoch->time = world_->clock().now();
        std::map<std::int64_t, bool> in_this_epoch;
        for (std::uint64_t n = 0; n < dice() % 6; ++n) {
          const auto id = static_cast<std::int64_t>(dice() % 6);
          if (!in_this_epoch.emplace(id, true).second) continue;
          const auto value = static_cast<std::int64_t>(dice() % 3);  // the same ones come again
          const bool updates = format == SinkFormat::debezium && values.contains(id);
          epoch->changes.push_back({updates ? row(id, values[id]) : Row(), row(id, value)});
          values[id] = value;
        }
        if (epoch->changes.size() > 1 && dice() % 3 == 0) {  // in two pieces
          auto first = std::make_shared<SinkEpoch>(*epoch);
          first->more = true;
          first->changes.resize(1);
          epoch->first = 1;
          epoch->changes.erase(epoch->changes.begin());
          epochs.push_back(first);
          sink_->take(first);
          world_->run_for(Millis(dice() % 20));
        }
        epochs.push_back(epoch);
        sink_->take(epoch);
        world_->run_for(Millis(dice() % 60));
        if (round == 20) split();
        if (dice() % 7 == 0) restart();
      }
      trouble = false;
      ASSERT_TRUE(world_->run_until([&] { return drained(); }))
          << "seed " << seed << ": " << sink_->status().last_error;
      std::map<std::string, std::vector<std::string>> once;
      const auto options = read_sink_options(made);
      const SinkFormatter formatter(made, *options);
      for (const auto& epoch : epochs) {
        SinkRecords records;
        std::uint64_t ordinal = epoch->first;
        for (const auto& change : epoch->changes)
          ASSERT_TRUE(formatter.format(change, *epoch, ordinal++, records));
        for (const SinkRecord& record : records.all())
          once[std::string(record.partition_key())].push_back(record.data +
                                                              std::string(record.data_end));
      }
      EXPECT_EQ(by_key(stream_), once) << "seed " << seed;
      end();
    }
  }
}

// What a restart would have to look for is bounded, however much waits.
TEST_F(KinesisSinkTest, ExactlyOnceSendsNoMoreThanItCouldLookFor) {
  constexpr std::int64_t epochs = 4, rows = 100'000;  // two and a half are the bound
  SinkDefinition made = definition(SinkFormat::plain);
  made.options.emplace_back("exactly_once", "true");
  begin(11, made);
  std::vector<std::shared_ptr<SinkEpoch>> all;
  for (std::int64_t n = 0; n < epochs; ++n) {
    auto epoch = std::make_shared<SinkEpoch>();
    epoch->epoch = static_cast<std::uint64_t>(n) + 1;
    for (std::int64_t id = 0; id < rows; ++id)
      epoch->changes.push_back({{}, row(n * rows + id, n)});
    all.push_back(std::move(epoch));
  }
  for (const auto& epoch : all) sink_->take(epoch);
  ASSERT_TRUE(world_->run_until([&] { return sink_->acknowledged() == 2; }));
  world_->run_for(5s);
  EXPECT_EQ(sink_->acknowledged(), 2u);
  end();
  const streaming::SinkStart nothing_known{.again = true, .until = epochs};
  sink_ = connector_->start(made, nothing_known, [] {});
  sink_->take(all[0]);
  sink_->take(all[1]);
  EXPECT_EQ(sink_->backlog(), 0u) << "the third may belong to it";
  sink_->take(all[2]);
  EXPECT_GT(sink_->backlog(), 0u);
  ASSERT_TRUE(world_->run_until([&] { return sink_->acknowledged() == 2; }));
  EXPECT_EQ(sink_->status().duplicates_avoided, 2u * rows);
  sink_->remembered(2);
  sink_->take(all[3]);
  ASSERT_TRUE(world_->run_until([&] { return sink_->acknowledged() == epochs; }));
  std::size_t records = 0;
  for (const auto& shard : stream_.shards) records += shard.records.size();
  EXPECT_EQ(records, static_cast<std::size_t>(epochs * rows));
  end();
}

TEST_F(KinesisSinkTest, ExactlyOnceStopsAtAnotherWritersRecord) {
  SinkDefinition made = definition(SinkFormat::upsert);
  made.options.emplace_back("exactly_once", "true");
  begin(7, made);
  take({{{}, row(1, 10)}});
  ASSERT_TRUE(world_->run_until([&] { return drained(); }));
  const streaming::SinkStart known{sink_->acknowledged(), sink_->position(), true};
  end();
  const std::string strange = "strange";
  (void)stream_.put({R"({"id":1})", as_bytes(strange)}, world_->clock().now());
  sink_ = connector_->start(made, known, [] {});
  take({{row(1, 10), row(1, 11)}});
  world_->run_for(3s);
  EXPECT_EQ(sink_->status().state, "failing");
  EXPECT_NE(sink_->status().last_error.find(R"({"id":1})"), std::string::npos);
  EXPECT_FALSE(drained());
  end();
}

}  // namespace
}  // namespace levada::connect
