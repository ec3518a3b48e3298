// Statements of sessions beside definitions and changes of rows: savepoints, waits, recursion,
// lambdas, what an index shows, parameters of the system.

#include "streaming/session_fixture.h"

namespace levada::streaming {
namespace {

using Statements = SessionTest;

TEST_F(Statements, savepoints_take_back_what_came_behind_them) {
  run("create table t (id int primary key)");
  EXPECT_EQ(run("savepoint a").substr(0, 5), "25P01");
  EXPECT_EQ(run("begin; insert into t values (1); savepoint a; insert into t values (2); "
                "savepoint b; insert into t values (3); select count(*) from t"),
            "3\n");
  EXPECT_EQ(run("rollback to b; select count(*) from t"), "2\n");
  EXPECT_EQ(run("rollback to savepoint a; select count(*) from t"), "1\n");
  EXPECT_EQ(run("rollback to b").substr(0, 5), "3B001") << "it came behind a";
  EXPECT_EQ(run("insert into t values (4); release savepoint a"), "");
  EXPECT_EQ(run("release a").substr(0, 5), "3B001");
  EXPECT_EQ(run("commit; select id from t order by id"), "1\n4\n");
}

TEST_F(Statements, a_failed_transaction_goes_on_from_a_savepoint) {
  run("create table t (id int primary key)");
  EXPECT_EQ(run("begin; insert into t values (1); savepoint a"), "");
  EXPECT_EQ(run("select 1 / 0").substr(0, 5), "22012");
  session->statement_failed();
  const auto select = session->parse("select 1");
  EXPECT_FALSE(session->admit(select->front()));
  const auto back = session->parse("rollback to a");
  EXPECT_TRUE(session->admit(back->front()));
  EXPECT_EQ(run("rollback to a; insert into t values (2); commit"), "");
  EXPECT_EQ(run("select id from t order by id"), "1\n2\n");
}

TEST_F(Statements, pg_sleep_lets_time_pass_for_its_session_alone) {
  const MonotonicNanos begun = world.reactor().clock().monotonic();
  EXPECT_EQ(run("select pg_sleep(1.5)"), "NULL\n");
  EXPECT_GE(world.reactor().clock().monotonic() - begun, std::chrono::milliseconds(1'500));
  EXPECT_EQ(run("select pg_sleep(0.5), 2 where pg_sleep(1) is null"), "NULL|2\n");
  EXPECT_GE(world.reactor().clock().monotonic() - begun, std::chrono::seconds(3));
}

TEST_F(Statements, cursors_behind_a_savepoint_go_with_it) {
  EXPECT_EQ(run("begin; declare a cursor for select 1; savepoint s; "
                "declare b cursor for select 2; fetch 1 from b; rollback to s"),
            "2\n");
  EXPECT_EQ(run("fetch 1 from a"), "1\n") << "it was there before";
  EXPECT_EQ(run("fetch 1 from b").substr(0, 5), "34000");
}

TEST_F(Statements, errors_point_at_what_they_are_about) {
  run("create table t (id int primary key, a int, b varchar)");
  const auto position = [this](std::string text) {
    auto parsed = session->parse(text);
    auto prepared = world.run(session->prepare(parsed->front(), {}));
    EXPECT_TRUE(prepared.has_value());
    return prepared->has_value() ? 0u : prepared->error().position;
  };
  EXPECT_EQ(position("select * from t where a = 'x'"), 27u);
  EXPECT_EQ(position("insert into t values (9, 'a')"), 26u);
  EXPECT_EQ(position("insert into t (id, zz) values (1, 2)"), 20u);
  EXPECT_EQ(position("insert into t (id) values (1, 2)"), 31u);
  EXPECT_EQ(position("insert into t (id, a) values (1)"), 20u);
  EXPECT_EQ(position("update t set a = 'x' where id = 1"), 18u);
  EXPECT_EQ(position("update t set zz = 1"), 14u);
  EXPECT_EQ(position("delete from zz"), 13u);
  EXPECT_EQ(position("select id from t union select b from t"), 31u);
  EXPECT_EQ(position("select t.id from t a"), 8u);
}

TEST_F(Statements, pg_sleep_holds_up_changes_too) {
  run("create table t (id int primary key)");
  const MonotonicNanos begun = world.reactor().clock().monotonic();
  EXPECT_EQ(run("insert into t select 1 where pg_sleep(1) is null"), "");
  EXPECT_GE(world.reactor().clock().monotonic() - begun, std::chrono::seconds(1));
  EXPECT_EQ(run("delete from t where pg_sleep(2) is null; select count(*) from t"), "0\n");
  EXPECT_GE(world.reactor().clock().monotonic() - begun, std::chrono::seconds(3));
}

TEST_F(Statements, truncate_takes_all_rows_of_its_tables_at_once) {
  run("create table a (id int primary key)");
  run("create table b (x int)");
  run("create materialized view n as select count(*) as rows from a");
  run("insert into a values (1), (2)");
  run("insert into b values (7), (7)");
  EXPECT_EQ(run("begin; truncate table a; select count(*) from a; rollback"), "0\n");
  EXPECT_EQ(run("select rows from n"), "2\n");
  EXPECT_EQ(run("truncate a, only b restart identity; select count(*) from a; "
                "select count(*) from b; select rows from n"),
            "0\n0\n0\n");
  EXPECT_EQ(run("truncate n").substr(0, 5), "42809");
  EXPECT_EQ(run("truncate nowhere").substr(0, 5), "42P01");
  EXPECT_EQ(run("begin read only; truncate a").substr(0, 5), "25006");
}

TEST_F(Statements, an_array_of_a_query_keeps_the_querys_order) {
  run("create table p (a int primary key)");
  run("create table c (a int, b int, s varchar)");
  run("insert into p values (1), (2), (3)");
  run("insert into c values (1, 3, 'x'), (1, 1, 'z'), (1, 2, 'y'), (2, 9, 'b'), (2, 10, 'a')");
  EXPECT_EQ(run("select a, array(select b from c where c.a = p.a order by s) from p order by a"),
            "1|{3,2,1}\n2|{10,9}\n3|{}\n");
  EXPECT_EQ(run("select a, array(select b from c where c.a = p.a order by s limit 2) from p "
                "order by a"),
            "1|{3,2}\n2|{10,9}\n3|{}\n");
  EXPECT_EQ(run("select a, array(select b from c where c.a = p.a order by b * p.a desc) from p "
                "order by a"),
            "1|{3,2,1}\n2|{10,9}\n3|{}\n");
  EXPECT_EQ(run("select array(select b from c order by s desc, b limit 3)"), "{1,2,3}\n");
}

TEST_F(Statements, a_view_that_is_not_kept_may_read_the_catalogs) {
  run("create table t (id int)");
  EXPECT_EQ(run("create view tables as select relname from pg_class where relkind = 'r'"), "");
  EXPECT_EQ(run("select relname from tables where relname = 't'"), "t\n");
  EXPECT_EQ(run("create materialized view m as select relname from pg_class").substr(0, 5),
            "0A000");
}

TEST_F(Statements, namespaces_and_transactions_have_numbers) {
  EXPECT_EQ(run("select 'public'::regnamespace::int, to_regnamespace('nowhere') is null"),
            "2200|t\n");
  EXPECT_EQ(run("select 'nowhere'::regnamespace").substr(0, 5), "3F000");
  run("create table t (id int)");
  EXPECT_EQ(run("select relname from pg_class where relnamespace = 'public'::regnamespace"), "t\n");
  const std::string first = run("select txid_current()");
  run("insert into t values (1)");
  EXPECT_LT(std::stoll(first), std::stoll(run("select txid_current()")));
}

TEST_F(Statements, recursive_queries_end_when_a_round_is_empty) {
  EXPECT_EQ(run("with recursive t(n) as (values (1) union all select n + 1 from t where n < 5) "
                "select sum(n), count(*) from t"),
            "15|5\n");
  run("create table edges (a int, b int)");
  run("insert into edges values (1, 2), (2, 3), (3, 1), (3, 4)");
  EXPECT_EQ(run("with recursive reach as (select 1 as node union select b from edges, reach "
                "where a = node) select node from reach order by node"),
            "1\n2\n3\n4\n")
      << "a circle ends, since UNION takes a row once";
  EXPECT_EQ(run("with recursive a as (select 1 as x union all select x + 1 from a where x < 3), "
                "b as (select x as y from a union all select y * 10 from b where y < 30) "
                "select y from b order by y"),
            "1\n2\n3\n10\n20\n30\n100\n200\n");
  EXPECT_EQ(run("with recursive t as (select 2 as n) select n from t"), "2\n");
  EXPECT_EQ(run("with recursive t as (select 1 as n union all select n + 1.5 from t where n < 9) "
                "select n from t")
                .substr(0, 5),
            "42804");
  EXPECT_EQ(run("create materialized view m as with recursive t(n) as (select 1 union all select "
                "n + 1 from t where n < 5) select n from t")
                .substr(0, 5),
            "0A000");
}

TEST_F(Statements, recursive_queries_change_tables_and_stand_in_views) {
  run("create table edges (a int, b int)");
  run("insert into edges values (1, 2), (2, 3), (3, 1), (3, 4), (7, 8)");
  run("create table reached (node int primary key, far boolean)");
  run("insert into reached with recursive reach as (select 1 as node union select b from edges, "
      "reach where a = node) select node, false from reach");
  EXPECT_EQ(run("select node from reached order by node"), "1\n2\n3\n4\n");
  run("update reached set far = true where node in (with recursive n(x) as (values (3) union all "
      "select x + 1 from n where x < 9) select x from n)");
  EXPECT_EQ(run("select node from reached where far order by node"), "3\n4\n");
  run("delete from reached using (with recursive n(x) as (values (1) union all select x + 1 from n "
      "where x < 3) select x from n) as low where node = low.x");
  EXPECT_EQ(run("select node from reached"), "4\n");
  run("create table counted as with recursive n(x) as (values (1) union all select x + 1 from n "
      "where x < 4) select x from n");
  EXPECT_EQ(run("select sum(x) from counted"), "10\n");
  EXPECT_EQ(run("begin; insert into edges values (4, 5); insert into reached with recursive r as "
                "(select 4 as n union select b from edges, r where a = n) select n, true from r "
                "where n > 4; select node from reached order by node"),
            "4\n5\n")
      << "it reads what its transaction wrote";
  run("commit");
  run("create view reach as with recursive r as (select 1 as node union select b from edges, r "
      "where a = node) select node from r");
  EXPECT_EQ(run("select count(*) from reach"), "5\n");
  run("insert into edges values (5, 6)");
  EXPECT_EQ(run("select max(node) from reach"), "6\n");
  EXPECT_EQ(run("drop table edges").substr(0, 5), "2BP01") << "the view reads it";
  EXPECT_EQ(run("create materialized view m as select * from reach").substr(0, 5), "0A000");
}

TEST_F(Statements, array_transform_takes_a_lambda) {
  EXPECT_EQ(run("select array_transform(array[1, 2, 3], |x| x * 2)"), "{2,4,6}\n");
  EXPECT_EQ(run("select array_transform(array['a', 'b'], |s| upper(s) || '!')"), "{A!,B!}\n");
  EXPECT_EQ(run("select array_transform(null::int[], |x| x + 1) is null"), "t\n");
  EXPECT_EQ(run("select array_transform(array[]::int[], |x| x + 1)"), "{}\n");
  EXPECT_EQ(run("select array_transform(array_transform(array[1, 2], |x| x + 1), |x| x * x)"),
            "{4,9}\n");
  run("create table t (id int primary key, a int[], plus int)");
  run("create materialized view m as select id, array_transform(a, |x| x + plus) as b from t");
  run("insert into t values (1, '{3,1,2}', 10), (2, null, 1), (3, '{}', 1)");
  EXPECT_EQ(run("select * from m order by id"), "1|{13,11,12}\n2|NULL\n3|{}\n");
  run("update t set plus = 20 where id = 1");
  EXPECT_EQ(run("select b from m where id = 1"), "{23,21,22}\n");
}

TEST_F(Statements, an_index_is_read_as_a_table) {
  run("create table t (a int primary key, b int, c varchar)");
  run("create index by_b on t (b) include (c)");
  run("create index by_sum on t ((a + b))");
  run("insert into t values (1, 20, 'x'), (2, 10, 'y')");
  EXPECT_EQ(run("select * from by_b order by b"), "10|y\n20|x\n");
  EXPECT_EQ(run("select * from by_sum order by 1"), "12|2|10|y\n21|1|20|x\n");
  EXPECT_EQ(run("create sink s from by_b with (connector = 'blackhole')").substr(0, 5), "42809");
  EXPECT_EQ(run("insert into by_b values (1, 'x')").substr(0, 5), "42809");
}

TEST_F(Statements, a_database_is_renamed_with_all_that_is_in_it) {
  run("create database one");
  run("create table here (id int)");
  auto mine =
      std::exchange(session, std::make_unique<Session>(*engine, SessionOptions{.database = "one"}));
  run("create table there (id int primary key)");
  run("create materialized view m as select count(*) as n from there");
  EXPECT_EQ(run("alter database one rename to two").substr(0, 5), "0A000");
  session = std::move(mine);
  EXPECT_EQ(run("alter database dev rename to other").substr(0, 5), "0A000");
  EXPECT_EQ(run("alter database none rename to other").substr(0, 5), "3D000");
  EXPECT_EQ(run("alter database one rename to dev").substr(0, 5), "42P04");
  EXPECT_EQ(run("alter database one rename to two"), "");
  for (int round = 0; round < 2; ++round) {
    EXPECT_FALSE(Session::has_database(*engine, "one"));
    session = std::make_unique<Session>(*engine, SessionOptions{.database = "two"});
    run("insert into there values (" + std::to_string(round) + ")");
    EXPECT_EQ(run("select n from m"), std::to_string(round + 1) + "\n");
    EXPECT_EQ(run("select * from here").substr(0, 5), "42P01");
    restart();
  }
}

TEST_F(Statements, alter_system_keeps_what_it_was_told) {
  EXPECT_EQ(run("alter system set barrier_interval_ms = 250"), "");
  EXPECT_EQ(tag, "ALTER_SYSTEM");
  restart();
  EXPECT_NE(run("show parameters").find("barrier_interval_ms|250|"), std::string::npos);
  EXPECT_EQ(run("alter system set barrier_interval_ms to default"), "");
  EXPECT_NE(run("show parameters").find("barrier_interval_ms|1000|"), std::string::npos);
  EXPECT_EQ(run("alter system set nothing_known = 1").substr(0, 5), "42704");
  EXPECT_EQ(run("alter system set state_store = 'x'").substr(0, 5), "55P02");
}

TEST_F(Statements, a_subscription_gives_its_cursors_every_change) {
  run("create table t (id int primary key, v int)");
  run("insert into t values (1, 10)");
  EXPECT_EQ(run("create subscription s from t with (retention = '1D')"), "");
  EXPECT_EQ(tag, "CREATE_SUBSCRIPTION");
  EXPECT_EQ(run("declare c subscription cursor for s"), "");
  EXPECT_EQ(run("declare c subscription cursor for s").substr(0, 5), "42P03");
  EXPECT_EQ(run("declare f subscription cursor for s full"), "");
  EXPECT_EQ(run("declare other subscription cursor for t").substr(0, 5), "42P01");
  EXPECT_EQ(run("fetch next from c"), "");
  run("insert into t values (2, 20)");
  run("update t set v = 11 where id = 1");
  run("delete from t where id = 2");
  const auto without_time = [](std::string rows) {
    std::string out;
    for (std::size_t at = 0; at < rows.size(); at = rows.find('\n', at) + 1)
      out += rows.substr(at, rows.rfind('|', rows.find('\n', at)) - at) + "\n";
    return out;
  };
  EXPECT_EQ(without_time(run("fetch next from c")), "2|20|Insert\n");
  const std::string rest = "1|10|UpdateDelete\n1|11|UpdateInsert\n2|20|Delete\n";
  EXPECT_EQ(without_time(run("fetch 10 from c")), rest);
  EXPECT_EQ(run("fetch 1 from c"), "");
  EXPECT_EQ(run("fetch next from f"), "1|10|Insert|NULL\n");
  EXPECT_EQ(without_time(run("fetch all from f")), "2|20|Insert\n" + rest);
  EXPECT_EQ(run("show subscriptions"), "s\n");
  EXPECT_EQ(run("show sinks"), "");
  EXPECT_EQ(run("drop sink s").substr(0, 5), "42809");
  restart();
  EXPECT_EQ(run("declare b subscription cursor for s since begin()"), "");
  EXPECT_EQ(without_time(run("fetch all from b")), "2|20|Insert\n" + rest);
  EXPECT_EQ(run("declare m subscription cursor for s since 1").substr(0, 5), "22023");
  EXPECT_EQ(run("drop table t").substr(0, 5), "2BP01");
  EXPECT_EQ(run("drop subscription s"), "");
  EXPECT_EQ(run("fetch next from b").substr(0, 5), "42P01");
  EXPECT_EQ(run("create subscription s from t").substr(0, 5), "22023");
}

TEST_F(Statements, what_a_subscription_does_not_keep_any_more_is_gone) {
  run("create table t (id int primary key)");
  run("create subscription s from t with (retention = '10 seconds')");
  run("insert into t values (1)");
  run("declare c subscription cursor for s since begin()");
  pass(std::chrono::seconds(30));
  run("insert into t values (2)");
  EXPECT_EQ(run("fetch all from c").substr(0, 9), "2|Insert|");
  EXPECT_EQ(run("declare d subscription cursor for s"), "");
  EXPECT_EQ(run("fetch next from d with (timeout = '2s')"), "");
}

TEST_F(Statements, text_is_joined_to_anything) {
  EXPECT_EQ(run("select 'a' || 1, 2.50 || 'b'::varchar, 'c'::varchar || true, 'd' || null"),
            "a1|2.50b|ctrue|NULL\n");
}

TEST_F(Statements, a_view_takes_the_place_of_another) {
  run("create table t (a int primary key, b varchar); insert into t values (1, 'x'), (2, 'y')");
  run("create or replace view v as select a from t");
  EXPECT_EQ(run("create view above as select a + 1 as n from v"), "");
  EXPECT_EQ(run("create or replace view v as select a, b from t where a > 1"), "");
  EXPECT_EQ(run("select * from v"), "2|y\n");
  EXPECT_EQ(run("select * from above"), "3\n");
  EXPECT_EQ(run("create or replace view v as select b from t"),
            "42P16: cannot drop columns from view");
  EXPECT_EQ(run("create or replace view v as select a as c, b from t"),
            "42P16: cannot change name of view column \"a\" to \"c\"");
  EXPECT_EQ(run("create or replace view v as select a, a as b from t"),
            "42P16: cannot change data type of view column \"b\" from character varying to "
            "integer");
  EXPECT_EQ(run("create or replace view t as select 1").substr(0, 5), "42809");
  run("create materialized view m as select * from above emit immediately");
  EXPECT_EQ(run("create or replace view v as select a, b from t"),
            "2BP01: cannot replace view v because materialized view m was made from it");
  EXPECT_EQ(run("select * from m"), "3\n");
}

TEST_F(Statements, a_view_stays_while_others_are_made_from_it) {
  run("create table t (a int primary key); create view v as select a from t");
  run("create materialized view m as select count(*) from v");
  EXPECT_EQ(run("drop view v"), "2BP01: cannot drop view v because other objects depend on it");
  EXPECT_EQ(run("drop view v cascade"), "");
  EXPECT_EQ(run("select * from m").substr(0, 5), "42P01");
}

TEST_F(Statements, functions_and_indexes_are_shown_with_what_they_are_of) {
  run("create table t (a int primary key, b varchar); create index i on t (b, a)");
  run("create function plus(x int, y bigint) returns bigint language sql as 'select x + y'");
  EXPECT_EQ(run("show functions"), "plus|integer, bigint|bigint|sql|\n");
  EXPECT_EQ(run("show indexes from t"), "i|t|b, a||b, a\n");
  EXPECT_EQ(run("select name, arg_type_ids, return_type_id from rw_functions"),
            "plus|{23,20}|20\n");
  EXPECT_EQ(run("select name, status from rw_streaming_jobs order by 1"), "i|CREATED\nt|CREATED\n");
  EXPECT_EQ(run("select count(*) from rw_system_tables where name = 'rw_tables'"), "1\n");
}

TEST_F(Statements, approximate_percentiles_follow_rows_that_come_and_go) {
  run("create table t (n int primary key, x double precision)");
  run("insert into t select a, a from generate_series(0, 1000) a");
  run("create materialized view m as select approx_percentile(0.01, 0.01) within group "
      "(order by x) as low, approx_percentile(1, 0.01) within group (order by x) as high from t");
  EXPECT_EQ(run("select * from m"), "10.074696689511264|1002.4280085221102\n");
  run("delete from t where x > 10; insert into t values (-1, -1000), (-2, null)");
  EXPECT_EQ(run("select low from m"), "-1002.4280085221102\n");
  EXPECT_EQ(run("delete from t; select low from m"), "NULL\n");
  EXPECT_EQ(run("select approx_percentile(0.5, 2) within group (order by 1.0)"),
            "22003: relative error 2 is not between 0 and 1");
}

TEST_F(Statements, who_did_not_make_a_thing_may_not_change_it) {
  run("create user joe; create table t (a int primary key); insert into t values (1)");
  run("create schema mine; create view v as select a from t; create user boss with superuser");
  const auto joe = [this](std::string_view text) {
    SessionOptions options;
    options.user = "joe";
    auto root = std::exchange(session, std::make_unique<Session>(*engine, options));
    std::string said = run(text);
    session = std::move(root);
    return said;
  };
  EXPECT_EQ(joe("drop table t"), "42501: must be owner of table t");
  EXPECT_EQ(joe("alter table t add column b int"), "42501: must be owner of table t");
  EXPECT_EQ(joe("create index i on t (a)"), "42501: must be owner of table t");
  EXPECT_EQ(joe("comment on table t is 'x'"), "42501: must be owner of table t");
  EXPECT_EQ(joe("create or replace view v as select 2 as a"), "42501: must be owner of view v");
  EXPECT_EQ(joe("truncate t"), "42501: permission denied for table t");
  EXPECT_EQ(joe("grant select on t to joe"), "42501: permission denied for table t");
  EXPECT_EQ(joe("create materialized view m as select * from t"),
            "42501: permission denied for table t");
  EXPECT_EQ(joe("create table c as select * from t"), "42501: permission denied for table t");
  EXPECT_EQ(joe("create sink s from t with (connector = 'blackhole')"),
            "42501: permission denied for table t");
  EXPECT_EQ(joe("create subscription s from t with (retention = '1D')"),
            "42501: permission denied for table t");
  EXPECT_EQ(joe("create table mine.x (a int)"), "42501: permission denied for schema mine");
  EXPECT_EQ(joe("drop schema mine"), "42501: must be owner of schema mine");
  EXPECT_EQ(joe("create schema more"), "42501: permission denied for database dev");
  EXPECT_EQ(joe("create database more"), "42501: permission denied to create database");
  EXPECT_EQ(joe("create user evil"), "42501: permission denied to create role");
  EXPECT_EQ(joe("alter user joe with superuser"), "42501: must be superuser to create superusers");
  EXPECT_EQ(joe("alter user root with password 'x'"),
            "42501: must be superuser to alter superusers");
  EXPECT_EQ(joe("drop user boss"), "42501: must be superuser to alter superusers");
  EXPECT_EQ(joe("alter system set barrier_interval_ms = 5").substr(0, 5), "42501");
  EXPECT_EQ(joe("alter user joe with password 'mine'"), "") << "one's own";

  EXPECT_EQ(joe("create table own (a int primary key); insert into own values (7)"), "");
  EXPECT_EQ(joe("update own set a = (select a from t)"), "42501: permission denied for table t");
  EXPECT_EQ(joe("create sink s into t as select a from own"),
            "42501: permission denied for table t");
  EXPECT_EQ(joe("alter table own add column b int; create index on own (a)"), "");
  run("grant select on t to joe with grant option; grant create on schema mine to joe");
  EXPECT_EQ(joe("create materialized view m as select a from t; select * from m"), "1\n");
  EXPECT_EQ(joe("grant select on t to boss; create table mine.x (a int)"), "");
  EXPECT_EQ(joe("grant insert on t to boss"), "42501: permission denied for table t");
  EXPECT_EQ(joe("drop materialized view m; drop table own, mine.x"), "");
}

TEST_F(Statements, several_columns_take_the_row_of_a_query) {
  run("create table t (id int primary key, a int, b varchar)");
  run("create table s (id int, x bigint, y varchar)");
  run("insert into t values (1, 0, ''), (2, 0, ''); insert into s values (1, 7, 'seven')");
  EXPECT_EQ(run("update t set (a, b) = (select x, y from s where s.id = t.id)"), "");
  EXPECT_EQ(run("select * from t order by id"), "1|7|seven\n2|NULL|NULL\n");
  EXPECT_EQ(run("update t set (a, b) = (select x from s)"),
            "42601: number of columns does not match number of values");
  EXPECT_EQ(run("update t set (a, b) = id").substr(0, 5), "0A000");
  run("insert into s values (2, 8, 'eight')");
  EXPECT_EQ(run("update t set (a, b) = (select x, y from s)").substr(0, 5), "21000");
}

TEST_F(Statements, cursors_are_shown) {
  run("create table t (a int primary key)");
  run("create subscription s from t with (retention = '1D')");
  run("declare c subscription cursor for s");
  run("begin; declare d cursor for select 1");
  EXPECT_EQ(run("show cursors; show subscription cursors"), "d\nc|s\n");
}

TEST_F(Statements, a_series_up_to_now_goes_on_in_a_view) {
  std::string now = run("select now()");
  now.pop_back();
  EXPECT_EQ(run("create materialized view m as select extract(epoch from g - '" + now +
                "')::int as s from generate_series('" + now +
                "'::timestamptz, now(), interval '1 minute') as g"),
            "");
  EXPECT_EQ(run("select * from m"), "0\n");
  run("select pg_sleep_for('2 minutes 30 seconds')");
  EXPECT_EQ(run("select * from m order by 1"), "0\n60\n120\n");
  restart();
  EXPECT_EQ(run("select * from m order by 1"), "0\n60\n120\n");
  run("select pg_sleep(60)");
  EXPECT_EQ(run("select * from m order by 1"), "0\n60\n120\n180\n");
  run("create materialized view many as select g from generate_series('1970-01-01'::timestamptz, "
      "now(), interval '1 microsecond') as g");
  EXPECT_EQ(run("select count(*) from many"), "0\n");
  run("create table t (a int)");
  EXPECT_EQ(run("create materialized view n as select * from t, generate_series('" + now +
                "'::timestamptz, now(), interval '1 minute')")
                .substr(0, 5),
            "0A000");
}

TEST_F(Statements, what_cannot_be_is_refused) {
  EXPECT_EQ(run("create schema pg_mine"), "42939: unacceptable schema name \"pg_mine\"");
  EXPECT_EQ(run("create table t (a int, b int, primary key (a), primary key (b))").substr(0, 5),
            "42601");
  EXPECT_EQ(run("set rw_implicit_flush = 'perhaps'"),
            "22023: parameter \"rw_implicit_flush\" requires a Boolean value");
  EXPECT_EQ(run("set query_mode = 'fast'").substr(0, 5), "22023");
  EXPECT_EQ(run("set rw_implicit_flush to ON; set extra_float_digits = 3; set query_mode = Local"),
            "");
  run("create table t (a int)");
  for (const char* frame :
       {"between 1 following and 1 preceding", "between current row and 1 preceding",
        "unbounded following", "between 1 preceding and unbounded preceding"})
    EXPECT_EQ(
        run("select sum(a) over (order by a rows " + std::string(frame) + ") from t").substr(0, 5),
        "42P20")
        << frame;
}

TEST_F(Statements, a_secret_gets_another_value) {
  run("create secret s with (backend = 'meta') as 'one'");
  EXPECT_EQ(run("alter secret s with (backend = 'meta') as 'two'"), "");
  EXPECT_EQ(run("alter secret none as 'x'"), "42704: secret \"none\" does not exist");
  const auto value = [this] { return engine->catalog().secrets().begin()->second.value; };
  EXPECT_EQ(value(), "two");
  restart();
  EXPECT_EQ(value(), "two");
  EXPECT_EQ(run("drop secret s; show secrets"), "");
}

}  // namespace
}  // namespace levada::streaming
