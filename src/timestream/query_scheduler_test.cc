#include "timestream/query_scheduler.h"

#include <gtest/gtest.h>

#include "timestream/test_machine.h"

namespace levada::timestream {
namespace {

struct Scheduling {
  NoDocuments documents;
  io::SilentEventLog log;
  QueryDesk desk;
  QueryScheduler scheduler;
  explicit Scheduling(Service& service)
      : desk(service, documents), scheduler(service, desk, documents, log) {}
};

// A machine whose clock is simulated: minutes pass at once.
class Scheduler : public ::testing::Test {
 protected:
  Scheduler() { start(); }
  ~Scheduler() override { stop(); }

  void start() {
    machine = &world.own(std::make_unique<TestMachine>());
    const Result<Unit> booted = world.run(boot(world, *machine, ServiceOptions{}));
    ASSERT_TRUE(booted) << booted.error().message;
    table = world.run(make_table(*machine->service, Retention{24, 30})).value();
    scheduling = &world.own(std::make_unique<Scheduling>(*machine->service));
    ASSERT_TRUE(world.run(scheduling->scheduler.open()));
  }
  void stop() {
    EXPECT_TRUE(world.run(scheduling->desk.close()));
    EXPECT_TRUE(world.run(scheduling->scheduler.close()));
    EXPECT_TRUE(world.run(machine->service->stop()));
    EXPECT_TRUE(world.run(machine->log->close()));
    world.shut_down();
  }
  std::string create(std::string schedule) {
    ScheduledQuery query;
    query.name = "every";
    query.schedule = std::move(schedule);
    query.text =
        "SELECT 'h' AS host, @scheduled_runtime AS at, CAST(1.5 AS double) AS value "
        "WHERE @scheduled_runtime > timestamp '1970-01-01'";
    query.report.bucket = "reports";
    QueryTarget target;
    target.database = "metrics";
    target.table = "points";
    target.model.time_column = "at";
    target.model.dimensions = {{"host", ""}};
    target.model.multi = MultiColumnMapping{"m", {{"value", "", "DOUBLE"}}};
    query.target = target;
    const auto arn = world.run(scheduling->scheduler.create(test_caller, query));
    EXPECT_TRUE(arn) << arn.error().message;
    return arn.value_or("");
  }
  ScheduledQuery described(const std::string& arn) {
    const auto query = world.run(scheduling->scheduler.describe(test_caller, arn));
    EXPECT_TRUE(query) << query.error().message;
    return query.value_or(ScheduledQuery{});
  }
  std::vector<std::int64_t> times() {  // of the records written, in milliseconds
    std::vector<std::int64_t> all;
    const auto seen = world.run(read_table(*machine->service, table));
    if (seen)
      for (const auto& [place, value] : *seen) all.push_back(place.second);
    return all;
  }
  std::int64_t now() { return world.clock().now().count(); }

  io::SimWorld world{7};
  TestMachine* machine = nullptr;
  Scheduling* scheduling = nullptr;
  TableId table;
};

TEST_F(Scheduler, runs_every_minute_for_the_minute_and_keeps_what_became_of_it) {
  const std::string arn = create("cron(* * * * ? *)");
  const std::int64_t first = described(arn).next->count();
  EXPECT_EQ(first % 60'000, 0);
  EXPECT_GT(first, now());
  world.run_for(std::chrono::milliseconds(first - now() + 3 * 60'000 + 1'000));
  EXPECT_EQ(times(),
            (std::vector<std::int64_t>{first, first + 60'000, first + 120'000, first + 180'000}));
  const ScheduledQuery query = described(arn);
  ASSERT_TRUE(query.last_run);
  EXPECT_EQ(query.last_run->status, RunStatus::auto_success);
  EXPECT_EQ(query.last_run->records, 1);
  EXPECT_LT(query.last_run->trigger.count() - query.last_run->invocation.count(), 1'000);
  EXPECT_EQ(query.previous->count(), first + 180'000);
  EXPECT_EQ(query.next->count(), first + 240'000);
}

TEST_F(Scheduler, what_was_due_while_the_machine_was_off_runs_once) {
  const std::string arn = create("rate(1 minute)");
  const std::int64_t first = described(arn).next->count();
  world.run_for(std::chrono::milliseconds(first - now() + 500));
  EXPECT_EQ(times().size(), 1u);
  world.crash();
  world.run_for(std::chrono::minutes(10));
  start();
  world.run_for(std::chrono::seconds(1));
  EXPECT_EQ(times(), (std::vector<std::int64_t>{first, first + 60'000}));
  const ScheduledQuery query = described(arn);
  EXPECT_GT(query.next->count(), now());
  EXPECT_EQ((query.next->count() - query.created.count()) % 60'000, 0);
}

TEST_F(Scheduler, a_disabled_query_rests) {
  const std::string arn = create("rate(1 minute)");
  EXPECT_TRUE(world.run(scheduling->scheduler.set_enabled(test_caller, arn, false)));
  EXPECT_FALSE(described(arn).next);
  world.run_for(std::chrono::minutes(3));
  EXPECT_TRUE(times().empty());
  EXPECT_TRUE(world.run(scheduling->scheduler.set_enabled(test_caller, arn, true)));
  world.run_for(std::chrono::seconds(61));
  EXPECT_EQ(times().size(), 1u);
}

}  // namespace
}  // namespace levada::timestream
