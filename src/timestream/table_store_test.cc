#include "timestream/table_store.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "timestream/test_machine.h"

namespace levada::timestream {
namespace {

constexpr std::int64_t store_hour = 3'600'000, store_day = 24 * store_hour;  // milliseconds

class Store : public ::testing::Test {
 protected:
  Store() { start(); }
  ~Store() override { stop(); }

  void start() {
    machine = &world.own(std::make_unique<TestMachine>());
    ServiceOptions options = quiet();
    const Result<Unit> booted = world.run(boot(world, *machine, options));
    ASSERT_TRUE(booted) << booted.error().message;
    table = world.run(make_table(*machine->service, retention)).value();
  }
  void stop() {
    EXPECT_TRUE(world.run(machine->service->stop()));
    EXPECT_TRUE(world.run(machine->log->close()));
    world.shut_down();
  }
  std::int64_t now() { return world.clock().now().count(); }
  WriteAnswer put(std::vector<TestPoint> points) {
    const auto answer = world.run(write_points(*machine->service, points));
    EXPECT_TRUE(answer) << answer.error().message;
    return answer.value_or(WriteAnswer{});
  }
  void flush() { EXPECT_TRUE(world.run(machine->service->flush())); }
  SeenPoints seen() {
    const auto all = world.run(read_table(*machine->service, table));
    EXPECT_TRUE(all) << all.error().message;
    return all.value_or(SeenPoints{});
  }
  std::size_t segments() { return machine->service->store(table)->data().view().segments->size(); }

  // Nothing goes on behind but what a test asks for.
  static ServiceOptions quiet() {
    ServiceOptions options;
    options.expiry_interval = options.flush_interval = std::chrono::hours(1000);
    return options;
  }
  void keep_for(std::int64_t days) {
    UpdateTable command;
    command.database = "metrics";
    command.table = "points";
    command.retention = Retention{24, days};
    EXPECT_TRUE(world.run(machine->service->update_table(test_caller, command)));
  }
  io::SimWorld world{11};
  Retention retention{24, 30};
  TestMachine* machine = nullptr;
  TableId table;
};

TEST_F(Store, points_of_segments_memory_and_both_come_back_in_order) {
  const std::int64_t at = now();
  SeenPoints expected;
  for (int round = 0; round < 3; ++round) {
    std::vector<TestPoint> points;
    for (int i = 0; i < 50; ++i) {
      TestPoint point{i % 2 == 0 ? "a" : "b", at - 1000 + i * 3 + round, {1, i + round * 0.5, ""}};
      if (i % 5 == 0) point.is.text = "note " + std::to_string(i);
      expected[{point.host, point.time}] = point.is;
      points.push_back(point);
    }
    put(points);
    if (round < 2) flush();
  }
  EXPECT_EQ(seen(), expected);
}

TEST_F(Store, versions_in_segments_decide_about_later_writes) {
  const std::int64_t at = now() - 1000;
  put({{"a", at, {3, 1.5, "x"}}});
  flush();
  EXPECT_EQ(put({{"a", at, {3, 1.5, "x"}}}).rejected.size(), 0u);  // the same again
  EXPECT_EQ(put({{"a", at, {3, 1.5, "y"}}}).rejected.size(), 1u);
  const WriteAnswer lower = put({{"a", at, {2, 9, ""}}});
  ASSERT_EQ(lower.rejected.size(), 1u);
  EXPECT_EQ(lower.rejected[0].existing_version, 3);
  put({{"a", at, {4, 2.5, ""}}});
  EXPECT_EQ(seen(), (SeenPoints{{{"a", at}, {4, 2.5, ""}}}));
  flush();
  EXPECT_EQ(seen(), (SeenPoints{{{"a", at}, {4, 2.5, ""}}}));
}

TEST_F(Store, a_restart_reads_segments_and_replays_what_is_behind_them) {
  const std::int64_t at = now() - 1000;
  put({{"a", at, {1, 1, "one"}}, {"b", at, {1, 2, ""}}});
  flush();
  put({{"a", at + 1, {1, 3, ""}}});
  const SeenPoints before = seen();
  world.crash();
  start();
  EXPECT_EQ(seen(), before);
  EXPECT_EQ(machine->service->store(table)->data().active().points, 1u);
}

TEST_F(Store, many_small_segments_become_one) {
  const std::int64_t at = now() / store_day * store_day - 12 * store_hour;  // all of one day
  for (int round = 0; round < 6; ++round) {
    std::vector<TestPoint> points;
    for (int i = 0; i < 100; ++i)
      points.push_back({"a",
                        at + i * 10 + (round == 5 ? 0 : round),
                        {round + 1, i + round * 1000.0, i % 9 == 0 ? "text" : ""}});
    put(points);
    flush();
  }
  const SeenPoints before = seen();
  EXPECT_EQ(before.size(), 500u);
  world.run_for(std::chrono::seconds(1));  // the store is looked after
  EXPECT_LT(segments(), 4u);
  EXPECT_EQ(seen(), before);
}

// Overlapping from the beginning, for a moment or not at all: in segments, in memory, in both.
TEST_F(Store, of_points_that_overlap_each_is_read_once_in_its_newest_version) {
  std::mt19937 dice(5);
  const std::int64_t at = now() / store_day * store_day - 12 * store_hour;
  std::map<std::int64_t, std::int64_t> versions;
  SeenPoints expected;
  for (int part = 0; part < 40; ++part) {
    std::vector<TestPoint> points;
    std::int64_t time = at + dice() % 2000;
    const unsigned distance = 1 + dice() % 20;
    for (unsigned n = dice() % 60; n > 0; --n, time += 1 + dice() % distance) {
      const std::int64_t version = ++versions[time];
      const Seen seen{version, part * 100.0 + n, dice() % 9 == 0 ? "text" : ""};
      points.push_back({"a", time, seen});
      expected[{"a", time}] = seen;
    }
    if (!points.empty()) put(points);
    if (dice() % 3 > 0) flush();
    if (part % 4 > 0) continue;
    EXPECT_EQ(seen(), expected) << part;
    const std::int64_t from = at + dice() % 2500;
    const auto later = world.run(read_table(*machine->service, table, from * 1'000'000));
    EXPECT_EQ(later.value(), SeenPoints(expected.lower_bound({"a", from}), expected.end()));
  }
  EXPECT_GT(expected.size(), 500u);
}

TEST_F(Store, what_expired_is_gone_and_a_longer_retention_does_not_bring_it_back) {
  const std::int64_t at = now();
  put({{"a", at - 20 * store_day, {1, 1, ""}},
       {"a", at - 3 * store_day, {1, 2, ""}},
       {"a", at, {1, 3, ""}}});
  flush();
  EXPECT_EQ(segments(), 3u);
  keep_for(10);
  keep_for(100);
  EXPECT_EQ(segments(), 2u);
  const SeenPoints expected{{{"a", at - 3 * store_day}, {1, 2, ""}}, {{"a", at}, {1, 3, ""}}};
  EXPECT_EQ(seen(), expected);
  world.crash();
  start();
  EXPECT_EQ(seen(), expected);
}

TEST_F(Store, a_deleted_table_leaves_no_files) {
  put({{"a", now(), {1, 1, ""}}});
  flush();
  ASSERT_TRUE(world.run(machine->service->delete_table(test_caller, "metrics", "points")));
  const auto files = world.run(world.disk().list("/data/timestream"));
  ASSERT_TRUE(files);
  EXPECT_TRUE(files->empty());
}

TEST_F(Store, a_flipped_bit_in_a_segment_is_an_error_not_an_answer) {
  put({{"a", now(), {1, 1, "some text"}}});
  flush();
  const std::string path =
      machine->service->store(table)->data().view().segments->front().segment->path();
  const auto damage = [](io::Disk& disk, std::string file_path) -> Task<Unit> {
    const io::OpenOptions options;
    std::unique_ptr<io::File> file = co_await disk.open(file_path, options);
    Buffer one(1);
    co_await file->read(20, one);
    one[0] ^= std::byte{4};
    co_return co_await outcome(file->write(20, one, io::Durable::now));
  };
  ASSERT_TRUE(world.run(damage(world.disk(), path)));
  const auto read = world.run(read_table(*machine->service, table));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace levada::timestream
