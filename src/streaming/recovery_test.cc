// Restarts: from a checkpoint, from the journal, from both, and what a checkpoint saves.

#include <algorithm>
#include <random>
#include <sstream>

#include "query/row_codec.h"
#include "streaming/session_fixture.h"

namespace levada::streaming {
namespace {

constexpr Bytes every_epoch{1};  // a checkpoint behind each
constexpr Nanos moment = std::chrono::seconds(1);

constexpr std::string_view definitions =
    "create table c (id int primary key, name varchar);"
    "create table o (id int primary key, customer int, amount numeric, at timestamp);"
    "create materialized view joined as select o.id, c.name, o.amount from o left join c on "
    "o.customer = c.id;"
    "create materialized view totals as select name, count(*) as n, sum(amount) as s, max(amount) "
    "as m, avg(amount) as a, string_agg(id::varchar, ',' order by id) as ids, count(distinct "
    "amount) as d from joined group by name;"
    "create materialized view best as select * from (select id, name, amount, row_number() over "
    "(partition by name order by amount desc, id) as place from joined) where place <= 2;"
    "create materialized view ranked as select id, sum(amount) over (partition by customer order "
    "by id) as s from o;"
    "create materialized view names as select distinct name from joined;"
    "create materialized view lonely as select name from c where not exists (select 1 from o where "
    "customer = c.id);"
    "create materialized view changes as with x as changelog from totals select name, n, "
    "changelog_op "
    "from x;"
    "create index by_name on joined (name);"
    "create sink out from totals with (connector = 'kinesis') format upsert encode json";

constexpr const char* views[] = {"c",      "o",     "joined", "totals", "best",
                                 "ranked", "names", "lonely", "changes"};

class RecoveryTest : public SessionTest {
 protected:
  void checkpoint_after(Bytes journal) {
    stop();
    interval = journal;
    start();
  }
  std::vector<std::string> all_rows() {
    std::vector<std::string> rows;
    for (const char* view : views) {
      std::istringstream lines(run(std::string("select * from ") + view));
      for (std::string line; std::getline(lines, line);)
        rows.push_back(std::string(view) + ": " + line);
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }
  log::Position journal_begin() { return log.bounds(sql_partition).begin; }
};

std::string change_of(std::mt19937_64& random) {
  const auto some = [&](int below) { return std::to_string(random() % below); };
  switch (random() % 6) {
    case 0:
      return "insert into c values (" + some(6) + ", 'name " + some(4) + "')";
    case 1:
      return "delete from o where id = " + some(30);
    case 2:
      return "update o set amount = amount + 0.5 where customer = " + some(6);
    case 3:
      return "delete from c where id = " + some(6);
    default:
      return "insert into o values (" + some(30) + ", " + some(6) + ", " + some(9) +
             ".50, '2024-01-01')";
  }
}

TEST_F(RecoveryTest, a_restart_changes_nothing_wherever_it_comes) {
  for (const Bytes journal : {every_epoch, 2_KiB, 256_MiB}) {
    std::mt19937_64 random(5);
    interval = journal;
    restart();
    EXPECT_EQ(run(definitions), "");
    for (int round = 0; round < 12; ++round) {
      for (int i = 0; i < 6; ++i) run(change_of(random));
      const std::vector<std::string> before = all_rows();
      restart();
      EXPECT_EQ(all_rows(), before);
      // The state goes on where it was: the same as that of a view made now.
      EXPECT_EQ(run("select name, n, s, m, a, ids, d from totals order by name"),
                run("select name, count(*) as n, sum(amount) as s, max(amount) as m, avg(amount) "
                    "as a, string_agg(id::varchar, ',' order by id) as ids, count(distinct amount) "
                    "as d from joined group by name order by name"));
      EXPECT_EQ(run("select * from ranked order by id"),
                run("select id, sum(amount) over (partition by customer order by id) as s from o "
                    "order by id"));
      EXPECT_EQ(run("select name from lonely order by 1"),
                run("select name from c where not exists (select 1 from o where customer = c.id) "
                    "order by 1"));
      EXPECT_EQ(run("select id from best order by id"),
                run("select id from (select id, row_number() over (partition by name order by "
                    "amount desc, id) as place from joined) where place <= 2 order by id"));
      EXPECT_EQ(run("select count(*) from joined where name = 'name 1'"),
                run("select count(*) from joined where name || '' = 'name 1'"));
    }
    run("drop table c cascade; drop table o cascade");
  }
}

TEST_F(RecoveryTest, views_whose_tables_rest_are_filled_behind_the_start) {
  EXPECT_EQ(run("create table a (id int primary key, g int); create table b (id int primary key, "
                "v int); insert into a select i, i % 3 from generate_series(1, 2000) g(i); "
                "insert into b select i, i from generate_series(1, 2000) g(i); create materialized "
                "view joined as select a.id, a.g, b.v from a join b on a.id = b.id; create "
                "materialized view sums as select g, sum(v) as s, string_agg(id::varchar, ',') as "
                "ids from joined group by g; create table other (id int primary key); insert into "
                "other values (1)"),
            "");
  const auto postponed = [this](const char* view) {
    return engine->is_postponed(engine->catalog().find("dev", "public", view)->relation->id);
  };
  const auto rows = [this] { return run("select * from sums order by g"); };
  EXPECT_FALSE(postponed("sums"));
  const std::string before = rows();
  restart();
  EXPECT_TRUE(postponed("joined"));
  EXPECT_TRUE(postponed("sums"));
  EXPECT_EQ(run("select * from other"), "1\n");
  EXPECT_EQ(rows(), before);
  EXPECT_FALSE(postponed("joined"));
  restart();
  EXPECT_EQ(run("update b set v = v + 1 where id <= 3"), "");
  const std::string changed = rows();
  EXPECT_NE(changed, before);
  restart();
  EXPECT_FALSE(postponed("sums"));  // the update came behind it
  EXPECT_EQ(rows(), changed);
  restart();
  EXPECT_EQ(run("drop table other; drop materialized view sums; drop materialized view joined"),
            "");
}

TEST_F(RecoveryTest, replay_and_checkpoint_give_a_sink_the_same_epochs) {
  std::vector<std::vector<std::string>> outboxes;
  for (const Bytes journal : {every_epoch, 256_MiB}) {
    std::mt19937_64 random(6);
    checkpoint_after(journal);
    EXPECT_EQ(run(definitions), "");
    for (int i = 0; i < 60; ++i) run(change_of(random));
    connector.epochs.clear();
    restart();  // nothing was acknowledged: everything is handed over again
    std::vector<std::string>& all = outboxes.emplace_back();
    for (const auto& epoch : connector.epochs)
      for (const SinkChange& change : epoch->changes) {
        std::string bytes;
        query::append_row(change.before.span(), bytes);
        query::append_row(change.after.span(), bytes);
        all.push_back(bytes);
      }
    EXPECT_FALSE(all.empty());
    run("drop table c cascade; drop table o cascade");
    connector.epochs.clear();
  }
  EXPECT_EQ(outboxes[0], outboxes[1]);
}

TEST_F(RecoveryTest, a_view_over_a_stream_does_not_keep_the_journal) {
  checkpoint_after(every_epoch);
  const log::Position begin = journal_begin();
  EXPECT_EQ(run("create source bid (auction bigint, price bigint, date_time timestamp, watermark "
                "for date_time as date_time - interval '1 second') with (connector = 'nexmark', "
                "nexmark.table.type = 'Bid', nexmark.min.event.gap.in.ns = '0', nexmark.event.num "
                "= '40000')"),
            "");
  EXPECT_EQ(run("create materialized view v as select auction, count(*) as n, max(price) as p from "
                "bid group by auction"),
            "");
  EXPECT_EQ(run("create materialized view w as select window_start, count(*) as n from tumble(bid, "
                "date_time, interval '1 second') group by window_start emit on window close"),
            "");
  pass(moment);
  const std::string all = "select sum(n), count(*), sum(p) from v";
  const std::string windows = "select * from w order by 1";
  const std::string before = run(all), closed = run(windows);
  EXPECT_EQ(before.substr(0, 6), "36800|");
  EXPECT_EQ(closed, "2015-07-15 00:00:00|9200\n2015-07-15 00:00:01|9200\n");
  EXPECT_GT(journal_begin(), begin);
  restart();
  pass(moment);
  EXPECT_EQ(run(all), before);
  EXPECT_EQ(run(windows), closed);
}

TEST_F(RecoveryTest, a_changelog_goes_on_counting_behind_a_checkpoint) {
  checkpoint_after(every_epoch);
  run("create table t (k int primary key, v int)");
  EXPECT_EQ(run("create materialized view m as with c as changelog from t select * from c"), "");
  run("insert into t values (1, 10)");
  restart();
  run("update t set v = 11");
  run("delete from t");
  EXPECT_EQ(run("select * from m order by v, changelog_op"), "1|10|1\n1|10|4\n1|11|2\n1|11|3\n");
}

}  // namespace
}  // namespace levada::streaming
