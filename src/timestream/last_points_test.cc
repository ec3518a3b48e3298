#include "timestream/last_points.h"

#include <gtest/gtest.h>

#include <random>

#include "timestream/query_desk.h"
#include "timestream/test_machine.h"

namespace levada::timestream {
namespace {

TEST(LastPoints, never_hold_more_than_they_may) {
  LastPoints points(10'000);
  std::mt19937 random(3);
  for (int i = 0; i < 5'000; ++i) {
    const std::uint32_t series = random() % 500;
    points.put(series, {i, 1, std::vector<StoredMeasure>(random() % 20, {1, i})});
    ASSERT_LE(points.bytes(), 10'000u);
    ASSERT_NE(points.find(series), nullptr);
    ASSERT_EQ(points.find(series)->time, i);
  }
  EXPECT_GT(points.size(), 10u);
  points.expire(4'990);
  EXPECT_LE(points.size(), 10u);
  points.expire(10'000);
  EXPECT_EQ(points.bytes(), 0u);
  points.put(1, {1, 1, std::vector<StoredMeasure>(1'000)});  // alone it is too large
  EXPECT_EQ(points.find(1), nullptr);
}

constexpr std::int64_t minute = 60'000, day = 24 * 60 * minute;  // milliseconds

// Whatever happened to a table: its last points are those that a scan finds.
class LastValues : public ::testing::TestWithParam<unsigned> {
 protected:
  LastValues() { start(); }
  ~LastValues() override { stop(); }
  void start() {
    machine = &world.own(std::make_unique<TestMachine>());
    ServiceOptions options;
    options.expiry_interval = options.flush_interval = std::chrono::hours(1000);
    const Result<Unit> booted = world.run(boot(world, *machine, options));
    ASSERT_TRUE(booted) << booted.error().message;
    const auto made = world.run(make_table(*machine->service, Retention{24, 30}));
    ASSERT_TRUE(made);
    table = *made;
    desk = &world.own(std::make_unique<QueryDesk>(*machine->service, documents));
  }
  void stop() {
    EXPECT_TRUE(world.run(desk->close()));
    EXPECT_TRUE(world.run(machine->service->stop()));
    EXPECT_TRUE(world.run(machine->log->close()));
    world.shut_down();
  }
  std::string ask(const std::string& text) {
    const auto answer = world.run(desk->answer(test_caller, text, 0, false));
    EXPECT_TRUE(answer) << answer.error().message;
    std::string all;
    if (!answer) return all;
    const sql::Relation& result = answer->result;
    for (const auto& row : result.rows) {
      for (std::size_t i = 0; i < row.size(); ++i)
        all += (row[i].null() ? "null" : sql::text_of(row[i], result.columns[i].type)) + " ";
      all += '\n';
    }
    return all;
  }
  // The second form looks at more than columns, so that it reads every row.
  void compare(const std::string& where) {
    if (machine->service->store(table)->data().attributes().empty()) return;  // no such columns
    const std::string of = " FROM metrics.points " + where;
    EXPECT_EQ(
        ask("SELECT host, max_by(value, time), max(time)" + of + " GROUP BY host ORDER BY 1"),
        ask("SELECT host, max_by(value + 0, time), max(time)" + of + " GROUP BY host ORDER BY 1"))
        << where;
    EXPECT_EQ(ask("SELECT max_by(value, time)" + of), ask("SELECT max_by(value + 0, time)" + of));
  }
  std::int64_t now() { return world.clock().now().count(); }
  const LastPoints& known() { return machine->service->store(table)->data().last_points(); }

  io::SimWorld world{GetParam()};
  NoDocuments documents;
  TestMachine* machine = nullptr;
  QueryDesk* desk = nullptr;
  TableId table;
};

TEST_P(LastValues, are_what_a_scan_finds) {
  std::mt19937 random(GetParam());
  std::int64_t version = 1;
  for (int step = 0; step < 120; ++step) {
    switch (random() % 12) {
      case 0:
        ASSERT_TRUE(world.run(machine->service->flush()));
        break;
      case 1:
        world.crash();
        start();
        break;
      case 2:
        world.run_for(std::chrono::seconds(random() % 300));  // segments are merged meanwhile
        break;
      case 3: {
        UpdateTable command;
        command.database = "metrics";
        command.table = "points";
        command.retention = Retention{24, 1 + static_cast<std::int64_t>(random() % 30)};
        ASSERT_TRUE(world.run(machine->service->update_table(test_caller, command)));
        break;
      }
      case 4:
        if (random() % 4 == 0) {
          ASSERT_TRUE(world.run(machine->service->delete_table(test_caller, "metrics", "points")));
          table = world.run(make_table(*machine->service, Retention{24, 30})).value();
        }
        break;
      default: {
        std::vector<TestPoint> points;
        for (unsigned i = 0; i < 1 + random() % 5; ++i) {
          const auto back = static_cast<std::int64_t>(random() % 3 == 0 ? random() % (20 * day)
                                                                        : random() % 10 * minute);
          const std::int64_t at = (now() - back) / minute * minute;
          points.push_back(
              {"host_" + std::to_string(random() % 6),
               at,
               {++version, static_cast<double>(random() % 1000), random() % 3 == 0 ? "note" : ""}});
        }
        ASSERT_TRUE(world.run(write_points(*machine->service, points)));
      }
    }
    compare("");
    compare("WHERE time > ago(30m)");
    compare("WHERE time BETWEEN ago(10d) AND ago(3m) AND host <> 'host_2'");
    compare("WHERE value > 300");
    ASSERT_FALSE(HasFailure()) << "at step " << step;
  }
}

TEST_P(LastValues, need_no_other_rows_than_themselves) {
  std::vector<TestPoint> points;
  for (int i = 0; i < 300; ++i)
    points.push_back({i % 2 == 0 ? "a" : "b", now() - i * 1000, {1, i + 0.5, ""}});
  ASSERT_TRUE(world.run(write_points(*machine->service, points)));
  const std::string question =
      "SELECT host, max_by(value, time) FROM metrics.points GROUP BY host ORDER BY 1";
  const auto scanned = [&] {
    return world.run(desk->answer(test_caller, question, 0, false)).value().bytes_scanned;
  };
  constexpr std::int64_t two_rows = 2 * 2 * sizeof(std::int64_t);  // of a time and a value
  EXPECT_EQ(scanned(), two_rows);                                  // in memory
  ASSERT_TRUE(world.run(machine->service->flush()));
  EXPECT_EQ(known().size(), 2u);
  EXPECT_EQ(scanned(), two_rows);
  world.crash();
  start();
  EXPECT_EQ(known().size(), 0u);
  EXPECT_EQ(scanned(), two_rows);  // read once
  EXPECT_EQ(known().size(), 2u);
  EXPECT_EQ(ask(question), "a 0.5 \nb 1.5 \n");
}

// Sanitized, ten times as slow, two of them; the release build runs all.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr unsigned seeds = 2;
#else
constexpr unsigned seeds = 8;
#endif
#else
constexpr unsigned seeds = 8;
#endif
INSTANTIATE_TEST_SUITE_P(Seeds, LastValues, ::testing::Range(1u, seeds + 1));

}  // namespace
}  // namespace levada::timestream
