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

TEST_F(MapTest, maps_are_no_keys_because_they_are_not_compared) {
  run("create table t (id int primary key, m map(varchar, int), l map(int, int)[])");
  for (const char* statement :
       {"select m, count(*) from t group by m",
        "select distinct m from t",
        "select distinct on (m) id from t",
        "select id from t order by m",
        "select l from t order by 1",
        "select m from t union select m from t",
        "select m from t except all select m from t",
        "select m from t union all select m from t order by m",
        "select count(distinct m) from t",
        "select array_agg(id order by m) from t",
        "select min(m) from t",
        "select mode() within group (order by m) from t",
        "select arg_min(id, m) from t",
        "select row_number() over (partition by m order by id) from t",
        "select rank() over (order by m) from t",
        "select m is distinct from m from t",
        "select l = l from t",
        "select row(m) = row(m) from t",
        "select greatest(m, m) from t",
        "select array_sort(l) from t",
        "select array_position(l, l[1]) from t",
        "select m in (select m from t) from t",
        "select id from t join t as u using (m)",
        "create table k (m map(int, int) primary key)",
        "create index i on t (m)",
        "create table k (id int, m map(int, int), primary key (id, m))",
        "create materialized view v as select m from t group by m",
        "with recursive r as (select m from t union select m from r) select 1 from r"})
    EXPECT_EQ(run(statement).substr(0, 5), "42883") << statement;
  EXPECT_EQ(run("create table k (m map(int, int)); alter table k add primary key (m)").substr(0, 5),
            "42883");
  run("insert into t values (1, map{'b': 1, 'a': 2}, array[map{1: 2}])");
  EXPECT_EQ(run("select m from t union all select m from t"), "{b:1,a:2}\n{b:1,a:2}\n");
  EXPECT_EQ(run("select arg_min(m, id), array_agg(m) from t group by m['a']"),
            "{b:1,a:2}|{\"{b:1,a:2}\"}\n");
}

TEST_F(MapTest, the_catalog_knows_the_types) {
  run("create table t (id int primary key, m map(int, int), v vector(2), l map(int, int)[])");
  EXPECT_EQ(run("select attname, format_type(atttypid, atttypmod), typname from pg_attribute join "
                "pg_type t on t.oid = atttypid where attrelid = 't'::regclass and attnum > 1 order "
                "by attnum"),
            "m|map|map\nv|vector|vector\nl|map[]|_map\n");
}

TEST_F(MapTest, what_is_nested_deeply_is_read_back_or_refused) {
  const auto nested = [](std::string_view open, std::string inside, std::string_view close, int n) {
    for (int i = 0; i < n; ++i) inside = std::string(open) + inside + std::string(close);
    return inside;
  };
  EXPECT_EQ(
      run("create table t (id int primary key, m " + nested("map(int, ", "int", ")", 50) + ")"),
      "");
  const std::string values = nested("map{1: ", "7", "}", 50);
  EXPECT_EQ(run("insert into t values (1, " + values + ")"), "");
  run("create materialized view v as select array_length(array_agg(map{2: map{3: m}})) from t");
  restart();
  EXPECT_EQ(run("select id, m[1][1] is null from t"), "1|f\n");
  EXPECT_EQ(run("select * from v"), "1\n");
  EXPECT_EQ(run("create table u (m " + nested("map(int, ", "int", ")", 51) + ")"),
            "54001: the type of a column is nested too deeply");
  EXPECT_EQ(run("create materialized view w as select array[m] as m from t").substr(0, 5), "54001");
  EXPECT_EQ(run("create table w as select map{1: m} as m from t").substr(0, 5), "54001");
}

TEST_F(MapTest, vectors_compare_element_by_element) {
  run("create table t (v vector(2) primary key)");
  run("create materialized view most as select max(v) as v from t");
  run("insert into t values ('[-1,5]'), ('[2,-3]'), ('[0,0]'), ('[-0,0]'), ('[10,0]'), "
      "('[-1.5,0]')");
  EXPECT_EQ(run("select v from t order by v"), "[-1.5,0]\n[-1,5]\n[0,0]\n[2,-3]\n[10,0]\n");
  EXPECT_EQ(run("select * from most"), "[10,0]\n");
  run("delete from t where v > '[2,-4]'");
  restart();
  EXPECT_EQ(run("select * from most"), "[0,0]\n");
}

}  // namespace
}  // namespace levada::streaming
