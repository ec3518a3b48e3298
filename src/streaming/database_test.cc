// Databases, users and privileges, through sessions.

#include "streaming/session_fixture.h"

namespace levada::streaming {
namespace {

class DatabaseTest : public SessionTest {
 protected:
  std::string run_as(SessionOptions options, std::string_view text) {
    auto mine = std::exchange(session, std::make_unique<Session>(*engine, std::move(options)));
    std::string out = run(text);
    session = std::move(mine);
    return out;
  }
  std::string run_in(std::string database, std::string_view text) {
    return run_as({.database = std::move(database)}, text);
  }
};

TEST_F(DatabaseTest, names_of_one_mean_nothing_in_another) {
  run("create table t (a int)");
  run("insert into t values (1)");
  EXPECT_EQ(run("create database other"), "");
  EXPECT_EQ(run("create database other"), "42P04: database \"other\" already exists");
  EXPECT_EQ(run("show databases"), "dev\nother\n");
  EXPECT_EQ(run_in("other", "select * from t"), "42P01: relation \"t\" does not exist");
  EXPECT_EQ(run_in("other", "create table t (b int); insert into t values (7)"), "");
  EXPECT_EQ(run_in("other", "create schema s; create materialized view s.m as select b from t"),
            "");
  EXPECT_EQ(run("select * from t"), "1\n");
  EXPECT_EQ(run_in("other", "select * from s.m"), "7\n");
  EXPECT_EQ(run("select table_name from information_schema.tables"), "t\n");
  EXPECT_EQ(run_in("other", "show schemas"),
            "public\ns\ninformation_schema\npg_catalog\nrw_catalog\n");
  restart();
  EXPECT_EQ(run_in("other", "select b from t"), "7\n");
  EXPECT_EQ(run("drop database dev"), "55006: cannot drop the currently open database");
  EXPECT_EQ(run("drop database other"), "");
  EXPECT_FALSE(Session::has_database(*engine, "other"));
  EXPECT_EQ(run("select * from t"), "1\n");
}

TEST_F(DatabaseTest, a_checkpoint_has_the_databases) {
  interval = Bytes{1};
  restart();
  run("create database other");
  run_in("other", "create table t (b int); insert into t values (7); insert into t values (8)");
  restart();
  EXPECT_EQ(run_in("other", "select b from t order by b"), "7\n8\n");
}

TEST_F(DatabaseTest, a_user_may_do_what_it_was_granted) {
  run("create table t (a int); insert into t values (1); create user alice");
  const SessionOptions alice{.user = "alice"};
  EXPECT_EQ(run_as(alice, "select * from t"), "42501: permission denied for table t");
  EXPECT_EQ(run("grant select on t to alice"), "");
  EXPECT_EQ(run_as(alice, "select * from t"), "1\n");
  EXPECT_EQ(run_as(alice, "insert into t values (2)"), "42501: permission denied for table t");
  EXPECT_EQ(run("select has_table_privilege('alice', 't', 'SELECT'), has_table_privilege('alice', "
                "'t', 'SELECT, INSERT'), has_table_privilege('alice', 't', 'SELECT WITH GRANT "
                "OPTION')"),
            "t|f|f\n");
  restart();
  EXPECT_EQ(run_as(alice, "select * from t"), "1\n");
  EXPECT_EQ(run("drop user alice").substr(0, 5), "2BP01");
  EXPECT_EQ(run("revoke all on t from alice"), "");
  EXPECT_EQ(run_as(alice, "select * from t"), "42501: permission denied for table t");
  EXPECT_EQ(run("alter table t owner to alice"), "");
  EXPECT_EQ(run_as(alice, "select * from t"), "1\n");
  EXPECT_EQ(run("select rolname from pg_roles join pg_class on relowner = pg_roles.oid where "
                "relname = 't'"),
            "alice\n");
  EXPECT_EQ(run("grant frobnicate on t to alice").substr(0, 5), "0LP01");
  EXPECT_EQ(run("create user alice"), "42710: role \"alice\" already exists");
}

TEST_F(DatabaseTest, use_goes_to_another_database) {
  run("create database other; create table here (a int)");
  EXPECT_EQ(run("use other; select current_database(); show tables"), "other\n");
  EXPECT_EQ(run("select * from here").substr(0, 5), "42P01");
  EXPECT_EQ(run("use nowhere"), "3D000: database \"nowhere\" does not exist");
  EXPECT_EQ(run("set database to dev; show tables"), "here\n");
  EXPECT_EQ(run("begin; use other").substr(0, 5), "25001");
}

TEST_F(DatabaseTest, a_select_reads_other_databases_and_nothing_else_does) {
  run("create database other; create table t (a int); insert into t values (1)");
  run("use other; create table t (a int); insert into t values (2)");
  run("create view w as select 3 as a; create materialized view m as select a * 10 as a from t");
  run("use dev");
  EXPECT_EQ(run("select a from other.public.t union all select a from dev.public.t union all "
                "select a from other.public.m order by 1"),
            "1\n2\n20\n");
  EXPECT_EQ(run("select * from other.public.w").substr(0, 5), "42P01");
  EXPECT_EQ(run("select * from nowhere.public.t").substr(0, 5), "42P01");
  EXPECT_EQ(run("select * from nowhere.information_schema.tables").substr(0, 5), "42P01");
  EXPECT_EQ(run("create materialized view v as select * from other.public.t").substr(0, 5),
            "42P01");
  EXPECT_EQ(run("create table other.public.u (a int)").substr(0, 5), "0A000");
  EXPECT_EQ(run("drop table other.public.t").substr(0, 5), "0A000");
  EXPECT_EQ(run("insert into other.public.t values (3)").substr(0, 5), "0A000");
  EXPECT_EQ(run("delete from dev.public.t; insert into t select a from other.public.t"), "");
  EXPECT_EQ(run("select * from t"), "2\n");
}

}  // namespace
}  // namespace levada::streaming
