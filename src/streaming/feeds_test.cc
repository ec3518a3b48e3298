// Sources and sinks as the engine runs them.

#include "streaming/session_fixture.h"

namespace levada::streaming {
namespace {

class Feeds : public SessionTest {
 protected:
  void make_source(std::string_view events) {
    EXPECT_EQ(run("create source bid (auction bigint, bidder bigint, price bigint) with (connector "
                  "= 'nexmark', nexmark.table.type = 'Bid', nexmark.min.event.gap.in.ns = '0', "
                  "nexmark.event.num = '" +
                  std::string(events) + "')"),
              "");
  }
  static constexpr Nanos moment = std::chrono::seconds(1);
};

TEST_F(Feeds, a_view_made_later_reads_a_source_from_its_beginning) {
  make_source("1000");
  EXPECT_EQ(run("create materialized view early as select count(*) as n, sum(price) as s from bid"),
            "");
  pass(moment);
  const std::string all = run("select n, s from early");
  EXPECT_EQ(all.substr(0, 4), "920|");  // 46 of 50 events are bids
  EXPECT_EQ(run("create materialized view late as select count(*) as n, sum(price) as s from bid"),
            "");
  pass(moment);
  EXPECT_EQ(run("select n, s from late"), all);
  restart();
  pass(moment);
  EXPECT_EQ(run("select n, s from early union all select n, s from late"), all + all);
}

TEST_F(Feeds, a_source_is_selected_from_its_beginning_to_its_end) {
  make_source("1000");
  EXPECT_EQ(run("select count(*) from bid"), "920\n");
  EXPECT_EQ(run("select a.n = b.n from (select count(*) as n from bid) a, (select count(*) as n "
                "from bid where price > -1) b"),
            "t\n");
  EXPECT_EQ(run("create source endless (price bigint) with (connector = 'nexmark', "
                "nexmark.table.type = 'Bid')"),
            "");
  EXPECT_EQ(run("select * from endless").substr(0, 5), "0A000");
  run("create table t (auction bigint, bidder bigint, price bigint)");
  EXPECT_EQ(run("insert into t select * from bid").substr(0, 5), "0A000");
}

TEST_F(Feeds, whoever_reads_a_source_is_seen_and_goes_with_its_reader) {
  make_source("100");
  const std::string status = "select source, reader, rows from levada.source_status order by 2";
  EXPECT_EQ(run(status), "bid|bid|0\n");
  run("create materialized view v as select * from bid");
  run("create sink s from bid with (connector = 'blackhole')");
  pass(moment);
  EXPECT_EQ(run(status), "bid|bid|0\nbid|s|92\nbid|v|92\n");
  EXPECT_EQ(run("show sources"), "bid\n");
  EXPECT_EQ(run("drop source bid").substr(0, 5), "2BP01");
  EXPECT_EQ(run("drop sink s"), "");
  EXPECT_EQ(run(status), "bid|bid|0\nbid|v|92\n");
  EXPECT_EQ(run("drop source bid cascade"), "");
  EXPECT_EQ(run(status), "");
}

TEST_F(Feeds, datagen_makes_sequences_and_chance_at_its_rate) {
  EXPECT_EQ(run("create table made (id int, x double precision, name varchar, tags int[], "
                "at timestamp, twice int as id * 2, primary key (id)) with (connector = 'datagen', "
                "fields.id.kind = 'sequence', fields.id.start = '1', fields.id.end = '1000', "
                "fields.x.min = '0', fields.x.max = '1', fields.name.length = '5', "
                "fields.tags.length = '2', fields.tags._.min = '7', fields.tags._.max = '8', "
                "datagen.rows.per.second = '100')"),
            "");
  pass(moment);
  const std::string some = run("select count(*) from made");
  EXPECT_GT(std::stoi(some), 50);
  EXPECT_LT(std::stoi(some), 150);
  pass(10 * moment);
  pass(10 * moment);
  EXPECT_EQ(run("select count(*), min(id), max(id), bool_and(x between 0 and 1), "
                "bool_and(length(name) = 5), bool_and(tags[1] in (7, 8) and tags[3] is null), "
                "count(distinct name) > 900, bool_and(twice = 2 * id) from made"),
            "1000|1|1000|t|t|t|t|t\n");
  EXPECT_EQ(run("create source s (a varchar) with (connector = 'datagen', fields.a.kind = "
                "'sequence')")
                .substr(0, 5),
            "22023");
}

TEST_F(Feeds, a_sink_that_replaces_another_delivers_what_that_one_has_not) {
  run("create table t (id int primary key, v int)");
  run("insert into t values (1, 1)");
  run("create sink s from t with (connector = 'kinesis') format plain encode json "
      "(force_append_only = 'true')");
  run("insert into t values (2, 2)");
  ASSERT_EQ(connector.epochs.size(), 2u);
  connector.epochs.clear();
  EXPECT_EQ(run("replace sink s from t with (connector = 'kinesis') format upsert encode json"),
            "");
  EXPECT_EQ(connector.last.format, SinkFormat::upsert);
  ASSERT_EQ(connector.epochs.size(), 2u);  // nothing was acknowledged; no snapshot besides
  EXPECT_EQ(connector.epochs[1]->changes[0].after[0].integer, 2);
  run("insert into t values (3, 3)");
  ASSERT_EQ(connector.epochs.size(), 3u);
  EXPECT_EQ(run("replace sink t2 from t with (connector = 'kinesis') format upsert encode json")
                .substr(0, 5),
            "42P01");
  EXPECT_EQ(run("replace sink s as select 1 with (connector = 'kinesis') format upsert encode json")
                .substr(0, 5),
            "0A000");
  connector.epochs.clear();
  restart();
  EXPECT_EQ(connector.epochs.size(), 3u);
}

}  // namespace
}  // namespace levada::streaming
