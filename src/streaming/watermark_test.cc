// Watermarks, EMIT ON WINDOW CLOSE, time to live and changelogs, through sessions.

#include "streaming/session_fixture.h"

namespace levada::streaming {
namespace {

class WatermarkTest : public SessionTest {};

TEST_F(WatermarkTest, a_group_comes_out_once_when_its_window_has_closed) {
  run("create table t (at timestamp, n int, watermark for at as at - interval '5 minutes') "
      "append only");
  EXPECT_EQ(run("create materialized view m as select window_start, sum(n) as s from "
                "tumble(t, at, interval '1 hour') group by window_start emit on window close"),
            "");
  run("insert into t values ('2024-01-01 16:10', 1), ('2024-01-01 16:50', 2), "
      "('2024-01-01 17:03', 4)");
  EXPECT_EQ(run("select * from m"), "");
  run("insert into t values ('2024-01-01 17:06', 8)");
  EXPECT_EQ(run("select * from m"), "2024-01-01 16:00:00|3\n");
  run("insert into t values ('2024-01-01 16:59', 100)");  // too late
  EXPECT_EQ(run("select count(*) from t"), "4\n");
  run("insert into t values ('2024-01-01 18:10', 16)");
  const std::string both = "2024-01-01 16:00:00|3\n2024-01-01 17:00:00|12\n";
  EXPECT_EQ(run("select * from m order by 1"), both);
  restart();
  EXPECT_EQ(run("select * from m order by 1"), both);
  run("insert into t values ('2024-01-01 17:59', 100)");  // still too late
  EXPECT_EQ(run("select * from m order by 1"), both);
}

TEST_F(WatermarkTest, a_row_comes_out_when_its_frame_is_complete) {
  run("create table t (at int, k int, watermark for at as at - 10) append only");
  EXPECT_EQ(run("create materialized view m as select at, lead(at) over (partition by k order by "
                "at) as next from t emit on window close"),
            "");
  EXPECT_EQ(run("create materialized view s as select at, first_value(at) over (partition by k "
                "order by at session with gap 5) as first from t emit on window close"),
            "");
  run("insert into t values (1, 1), (3, 1), (9, 1), (30, 1)");
  EXPECT_EQ(run("select * from m order by 1"), "1|3\n3|9\n");
  EXPECT_EQ(run("select * from s order by 1"), "1|1\n3|1\n");
  run("insert into t values (50, 1)");
  EXPECT_EQ(run("select * from m order by 1"), "1|3\n3|9\n9|30\n");
  EXPECT_EQ(run("select * from s order by 1"), "1|1\n3|1\n9|9\n");
}

TEST_F(WatermarkTest, what_never_closes_is_refused) {
  run("create table t (at int, n int)");
  EXPECT_EQ(run("create materialized view m as select n, count(*) from t group by n emit on window "
                "close"),
            "0A000: The query cannot be executed in Emit-On-Window-Close mode.");
  EXPECT_EQ(run("create table u (at int, watermark for at as at - 1)"),
            "0A000: Defining watermarks on table requires the table to be append only.");
}

TEST_F(WatermarkTest, a_row_whose_time_has_passed_changes_nothing_any_more) {
  run("create table t (k int primary key, at int, v varchar, watermark for at as at - 10 with "
      "ttl)");
  run("create materialized view m as select * from t");
  run("insert into t values (1, 5, 'a')");
  run("insert into t values (2, 20, 'b')");
  run("insert into t values (3, 4, 'late')");
  EXPECT_EQ(run("select * from m order by k"), "1|5|a\n2|20|b\n");
  run("insert into t values (2, 4, 'b')");    // its row ends
  run("insert into t values (1, 15, 'aa')");  // a new row beside the old one
  EXPECT_EQ(run("select * from m order by k, at"), "1|5|a\n1|15|aa\n");
  run("delete from t where k = 1");
  EXPECT_EQ(run("select * from m order by k, at"), "1|5|a\n");
}

TEST_F(WatermarkTest, a_changelog_has_a_row_for_each_change) {
  run("create table t (k int primary key, v int)");
  EXPECT_EQ(run("create materialized view m as with c as changelog from t select * from c"), "");
  run("insert into t values (1, 10)");
  run("update t set v = 11");
  run("delete from t");
  const std::string all = "1|10|1\n1|10|4\n1|11|2\n1|11|3\n";
  EXPECT_EQ(run("select * from m order by v, changelog_op"), all);
  restart();
  EXPECT_EQ(run("select * from m order by v, changelog_op"), all);
  EXPECT_EQ(run("with c as changelog from t select * from c").substr(0, 5), "0A000");
}

}  // namespace
}  // namespace levada::streaming
