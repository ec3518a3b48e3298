#include "streaming/session.h"

#include <gtest/gtest.h>

#include <random>

#include "io/sim/sim_world.h"
#include "log/memory/memory_log.h"
#include "query/text.h"
#include "streaming/engine.h"

namespace levada::streaming {
namespace {

// What a sink was handed, with everything acknowledged when told so.
class RecordedSink final : public Sink {
 public:
  explicit RecordedSink(std::vector<std::shared_ptr<const SinkEpoch>>& epochs) : epochs_(epochs) {}
  void take(std::shared_ptr<const SinkEpoch> epoch) override {
    epochs_.push_back(std::move(epoch));
  }
  std::uint64_t backlog() const override { return 0; }
  std::uint64_t acknowledged() const override { return 0; }
  SinkStatus status() const override { return {}; }
  SqlResult<Unit> alter(const std::vector<std::pair<std::string, std::string>>&) override {
    return Unit{};
  }
  void pause(bool) override {}
  Task<Unit> stop() override { co_return Unit{}; }

 private:
  std::vector<std::shared_ptr<const SinkEpoch>>& epochs_;
};

class RecordingConnector final : public SinkConnector {
 public:
  std::string_view name() const override { return "kinesis"; }
  Task<SqlResult<Unit>> validate(const SinkDefinition&) override {
    co_return SqlResult<Unit>(Unit{});
  }
  std::unique_ptr<Sink> start(SinkDefinition definition, std::uint64_t,
                              std::function<void()>) override {
    last = std::move(definition);
    return std::make_unique<RecordedSink>(epochs);
  }
  SinkDefinition last;
  std::vector<std::shared_ptr<const SinkEpoch>> epochs;
};

class SessionTest : public testing::Test {
 protected:
  void SetUp() override { start(); }
  void TearDown() override { stop(); }

  void start() {
    engine = std::make_unique<Engine>(
        log::Journal{world.reactor(), log, log}, world.disk(),
        EngineOptions{.checkpoint_path = "/sql", .checkpoint_interval = interval});
    engine->add_connector(connector);
    const auto opened = world.run(engine->open());
    ASSERT_TRUE(opened) << opened.error().message;
    session = std::make_unique<Session>(*engine, SessionOptions{});
  }
  void stop() {
    session.reset();
    if (engine != nullptr) {
      EXPECT_TRUE(world.run(engine->stop()));
    }
    engine.reset();
  }
  void restart() {
    stop();
    start();
  }

  // The rows of each statement, "a|b" a line, or the error as "SQLSTATE: message".
  std::string run(std::string_view text, std::vector<Value> parameters = {}) {
    const auto statements = session->parse(text);
    if (!statements) return error_text(statements.error());
    std::string out;
    for (const Statement& statement : *statements) {
      auto prepared = world.run(session->prepare(statement, {}));
      if (!prepared->has_value()) return error_text(prepared->error());
      auto cursor = world.run(session->open(**prepared, parameters));
      if (!cursor->has_value()) return error_text(cursor->error());
      auto fetched = world.run((*cursor)->fetch(0));
      if (!fetched->has_value()) return error_text(fetched->error());
      const auto& columns = (*cursor)->columns();
      std::vector<std::string> lines;
      for (const Row& row : (*fetched)->rows) {
        std::string line;
        for (std::size_t i = 0; i < columns.size(); ++i) {
          if (i > 0) line += '|';
          line += row[i].is_null() ? "NULL" : query::to_text(columns[i].type, row[i]);
        }
        lines.push_back(line);
      }
      for (const std::string& line : lines) out += line + "\n";
      tag = (*fetched)->tag;
    }
    return out;
  }
  static std::string error_text(const SqlError& error) {
    return error.sqlstate + ": " + error.message;
  }

  io::SimWorld world{1};
  log::MemoryLog log{world.reactor()};
  Bytes interval = 256_MiB;
  RecordingConnector connector;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Session> session;
  std::string tag;
};

TEST_F(SessionTest, a_row_that_was_inserted_is_in_the_view_above_it) {
  EXPECT_EQ(run("create table t (id int primary key, v varchar, n int)"), "");
  EXPECT_EQ(
      run("create materialized view m as select v, count(*) as c, sum(n) as s from t group by v"),
      "");
  EXPECT_EQ(run("insert into t values (1, 'a', 10), (2, 'b', 20), (3, 'a', 30)"), "");
  EXPECT_EQ(tag, "INSERT 0 3");
  EXPECT_EQ(run("select * from m order by v"), "a|2|40\nb|1|20\n");
  EXPECT_EQ(tag, "SELECT 2");
  EXPECT_EQ(run("update t set n = n + 1 where v = 'a'"), "");
  EXPECT_EQ(tag, "UPDATE 2");
  EXPECT_EQ(run("delete from t where id = 2"), "");
  EXPECT_EQ(run("select v, c, s from m"), "a|2|42\n");
}

TEST_F(SessionTest, inserting_a_key_that_is_there_overwrites) {
  run("create table t (id int primary key, v int)");
  run("insert into t values (1, 1), (2, 2)");
  run("insert into t values (1, 10)");
  EXPECT_EQ(run("select * from t order by id"), "1|10\n2|2\n");
}

TEST_F(SessionTest, a_restart_finds_everything_again) {
  run("create table t (id int primary key, v int)");
  run("create materialized view m as select v % 2 as odd, count(*) as c from t group by v % 2");
  run("insert into t select g, g * 3 from generate_series(1, 100) as s(g)");
  run("delete from t where id > 90");
  const std::string before = run("select * from m order by odd");
  EXPECT_EQ(before, "0|45\n1|45\n");
  restart();
  EXPECT_EQ(run("select * from m order by odd"), before);
  run("insert into t values (1000, 1)");
  EXPECT_EQ(run("select * from m order by odd"), "0|45\n1|46\n");
}

TEST_F(SessionTest, a_view_made_later_has_what_a_view_made_before_has) {
  run("create table t (a int, b int); create table u (a int, c varchar)");
  const std::string query = "select t.a, b, c from t left join u on t.a = u.a";
  run("create materialized view before as " + query);
  std::mt19937 random(5);
  for (int i = 0; i < 60; ++i) {
    const auto a = std::to_string(random() % 5), b = std::to_string(random() % 9);
    if (random() % 3 == 0)
      run("delete from t where a = " + a + " and b > " + b);
    else if (random() % 2 == 0)
      run("insert into t values (" + a + ", " + b + ")");
    else if (random() % 4 == 0)
      run("delete from u where a = " + a);
    else
      run("insert into u values (" + a + ", 'x" + b + "')");
    if (i % 20 == 19) {
      run("create materialized view later as " + query);
      const std::string expected = run(query + " order by 1, 2, 3");
      EXPECT_EQ(run("select * from before order by 1, 2, 3"), expected);
      EXPECT_EQ(run("select * from later order by 1, 2, 3"), expected);
      run("drop materialized view later");
    }
  }
}

TEST_F(SessionTest, what_is_read_by_others_cannot_be_dropped) {
  run("create table t (a int)");
  run("create materialized view m as select a from t");
  EXPECT_EQ(run("drop table t"), "2BP01: cannot drop table t because other objects depend on it");
  EXPECT_EQ(run("drop table t cascade"), "");
  EXPECT_EQ(run("select * from m").substr(0, 5), "42P01");
  EXPECT_EQ(run("drop table if exists t"), "");
  EXPECT_EQ(session->take_notices().back().message, "table \"t\" does not exist, skipping");
}

TEST_F(SessionTest, a_sink_gets_one_change_a_key_and_epoch) {
  run("create table t (id int primary key, v int)");
  run("insert into t values (1, 1)");
  EXPECT_EQ(run("create sink s from t with (connector = 'kinesis', stream = 'x', aws.region = 'r') "
                "format upsert encode json"),
            "");
  EXPECT_EQ(connector.last.key, std::vector<std::size_t>{0});
  ASSERT_EQ(connector.epochs.size(), 1u);
  run("update t set v = 2 where id = 1");
  ASSERT_EQ(connector.epochs.size(), 2u);
  ASSERT_EQ(connector.epochs[1]->changes.size(), 1u);
  EXPECT_EQ(connector.epochs[1]->changes[0].before[1].integer, 1);
  EXPECT_EQ(connector.epochs[1]->changes[0].after[1].integer, 2);
  // What was not acknowledged comes again after a restart.
  connector.epochs.clear();
  restart();
  EXPECT_EQ(connector.epochs.size(), 2u);
}

TEST_F(SessionTest, not_null_is_kept) {
  run("create table t (id int primary key, v int not null)");
  EXPECT_EQ(run("insert into t values (1, null)"),
            "23502: null value in column \"v\" of relation \"t\" violates not-null constraint");
}

TEST_F(SessionTest, settings_are_set_and_shown) {
  EXPECT_EQ(run("show timezone"), "UTC\n");
  EXPECT_EQ(run("set timezone = 'Asia/Shanghai'"), "");
  EXPECT_EQ(run("show timezone"), "Asia/Shanghai\n");
  EXPECT_EQ(session->take_changed_parameters().at(0).first, "TimeZone");
  EXPECT_EQ(run("set nonsense = 1").substr(0, 5), "42704");
  EXPECT_EQ(run("set timezone = 'Nowhere/At_all'").substr(0, 5), "22023");
}

TEST_F(SessionTest, a_failed_transaction_takes_nothing_but_its_end) {
  run("begin");
  EXPECT_EQ(session->transaction(), TransactionState::open);
  session->statement_failed();
  const auto select = session->parse("select 1");
  EXPECT_FALSE(session->admit((*select)[0]));
  const auto rollback = session->parse("rollback");
  EXPECT_TRUE(session->admit((*rollback)[0]));
  run("rollback");
  EXPECT_EQ(session->transaction(), TransactionState::idle);
}

TEST_F(SessionTest, a_portal_gives_its_rows_in_pieces) {
  const auto statements = session->parse("select g from generate_series(1, 5) as s(g) order by g");
  auto prepared = world.run(session->prepare((*statements)[0], {}));
  ASSERT_TRUE(*prepared);
  auto cursor = world.run(session->open(**prepared, {}));
  auto first = world.run((*cursor)->fetch(3));
  EXPECT_EQ((*first)->rows.size(), 3u);
  EXPECT_FALSE((*first)->done);
  auto second = world.run((*cursor)->fetch(3));
  EXPECT_EQ((*second)->rows.size(), 2u);
  EXPECT_TRUE((*second)->done);
}

TEST_F(SessionTest, explain_shows_the_circuit) {
  run("create table t (a int, b int)");
  const std::string plan =
      run("explain create materialized view m as select a, count(*) from t group by a");
  EXPECT_NE(plan.find("HashAgg"), std::string::npos);
  EXPECT_NE(plan.find("Scan { relation: t }"), std::string::npos);
}

TEST_F(SessionTest, a_checkpoint_stands_for_the_journal) {
  stop();
  interval = Bytes{1};
  start();
  run("create table t (id int primary key, v int)");
  run("create materialized view m as select count(*) as c, max(v) as v from t");
  run("insert into t values (1, 5), (2, 7)");
  run("alter table t rename to t2");
  run("insert into t2 values (3, 9)");
  restart();
  EXPECT_EQ(run("select * from m"), "3|9\n");
  EXPECT_EQ(run("select id from t2 order by id"), "1\n2\n3\n");
}

}  // namespace
}  // namespace levada::streaming
