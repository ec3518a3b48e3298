#include "streaming/session.h"

#include <random>

#include "streaming/session_fixture.h"

namespace levada::streaming {
namespace {

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

TEST_F(SessionTest, a_sink_into_a_table_changes_it_in_the_same_epoch) {
  run("create table source (k int, v int)");
  run("create table target (k int primary key, v int, d int default 7, g int as v + 1)");
  run("create materialized view above as select sum(v) as s, count(*) as c from target");
  run("insert into source values (1, 10), (2, 20)");
  EXPECT_EQ(run("create sink feed into target as select k, v from source"), "");
  EXPECT_EQ(run("select * from target order by k"), "1|10|7|11\n2|20|7|21\n");
  run("update source set v = 30 where k = 1; delete from source where k = 2");
  EXPECT_EQ(run("select * from target order by k; select * from above"), "1|30|7|31\n30|1\n");
  run("insert into target values (5, 50)");
  restart();
  run("insert into source values (3, 1)");
  EXPECT_EQ(run("select k, v from target order by k; select * from above"),
            "1|30\n3|1\n5|50\n81|3\n");
  EXPECT_EQ(run("drop table target cascade; select name from rw_sinks"), "");
}

TEST_F(SessionTest, rows_sunk_into_a_table_without_a_key_are_the_same_after_a_checkpoint) {
  interval = 1_KiB;
  restart();
  run("create table source (v int)");
  run("create table target (v int)");
  EXPECT_EQ(run("create sink feed into target as select v from source").substr(0, 5), "22023");
  run("create sink feed into target as select v from source "
      "with (type = 'append-only', force_append_only = 'true')");
  for (int i = 0; i < 40; ++i) run("insert into source values (1), (2), (3)");
  run("delete from target where v = 2");
  const std::string before = run("select _row_id, v from target order by _row_id");
  restart();
  EXPECT_EQ(run("select _row_id, v from target order by _row_id"), before);
  run("delete from target where v = 1; insert into source values (4)");
  EXPECT_EQ(run("select v, count(*) from target group by v order by v"), "3|40\n4|1\n");
}

TEST_F(SessionTest, a_sink_that_would_feed_itself_is_refused) {
  run("create table a (k int primary key)");
  run("create table b (k int primary key)");
  run("create materialized view m as select k + 1 as k from a");
  EXPECT_EQ(run("create sink one into b from m"), "");
  EXPECT_EQ(run("create sink two into a from b").substr(0, 49),
            "22023: Creating such a sink will result in circul");
  EXPECT_EQ(run("create sink three into a from a").substr(0, 5), "22023");
}

TEST_F(SessionTest, columns_come_and_go_beneath_views_that_keep_theirs) {
  run("create table t (k int primary key, a int, b varchar)");
  run("create materialized view whole as select * from t");
  run("create materialized view sums as select b, sum(a) as s from t group by b");
  run("insert into t values (1, 10, 'x'), (2, 20, 'y')");
  EXPECT_EQ(run("alter table t add column c int default 5"), "");
  run("insert into t values (3, 30, 'x', 6)");
  EXPECT_EQ(run("select * from t order by k"), "1|10|x|5\n2|20|y|5\n3|30|x|6\n");
  EXPECT_EQ(run("select * from whole order by k"), "1|10|x\n2|20|y\n3|30|x\n");
  EXPECT_EQ(run("alter table t drop column a").substr(0, 5), "2BP01");
  run("drop materialized view whole; drop materialized view sums");
  run("create materialized view rest as select b, count(*) as n, sum(c) as s from t group by b");
  EXPECT_EQ(run("alter table t drop column a"), "");
  run("insert into t values (4, 'y', 1); delete from t where k = 1");
  const std::string rows = run("select * from t order by k; select * from rest order by b");
  EXPECT_EQ(rows, "2|y|5\n3|x|6\n4|y|1\nx|1|6\ny|2|6\n");
  restart();
  EXPECT_EQ(run("select * from t order by k; select * from rest order by b"), rows);
  EXPECT_EQ(
      run("alter table t drop column if exists zzz; alter table t drop column k").substr(0, 5),
      "0A000");
}

TEST_F(SessionTest, definitions_follow_the_new_name_of_what_they_read) {
  run("create table t (k int primary key, v int)");
  run("create view plain as (select x.k, t.v from t join t as x on t.k = x.k)");
  run("create materialized view m as select k from t where k in (select k from t)");
  run("insert into t values (1, 2)");
  EXPECT_EQ(run("alter table t rename to \"New\""), "");
  EXPECT_EQ(run("select * from plain"), "1|2\n");
  EXPECT_EQ(run("show create view plain"),
            "public.plain|CREATE VIEW plain AS (select x.k, t.v from \"New\" AS t join \"New\" as "
            "x on t.k = x.k)\n");
  EXPECT_EQ(
      run("show create materialized view m"),
      "public.m|CREATE MATERIALIZED VIEW m AS select k from \"New\" AS t where k in (select k "
      "from \"New\" AS t)\n");
  restart();
  EXPECT_EQ(run("select * from plain; select * from m"), "1|2\n1\n");
}

TEST_F(SessionTest, a_primary_key_is_an_index_and_a_constraint_to_the_tools) {
  run("create table t (a int, b varchar, primary key (b, a))");
  run("create index i on t (b)");
  EXPECT_EQ(run("select pg_get_indexdef(indexrelid), indisprimary, indkey from pg_index "
                "order by indisprimary"),
            "CREATE INDEX i ON public.t USING btree (b)|f|{2}\n"
            "CREATE UNIQUE INDEX t_pkey ON public.t USING btree (b, a)|t|{2,1}\n");
  EXPECT_EQ(run("select conname, pg_get_constraintdef(oid, true) from pg_constraint"),
            "t_pkey|PRIMARY KEY (b, a)\n");
  EXPECT_EQ(run("select column_name from information_schema.key_column_usage "
                "order by ordinal_position"),
            "b\na\n");
}

TEST_F(SessionTest, a_sum_has_the_scale_of_what_is_in_it_now) {
  run("create table t (k int primary key, n numeric)");
  run("create materialized view m as select sum(n) as s, avg(n) as a from t");
  run("insert into t values (1, 1.50), (2, 2), (3, 4)");
  EXPECT_EQ(run("select s from m"), "7.50\n");
  run("delete from t where k = 1");
  EXPECT_EQ(run("select * from m"), "6|3\n");
}

TEST_F(SessionTest, what_is_rolled_back_was_never_there) {
  run("create table t (k int primary key, v int)");
  run("create materialized view m as select sum(v) as s from t");
  run("insert into t values (1, 10), (2, 20)");
  run("begin");
  EXPECT_EQ(run("insert into t values (3, 30) returning v"), "30\n");
  run("update t set v = v + 1 where k in (1, 3); delete from t where k = 2");
  EXPECT_EQ(run("select * from t order by k"), "1|11\n3|31\n");
  EXPECT_EQ(run("select * from m"), "30\n");  // views follow what is committed
  EXPECT_EQ(run_elsewhere("select * from t order by k"), "1|10\n2|20\n");
  run("rollback");
  EXPECT_EQ(run("select * from t order by k; select * from m"), "1|10\n2|20\n30\n");
}

TEST_F(SessionTest, a_transaction_is_one_epoch_when_it_is_committed) {
  run("create table t (k int primary key, v int)");
  run("create table u (v int)");
  const std::uint64_t before = engine->epoch();
  run("begin; insert into t values (1, 10); insert into u select v from t; "
      "update t set v = 11 where k = 1; insert into t values (2, 5); delete from t where k = 2");
  EXPECT_EQ(engine->epoch(), before);
  EXPECT_EQ(run("commit"), "");
  EXPECT_EQ(engine->epoch(), before + 1);
  restart();
  EXPECT_EQ(run("select * from t; select * from u"), "1|11\n10\n");
  EXPECT_EQ(run("begin read only; insert into u values (1)").substr(0, 5), "25006");
}

TEST_F(SessionTest, a_commit_over_rows_that_others_changed_is_refused) {
  run("create table t (k int primary key, v int)");
  run("insert into t values (1, 10), (2, 20)");
  run("begin; update t set v = v + 1 where k = 1");
  run_elsewhere("update t set v = 100 where k = 1");
  EXPECT_EQ(run("commit"), "40001: could not serialize access due to concurrent update");
  EXPECT_EQ(run("select * from t order by k"), "1|100\n2|20\n");
}

TEST_F(SessionTest, a_statement_is_prepared_and_executed_by_name) {
  run("create table t (k int primary key, v varchar)");
  EXPECT_EQ(run("prepare put (int, varchar) as insert into t values ($1, $2)"), "");
  run("execute put (1, 'a'); execute put (1 + 1, 'it''s')");
  EXPECT_EQ(run("prepare ask as select v from t where k = $1; execute ask (2)"), "it's\n");
  EXPECT_EQ(
      run("execute ask"),
      "42601: wrong number of parameters for prepared statement \"ask\": expected 1 but got 0");
  EXPECT_EQ(run("prepare ask as select 1").substr(0, 5), "42P05");
  EXPECT_EQ(run("deallocate ask; execute ask (1)"),
            "26000: prepared statement \"ask\" does not exist");
}

TEST_F(SessionTest, a_function_written_in_sql_stands_for_its_term) {
  run("create table t (a int, s varchar)");
  run("insert into t values (2, 'banana')");
  EXPECT_EQ(run("create function count_char(s varchar, c varchar) returns int language sql as "
                "$$SELECT LENGTH(s) - LENGTH(REPLACE(s, c, ''))$$"),
            "");
  run("create function twice(int) returns bigint language sql as 'select $1 + $1;'");
  run("create materialized view m as select twice(a) as d, count_char(s, 'a') as n from t");
  EXPECT_EQ(run("select twice(twice(3)::int), count_char('xx', 'x')"), "12|2\n");
  restart();
  run("insert into t values (5, 'a')");
  EXPECT_EQ(run("select * from m order by d"), "4|3\n10|1\n");
  EXPECT_EQ(
      run("create function bad(int) returns int language sql as 'select a from t'").substr(0, 5),
      "0A000");
  EXPECT_EQ(run("drop function twice; select twice(1)").substr(0, 5), "42883");
}

TEST_F(SessionTest, a_view_of_all_columns_does_not_hold_those_that_came_later) {
  run("create table t (v int)");
  run("create materialized view m as select * from t");
  run("alter table t add column r int; insert into t values (1, 2)");
  EXPECT_EQ(run("alter table t drop column v").substr(0, 5), "2BP01");
  EXPECT_EQ(run("alter table t drop column r"), "");
  run("alter table t add column r varchar");
  EXPECT_EQ(run("select * from t; select * from m"), "1|NULL\n1\n");
}

TEST_F(SessionTest, a_blackhole_counts_what_it_takes) {
  run("create table t (k int primary key)");
  EXPECT_EQ(run("create sink nowhere from t with (connector = 'blackhole')"), "");
  run("insert into t values (1), (2); delete from t where k = 1");
  EXPECT_EQ(run("select state, sent_records from levada.sink_status"), "running|3\n");
}

TEST_F(SessionTest, a_table_from_a_query_takes_the_names_that_it_is_given) {
  run("create table t (a, b) as select 1, 'x', 2.5 as c");
  EXPECT_EQ(run("select a, b, c from t"), "1|x|2.5\n");
  EXPECT_EQ(run("create table u (a, b) as select 1").substr(0, 5), "42601");
}

TEST_F(SessionTest, a_look_up_by_key_or_index_finds_what_a_search_finds) {
  run("create table t (id int primary key, v varchar, n int)");
  run("create materialized view m as select v, count(*) as c from t group by v");
  run("insert into t select i, 'v' || (i % 10)::varchar, i % 7 from generate_series(1, 100) g(i)");
  const std::string by_n = "select count(*) from t where n = 3";
  const std::string by_c = "select count(*) from m where c = 10";
  const std::string before = run(by_n) + run(by_c);
  EXPECT_EQ(before, "14\n10\n");
  EXPECT_EQ(run("create index by_n on t (n)"), "");
  EXPECT_EQ(run("create index by_c on m (c)"), "");
  EXPECT_EQ(run(by_n) + run(by_c), before);
  EXPECT_EQ(run("select c from m where v = 'v3'"), "10\n");
  EXPECT_EQ(run("select c from m where v = 'x'"), "");
  run("delete from t where n = 3 and id < 50");
  run("update t set n = 3 where n = 4");
  EXPECT_EQ(run(by_n), run("select count(*) from t where n + 0 = 3"));
  EXPECT_EQ(run(by_c), run("select count(*) from m where c + 0 = 10"));
  run("alter table t drop column v");  // refused: m reads it
  run("alter table t add column w int default 5");
  EXPECT_EQ(run("select sum(w) from t where n = 3"), run("select sum(w) from t where n + 0 = 3"));
  restart();
  EXPECT_EQ(run(by_n), run("select count(*) from t where n + 0 = 3"));
  EXPECT_EQ(run("insert into t values (1000, 'v3', 3, 1)"), "");
  EXPECT_EQ(run(by_n), run("select count(*) from t where n + 0 = 3"));
}

TEST_F(SessionTest, a_row_takes_along_what_it_once_looked_up) {
  run("create table orders (id int, price int)");
  run("create table rates (id int primary key, rate int)");
  run("create materialized view m as select o.id, price, rate from orders as o left join rates "
      "for system_time as of proctime() on o.id = rates.id and price > rate");
  run("insert into rates values (1, 12)");
  run("insert into orders values (1, 11), (1, 13)");
  run("delete from rates");
  EXPECT_EQ(run("select * from m order by price"), "1|11|NULL\n1|13|12\n");
  run("delete from orders");
  EXPECT_EQ(run("select * from m"), "");
}

}  // namespace
}  // namespace levada::streaming
