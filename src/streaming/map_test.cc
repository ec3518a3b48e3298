// Maps and vectors in tables and views: stored, changed, looked into, and there after a restart.

#include "streaming/session_fixture.h"

namespace levada::streaming {
namespace {

using MapTest = SessionTest;

TEST_F(MapTest, a_map_is_kept_and_looked_into_by_views) {
  EXPECT_EQ(run("create table t (id int primary key, m map(varchar, int), n map(int, "
                "map(varchar, boolean)))"),
            "");
  run("create materialized view v as select id, m['k'] as k, map_insert(m, 'id', id) as more, "
      "map_filter(m, |key, value| value > id) as above from t");
  run("insert into t values (1, map{'k': 5, 'z': null}, map{7: map{'x': true}}), (2, null, null)");
  EXPECT_EQ(run("select * from v order by id"), "1|5|{k:5,z:NULL,id:1}|{k:5}\n2|NULL|NULL|NULL\n");
  run("update t set m = map_delete(m, 'k') where id = 1");
  restart();
  EXPECT_EQ(run("select * from v order by id"), "1|NULL|{z:NULL,id:1}|NULL\n2|NULL|NULL|NULL\n");
  EXPECT_EQ(run("select n, n[7]['x'], to_jsonb(n) from t where id = 1"),
            "{7:{x:t}}|t|{\"7\": {\"x\": true}}\n");
  EXPECT_EQ(run("select key, value from t, unnest(map_entries(map_insert(m, 'a', 2))) order by 1"),
            "a|2\nz|NULL\n");
}

TEST_F(MapTest, what_is_no_map_is_refused) {
  EXPECT_EQ(run("create table t (m map(float, int))"),
            "42804: invalid map key type: double precision");
  run("create table t (id int primary key, m map(varchar, int))");
  EXPECT_EQ(run("insert into t values (1, map{'a': 'x'})").substr(0, 5), "42804");
  EXPECT_EQ(run("select map_filter(m, |v| v > 1) from t").substr(0, 5), "0A000");
  EXPECT_EQ(run("select map_filter(m, |k, v| v + 1) from t").substr(0, 5), "42804");
  EXPECT_EQ(run("select map_keys(id) from t").substr(0, 5), "42883");
  EXPECT_EQ(run("select m < m from t").substr(0, 5), "42883");
}

TEST_F(MapTest, vectors_are_ordered_by_their_distance) {
  run("create table t (id int primary key, e vector(3)) append only");
  run("create materialized view nearest as select id, e <-> '[3,2,1]' as distance from t order by "
      "distance limit 2");
  EXPECT_EQ(run("create index i on t using hnsw (e) with (distance_type = 'l2')"), "");
  run("insert into t values (1, '[1,2,3]'), (2, '[4,5,6]'), (3, '[7,8,9]'), (4, null)");
  EXPECT_EQ(run("select id, power(distance, 2)::int from nearest order by distance"),
            "1|8\n2|35\n");
  restart();
  run("insert into t values (5, array[3, 2, 1.5]::real[]::vector(3))");
  EXPECT_EQ(run("select id, distance from nearest order by distance limit 1"), "5|0.5\n");
  EXPECT_EQ(run("select array(select id from t order by e <=> '[1,2,3]' limit 2)"), "{1,2}\n");
  EXPECT_EQ(run("insert into t values (6, '[1,2]')"), "22000: expected 3 dimensions, not 2");
  EXPECT_EQ(run("create table u (e vector)").substr(0, 5), "42601");
}

}  // namespace
}  // namespace levada::streaming
