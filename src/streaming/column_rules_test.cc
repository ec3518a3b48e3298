// What a table asks of its rows: sizes, NOT NULL, keys that come later, conflicts; and statements
// that are decided together, cursors that go back.

#include "streaming/session_fixture.h"

namespace levada::streaming {
namespace {

using ColumnRules = SessionTest;

TEST_F(ColumnRules, a_size_rounds_or_refuses_as_postgresql_does) {
  run("create table t (id int primary key, n numeric(5,2), v varchar(3), c char(4), at "
      "timestamp(0), "
      "l varchar(2)[])");
  EXPECT_EQ(run("insert into t values (1, 123.456, 'abc', 'ab  ', '2024-01-01 00:00:00.6', "
                "'{ab,c}') returning n, v, c || '|', at, l"),
            "123.46|abc|ab||2024-01-01 00:00:01|{ab,c}\n");
  EXPECT_EQ(run("insert into t (id, n) values (2, 1234.5)"), "22003: numeric field overflow");
  EXPECT_EQ(run("insert into t (id, v) values (2, 'abcd')"),
            "22001: value too long for type character varying(3)");
  EXPECT_EQ(run("insert into t (id, c) values (2, 'abcde')"),
            "22001: value too long for type character(4)");
  EXPECT_EQ(run("insert into t (id, l) values (2, '{abc}')"),
            "22001: value too long for type character varying(2)");
  EXPECT_EQ(run("insert into t (id, v) values (2, 'ab     ') returning v || '|'"), "ab |\n");
  EXPECT_EQ(run("update t set n = 999.999 where id = 1"), "22003: numeric field overflow");
  EXPECT_EQ(run("update t set n = n + 0.001 where id = 1 returning n"), "123.46\n");
  EXPECT_EQ(run("select count(*) from t"), "2\n");
  EXPECT_EQ(run("select format_type(atttypid, atttypmod) from pg_attribute where attrelid = "
                "'t'::regclass and attnum > 1 order by attnum"),
            "numeric(5,2)\ncharacter varying(3)\ncharacter(4)\n"
            "timestamp(0) without time zone\ncharacter varying(2)[]\n");
  EXPECT_EQ(run("select character_maximum_length, numeric_precision, numeric_scale from "
                "information_schema.columns where table_name = 't' and column_name in ('n', 'v') "
                "order by column_name"),
            "NULL|5|2\n3|NULL|NULL\n");
}

TEST_F(ColumnRules, sizes_outlive_a_restart_and_come_with_new_columns) {
  run("create table t (id int primary key, v varchar(2))");
  run("insert into t values (1, 'ab')");
  run("alter table t add column n numeric(3,1) default 9.99");
  restart();
  EXPECT_EQ(run("select id, v, n from t"), "1|ab|10.0\n");
  EXPECT_EQ(run("insert into t (id, v) values (2, 'abc')"),
            "22001: value too long for type character varying(2)");
}

TEST_F(ColumnRules, a_size_that_makes_no_sense_is_refused) {
  EXPECT_EQ(run("create table t (a numeric(0))"),
            "22023: NUMERIC precision 0 must be between 1 and 1000");
  EXPECT_EQ(run("create table t (a numeric(2, 2000))"),
            "22023: NUMERIC scale 2000 must be between -1000 and 1000");
  EXPECT_EQ(run("create table t (a varchar(0))"),
            "22023: length for type varchar must be at least 1");
  EXPECT_EQ(run("create table t (a int(3))"),
            "42601: type modifier is not allowed for type \"int\"");
}

// As RisingWave has it; NOT NULL says otherwise.
TEST_F(ColumnRules, a_primary_key_takes_null_unless_it_is_not_null) {
  run("create table t (a int, b int not null, primary key (a, b))");
  EXPECT_EQ(run("insert into t values (1, null)"),
            "23502: null value in column \"b\" of relation \"t\" violates not-null constraint");
  EXPECT_EQ(run("insert into t values (null, 2); update t set a = null; select a, b from t"),
            "NULL|2\n");
  EXPECT_EQ(run("select attnotnull from pg_attribute where attrelid = 't'::regclass and "
                "attnum > 0 order by attnum"),
            "f\nt\n");
}

TEST_F(ColumnRules, a_primary_key_may_come_later_if_the_rows_allow_it) {
  run("create table t (a int, b varchar)");
  run("insert into t values (1, 'x'), (2, 'y')");
  EXPECT_EQ(run("alter table t add primary key (a)"), "");
  EXPECT_EQ(run("insert into t values (2, 'z'); select a, b from t order by a"), "1|x\n2|z\n");
  EXPECT_EQ(run("alter table t add primary key (b)"),
            "42P16: multiple primary keys for table \"t\" are not allowed");
  restart();
  EXPECT_EQ(run("insert into t values (1, 'w'); select a, b from t order by a"), "1|w\n2|z\n");
  run("create table u (a int, b varchar); insert into u values (1, 'x'), (1, null)");
  EXPECT_EQ(run("alter table u add primary key (a)"),
            "23505: could not create unique index \"u_pkey\"");
  EXPECT_EQ(run("alter table u alter column b set not null").substr(0, 5), "23502");
  EXPECT_EQ(run("select count(*) from u"), "2\n");
}

TEST_F(ColumnRules, defaults_and_not_null_of_a_column_change) {
  run("create table t (id int primary key, b varchar)");
  EXPECT_EQ(run("alter table t alter column b set default 'd' || 'd'"), "");
  EXPECT_EQ(run("insert into t (id) values (1) returning b"), "dd\n");
  EXPECT_EQ(run("alter table t alter b set not null; alter table t alter b drop default"), "");
  EXPECT_EQ(run("insert into t (id) values (2)").substr(0, 5), "23502");
  EXPECT_EQ(run("alter table t alter column b drop not null"), "");
  EXPECT_EQ(run("insert into t (id) values (2) returning b"), "NULL\n");
}

TEST_F(ColumnRules, a_column_that_nobody_reads_gets_another_name) {
  run("create table t (id int, b varchar(3) default 'x', primary key (id))");
  run("insert into t values (1, 'a')");
  EXPECT_EQ(run("alter table t rename column b to c; alter table t rename id to key"), "");
  restart();
  EXPECT_EQ(run("insert into t (key) values (1), (2); select key, c from t order by key"),
            "1|x\n2|x\n");
  EXPECT_EQ(run("alter table t rename c to key").substr(0, 5), "42701");
  EXPECT_EQ(run("alter table t rename b to d").substr(0, 5), "42703");
  run("create materialized view m as select c from t");
  EXPECT_EQ(run("alter table t rename c to d").substr(0, 5), "0A000");
}

TEST_F(ColumnRules, conflicts_do_nothing_or_update) {
  run("create table t (id int primary key, v varchar, n int)");
  run("create materialized view m as select count(*) as rows, sum(n) as n from t");
  run("insert into t values (1, 'a', 1)");
  EXPECT_EQ(run("insert into t values (1, 'b', 2), (2, 'c', 3), (2, 'd', 4) on conflict do nothing "
                "returning id, v"),
            "2|c\n");
  EXPECT_EQ(tag, "INSERT 0 1");
  EXPECT_EQ(run("insert into t as x (id, n) values (1, 10), (3, 30) on conflict (id) do update set "
                "n = x.n + excluded.n where x.v = 'a' returning id, v, n"),
            "1|a|11\n3|NULL|30\n");
  EXPECT_EQ(run("insert into t (id, n) values (2, 5) on conflict (id) do update set n = 0 where "
                "t.v = 'a'"),
            "");
  EXPECT_EQ(tag, "INSERT 0 0");
  EXPECT_EQ(run("select id, v, n from t order by id"), "1|a|11\n2|c|3\n3|NULL|30\n");
  EXPECT_EQ(run("select rows, n from m"), "3|44\n");
  EXPECT_EQ(run("insert into t values (1) on conflict (v) do nothing").substr(0, 5), "42P10");
}

TEST_F(ColumnRules, statements_of_one_message_are_decided_together) {
  run("create table t (id int primary key, v int not null)");
  const auto together = [&](std::string_view text) {
    session->begin_implicit();
    return run(text);
  };
  EXPECT_EQ(together("insert into t values (1, 1); select count(*) from t"), "1\n");
  EXPECT_EQ(run_elsewhere("select count(*) from t"), "0\n") << "it is not decided yet";
  EXPECT_TRUE(world.run(session->end_implicit())->has_value());
  EXPECT_EQ(run_elsewhere("select count(*) from t"), "1\n");
  EXPECT_EQ(session->transaction(), TransactionState::idle);

  EXPECT_EQ(together("insert into t values (2, 2); insert into t values (3, null)").substr(0, 5),
            "23502");
  session->statement_failed();
  EXPECT_EQ(session->transaction(), TransactionState::idle);
  EXPECT_EQ(run("select count(*) from t"), "1\n");

  // A definition, and FLUSH, decide what came before them.
  EXPECT_EQ(together("insert into t values (4, 4); create table u (a int)"), "");
  EXPECT_EQ(run_elsewhere("select count(*) from t"), "2\n");
  EXPECT_EQ(together("insert into t values (5, 5); flush"), "");
  EXPECT_EQ(run_elsewhere("select count(*) from t"), "3\n");
  EXPECT_EQ(together("savepoint a").substr(0, 5), "25P01");
  session->statement_failed();

  // What the client begins itself, it ends itself.
  EXPECT_EQ(together("insert into t values (6, 6); begin; insert into t values (7, 7)"), "");
  EXPECT_TRUE(world.run(session->end_implicit())->has_value());
  EXPECT_EQ(session->transaction(), TransactionState::open);
  EXPECT_EQ(run("rollback; select count(*) from t"), "3\n");
}

TEST_F(ColumnRules, cursors_go_back_and_to_places) {
  EXPECT_EQ(run("begin; declare c scroll cursor for select x from generate_series(1, 5) as x; "
                "fetch 2 from c"),
            "1\n2\n");
  EXPECT_EQ(run("fetch prior from c"), "1\n");
  EXPECT_EQ(run("fetch prior from c"), "");
  EXPECT_EQ(run("fetch last from c"), "5\n");
  EXPECT_EQ(run("fetch next from c"), "");
  EXPECT_EQ(run("fetch backward 2 from c"), "5\n4\n");
  EXPECT_EQ(run("fetch absolute 2 from c"), "2\n");
  EXPECT_EQ(run("fetch relative 2 from c"), "4\n");
  EXPECT_EQ(run("fetch 0 from c"), "4\n");
  EXPECT_EQ(run("fetch -1 from c"), "3\n");
  EXPECT_EQ(run("move 1 from c"), "");
  EXPECT_EQ(tag, "MOVE 1");
  EXPECT_EQ(run("fetch all from c"), "5\n");
  EXPECT_EQ(run("fetch backward all from c"), "5\n4\n3\n2\n1\n");
  EXPECT_EQ(run("fetch first in c"), "1\n");
}

}  // namespace
}  // namespace levada::streaming
