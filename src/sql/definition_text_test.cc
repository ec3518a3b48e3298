#include "sql/definition_text.h"

#include <gtest/gtest.h>

#include "sql/parser.h"

namespace levada::sql {
namespace {

bool ends_with_secret(std::string_view option) { return option.ends_with("secret_access_key"); }

std::string canonical(std::string_view text) {
  const auto parsed = parse(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message);
  if (!parsed || parsed->size() != 1) return {};
  return definition_text(parsed->front(), text, ends_with_secret);
}

// What is shown can be created again, and shows itself then.
void expect_shown(std::string_view text, std::string_view shown) {
  EXPECT_EQ(canonical(text), shown);
  EXPECT_EQ(canonical(shown), shown);
}

TEST(DefinitionText, shows_a_sink_as_the_specification_does) {
  expect_shown(
      "create sink s from t with (connector='kinesis', aws.region = 'us-east-1') "
      "format plain encode json (force_append_only=true) key encode text",
      "CREATE SINK s FROM t WITH (connector = 'kinesis', aws.region = 'us-east-1') FORMAT PLAIN "
      "ENCODE JSON (force_append_only = 'true') KEY ENCODE TEXT");
}

TEST(DefinitionText, masks_secrets_and_nothing_else) {
  expect_shown(
      "CREATE SINK IF NOT EXISTS s AS SELECT a, 'aws.secret_access_key' FROM t WITH ("
      "\"aws\".credentials.access_key_id = 'AKIA', "
      "aws.credentials.SECRET_ACCESS_KEY = 'it''s, (hidden', stream = 'x''y')",
      "CREATE SINK IF NOT EXISTS s AS SELECT a, 'aws.secret_access_key' FROM t WITH ("
      "aws.credentials.access_key_id = 'AKIA', "
      "aws.credentials.secret_access_key = '[REDACTED]', stream = 'x''y')");
  expect_shown("create secret k with (backend = 'meta') as 'hunter2'",
               "CREATE SECRET k WITH (backend = 'meta') AS '[REDACTED]'");
  expect_shown("alter secret k as 'my secret'", "ALTER SECRET k AS '[REDACTED]'");
}

TEST(DefinitionText, quotes_names_that_are_no_plain_words) {
  expect_shown("create table \"Order\" (\"select\" int, \"a\"\"b\" text, c_1 int, \"1d\" int)",
               "CREATE TABLE \"Order\" (\"select\" INT, \"a\"\"b\" TEXT, c_1 INT, \"1d\" INT)");
}

TEST(DefinitionText, keeps_every_clause_of_a_table) {
  expect_shown(
      "create table if not exists sales.t (id bigint, v numeric(10,2) default 1 + 2 * 3, "
      "at timestamp with time zone not null, s struct<a int, b varchar[]>, d double precision, "
      "w int as v::int + 1, primary key (id), watermark for at as at - interval '5 seconds') "
      "append only on conflict do update if not null with version column (v)",
      "CREATE TABLE IF NOT EXISTS sales.t (id BIGINT, v NUMERIC(10, 2) DEFAULT 1 + 2 * 3, "
      "at TIMESTAMP WITH TIME ZONE NOT NULL, s STRUCT<a INT, b CHARACTER VARYING[]>, d DOUBLE, "
      "w INT AS v::int + 1, PRIMARY KEY (id), WATERMARK FOR at AS at - interval '5 seconds') "
      "APPEND ONLY ON CONFLICT DO UPDATE IF NOT NULL WITH VERSION COLUMN (v)");
  expect_shown("create table u (a int primary key) on conflict ignore",
               "CREATE TABLE u (a INT PRIMARY KEY) ON CONFLICT IGNORE");
  expect_shown("create table c as select 1 as one", "CREATE TABLE c AS select 1 as one");
}

TEST(DefinitionText, keeps_every_clause_of_a_source) {
  expect_shown(
      "create source s (*, extra int) include partition as shard include timestamp "
      "with (connector = 'kinesis', scan.startup.mode = 'earliest') format plain encode json",
      "CREATE SOURCE s (*, extra INT) INCLUDE PARTITION AS shard INCLUDE TIMESTAMP "
      "WITH (connector = 'kinesis', scan.startup.mode = 'earliest') FORMAT PLAIN ENCODE JSON");
}

TEST(DefinitionText, keeps_the_words_of_queries) {
  expect_shown("create materialized view v (a, b) as select  x, y from t where x>1",
               "CREATE MATERIALIZED VIEW v (a, b) AS select  x, y from t where x>1");
  expect_shown("create or replace view v as (select 1) union all (select 2)",
               "CREATE OR REPLACE VIEW v AS (select 1) union all (select 2)");
  expect_shown(
      "create materialized view v as select max(x) from t group by w "
      "emit on window close",
      "CREATE MATERIALIZED VIEW v AS select max(x) from t group by w "
      "EMIT ON WINDOW CLOSE");
}

TEST(DefinitionText, shows_an_index_with_its_terms) {
  expect_shown("create index i on t (a + 1 desc, lower(b)) include (c) distributed by (a)",
               "CREATE INDEX i ON t(a + 1 DESC, lower(b)) INCLUDE (c) DISTRIBUTED BY (a)");
}

TEST(DefinitionText, leaves_other_statements_as_written) {
  EXPECT_EQ(canonical("select   1"), "select   1");
}

}  // namespace
}  // namespace levada::sql
