#include "connect/timestream_sink.h"

#include <gtest/gtest.h>

#include "timestream/test_machine.h"

namespace levada::connect {
namespace {

using namespace std::chrono_literals;
using query::Datum;
using query::Row;
using streaming::SinkDefinition;
using timestream::SeenPoints;

SinkDefinition definition() {
  SinkDefinition made;
  made.name = "to_points";
  made.database = "dev";
  made.relation = "t";
  made.format = streaming::SinkFormat::upsert;
  made.columns = {{"host", query::TypeKind::varchar},
                  {"at", query::TypeKind::timestamp},
                  {"value", query::TypeKind::float8},
                  {"note", query::TypeKind::varchar}};
  made.options = {{"connector", "timestream"}, {"database", "metrics"}, {"table", "points"},
                  {"time_column", "at"},       {"dimensions", "host"},  {"measure_name", "m"}};
  return made;
}

class TimestreamSinkTest : public testing::Test {
 protected:
  TimestreamSinkTest() {
    machine_ = &world_.own(std::make_unique<timestream::TestMachine>());
    const Result<Unit> booted =
        world_.run(timestream::boot(world_, *machine_, timestream::ServiceOptions{}));
    EXPECT_TRUE(booted) << booted.error().message;
    table_ = world_.run(timestream::make_table(*machine_->service, timestream::Retention{24, 30}))
                 .value();
    start({});
  }
  ~TimestreamSinkTest() override {
    end();
    EXPECT_TRUE(world_.run(machine_->service->stop()));
    EXPECT_TRUE(world_.run(machine_->log->close()));
    world_.shut_down();
  }
  void start(streaming::SinkStart where) {
    TimestreamSinkConnector connector(world_.reactor(), *machine_->service,
                                      timestream::test_caller);
    sink_ = connector.start(definition(), std::move(where), [this] { ++progress_; });
  }
  void end() {
    EXPECT_TRUE(world_.run(sink_->stop()));
    sink_.reset();
  }
  void take(std::uint64_t epoch, std::vector<streaming::SinkChange> changes) {
    auto made = std::make_shared<streaming::SinkEpoch>();
    made->epoch = epoch;
    made->time = world_.clock().now();
    made->changes = std::move(changes);
    sink_->take(made);
  }
  bool arrived(std::uint64_t epoch) {
    return world_.run_until([&] { return sink_->acknowledged() == epoch; });
  }
  // `at` seconds ago.
  Row row(const char* host, std::int64_t at, double value, const char* note) {
    const std::int64_t micros = (base_ - at * 1000) * 1000;
    return Row::of({Datum::of(host), Datum::of(micros), Datum::of(value), Datum::of(note)});
  }
  SeenPoints points() { return world_.run(read_table(*machine_->service, table_)).value(); }

  io::SimWorld world_{7};
  timestream::TestMachine* machine_ = nullptr;
  timestream::TableId table_{};
  const std::int64_t base_ = world_.clock().now().count();
  std::unique_ptr<streaming::Sink> sink_;
  std::uint64_t progress_ = 0;
};

TEST_F(TimestreamSinkTest, rows_become_points_and_a_changed_row_takes_its_place) {
  take(10, {{{}, row("a", 60, 1.5, "first")}, {{}, row("b", 60, 2, "")}});
  ASSERT_TRUE(arrived(10));
  take(11, {{row("a", 60, 1.5, "first"), row("a", 60, 3.5, "second")}});
  ASSERT_TRUE(arrived(11));
  const SeenPoints all = points();
  ASSERT_EQ(all.size(), 2u);
  const std::int64_t at = base_ - 60'000;
  EXPECT_EQ(all.at({"a", at}).value, 3.5);
  EXPECT_EQ(all.at({"a", at}).text, "second");
  EXPECT_EQ(all.at({"a", at}).version, 11);
  EXPECT_EQ(all.at({"b", at}).value, 2);
  EXPECT_EQ(sink_->backlog(), 0u);
  EXPECT_EQ(sink_->status().sent_records, 3u);
  EXPECT_EQ(progress_, 2u);
}

TEST_F(TimestreamSinkTest, what_is_handed_over_again_changes_nothing) {
  take(10, {{{}, row("a", 60, 1, "x")}});
  take(11, {{row("a", 60, 1, "x"), row("a", 60, 2, "y")}});
  ASSERT_TRUE(arrived(11));
  const SeenPoints before = points();
  end();
  start({.acknowledged = 9, .again = true});
  take(10, {{{}, row("a", 60, 1, "x")}});  // older than what is there: left out
  take(11, {{row("a", 60, 1, "x"), row("a", 60, 2, "y")}});
  ASSERT_TRUE(arrived(11));
  EXPECT_EQ(points(), before);
  EXPECT_EQ(sink_->status().duplicates_avoided, 1u);
  EXPECT_EQ(sink_->status().entry_failures, 0u);
}

TEST_F(TimestreamSinkTest, an_epoch_has_arrived_with_its_last_piece) {
  auto piece = std::make_shared<streaming::SinkEpoch>();
  piece->epoch = 10;
  piece->more = true;
  piece->changes = {{{}, row("a", 60, 1, "x")}};
  sink_->take(piece);
  ASSERT_TRUE(world_.run_until([&] { return sink_->backlog() == 0; }));
  EXPECT_EQ(sink_->acknowledged(), 0u);
  take(10, {{{}, row("b", 60, 1, "x")}});
  ASSERT_TRUE(arrived(10));
  EXPECT_EQ(points().size(), 2u);
}

TEST_F(TimestreamSinkTest, deletes_leave_points_and_rows_that_can_be_none_are_counted) {
  take(10, {{{}, row("a", 60, 1, "x")}, {{}, row("a", 100'000'000, 1, "too old")}});
  take(11, {{row("a", 60, 1, "x"), {}}});
  ASSERT_TRUE(arrived(11));
  EXPECT_EQ(points().size(), 1u);
  EXPECT_EQ(sink_->status().entry_failures, 1u);
  EXPECT_NE(sink_->status().last_error.find("outside the time range"), std::string::npos);
}

TEST_F(TimestreamSinkTest, it_waits_for_a_table_that_is_gone) {
  ASSERT_TRUE(
      world_.run(machine_->service->delete_table(timestream::test_caller, "metrics", "points")));
  take(10, {{{}, row("a", 60, 1, "x")}});
  world_.run_for(3s);
  EXPECT_EQ(sink_->status().state, "failing");
  EXPECT_EQ(sink_->backlog(), 1u);
  table_ =
      world_.run(timestream::make_table(*machine_->service, timestream::Retention{24, 30})).value();
  ASSERT_TRUE(arrived(10));
  EXPECT_EQ(sink_->status().state, "running");
  EXPECT_EQ(points().size(), 1u);
}

TEST(TimestreamTarget, options_are_checked) {
  const auto refused = [](auto change) {
    SinkDefinition made = definition();
    change(made);
    const auto read = read_timestream_target(made);
    return read ? std::string("accepted") : read.error().message;
  };
  EXPECT_EQ(refused([](SinkDefinition&) {}), "accepted");
  EXPECT_EQ(refused([](SinkDefinition& d) { d.options[3].second = "host"; }),
            "the time column \"host\" is no timestamp but character varying");
  EXPECT_EQ(refused([](SinkDefinition& d) { d.options[4].second = "host, rack"; }),
            "there is no column \"rack\"");
  EXPECT_EQ(refused([](SinkDefinition& d) { d.options.emplace_back("colour", "red"); }),
            "Unknown fields in the WITH clause: colour");
  EXPECT_EQ(refused([](SinkDefinition& d) { d.options[4].second = "host,value, note"; }),
            "no column is left to be a measure");
  EXPECT_EQ(refused([](SinkDefinition& d) { d.columns[3].type = query::TypeKind::bytea; }),
            "column \"note\" of type bytea can be no measure");
}

}  // namespace
}  // namespace levada::connect
