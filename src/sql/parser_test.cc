#include "sql/parser.h"

#include <gtest/gtest.h>

namespace levada::sql {
namespace {

std::string refusal(std::string_view text) {
  const auto parsed = parse(text);
  if (parsed) return "accepted";
  return parsed.error().message + " @" + std::to_string(parsed.error().position);
}

template <class Form>
Form one(std::string_view text) {
  auto parsed = parse(text);
  EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : refusal(text));
  if (!parsed || parsed->size() != 1) return {};
  EXPECT_TRUE(std::holds_alternative<Form>(parsed->front().form)) << text;
  return std::get<Form>(std::move(parsed->front().form));
}

// A term in prefix form, to see how it was grouped.
std::string shape(const Term& term) {
  std::string head;
  switch (term.kind) {
    case TermKind::column:
      for (const std::string& name : term.names) head += (head.empty() ? "" : ".") + name;
      return head;
    case TermKind::number:
    case TermKind::boolean:
      return term.text;
    case TermKind::string:
      return "'" + term.text + "'";
    case TermKind::null:
      return "null";
    case TermKind::star:
      return "*";
    case TermKind::group:
      return shape(*term.arguments.front());
    case TermKind::all:
      head = "and";
      break;
    case TermKind::any:
      head = "or";
      break;
    case TermKind::negation:
      head = "not";
      break;
    case TermKind::call:
      head = term.names.back();
      break;
    case TermKind::cast:
      head = "::" + term.type.name;
      break;
    case TermKind::is:
      head = "is " + term.text;
      break;
    case TermKind::between:
      head = "between";
      break;
    case TermKind::in_list:
      head = "in";
      break;
    case TermKind::choose:
      head = "case";
      break;
    case TermKind::element:
      head = "[]";
      break;
    case TermKind::slice:
      head = "[:]";
      break;
    case TermKind::field:
      head = "." + term.text;
      break;
    case TermKind::row:
      head = "row";
      break;
    case TermKind::array:
      head = "array";
      break;
    case TermKind::like:
      head = term.text;
      break;
    case TermKind::at_time_zone:
      head = "at time zone";
      break;
    case TermKind::quantified:
      head = term.text + (term.every ? " all" : " any");
      break;
    case TermKind::subquery:
      return "(query)";
    default:
      head = term.text;
  }
  if (term.negated) head = "not-" + head;
  std::string text = "(" + head;
  for (const TermRef& argument : term.arguments) text += argument ? " " + shape(*argument) : " _";
  return text + ")";
}

std::string shape(std::string_view text) {
  const auto term = parse_term(text);
  return term ? shape(**term) : term.error().message;
}

TEST(Parser, OperatorsBindAsInPostgresql) {
  EXPECT_EQ(shape("a + b * c - d"), "(- (+ a (* b c)) d)");
  EXPECT_EQ(shape("a or b and not c = d"), "(or a (and b (not (= c d))))");
  EXPECT_EQ(shape("-1::int"), "(- (::int 1))");
  EXPECT_EQ(shape("2 ^ 3 ^ 2"), "(^ (^ 2 3) 2)");
  EXPECT_EQ(shape("a || b = c"), "(= (|| a b) c)");
  EXPECT_EQ(shape("a between 1 and 2 and b"), "(and (between a 1 2) b)");
  EXPECT_EQ(shape("a not in (1, 2)"), "(not-in a 1 2)");
  EXPECT_EQ(shape("a is not null"), "(not-is null a)");
  EXPECT_EQ(shape("(a or b) and c"), "(and (or a b) c)");
  EXPECT_EQ(shape("a ->> 'x' = 'y'"), "(= (->> a 'x') 'y')");
  EXPECT_EQ(shape("x = any(array[1,2])"), "(= any x (array 1 2))");
  EXPECT_EQ(shape("ts at time zone 'UTC' > now()"), "(> (at time zone ts 'UTC') (now))");
  EXPECT_EQ(shape("a <> -b"), "(<> a (- b))");
  EXPECT_EQ(shape("a*-1"), "(* a (- 1))");
}

TEST(Parser, SpecialFormsBecomeCallsWithPlainArguments) {
  EXPECT_EQ(shape("extract(epoch from ts)"), "(extract 'epoch' ts)");
  EXPECT_EQ(shape("substring(s from 2 for 3)"), "(substring s 2 3)");
  EXPECT_EQ(shape("position('a' in s)"), "(position s 'a')");
  EXPECT_EQ(shape("trim(leading 'x' from s)"), "(ltrim s 'x')");
  EXPECT_EQ(shape("interval '1' day"), "(::interval '1 day')");
  EXPECT_EQ(shape("timestamp with time zone '2020-01-01'"),
            "(::timestamp with time zone '2020-01-01')");
  EXPECT_EQ(shape("case a when 1 then 'x' else 'y' end"), "(case a 1 'x' 'y')");
  EXPECT_EQ(shape("(a).b.c"), "(.c (.b a))");
  EXPECT_EQ(shape("a.b[1][2:3]"), "([:] ([] a.b 1) 2 3)");
  EXPECT_EQ(shape("((select 1) + 1)"), "(+ (query) 1)");
  EXPECT_EQ(shape("((1, 2))"), "(row 1 2)");
  EXPECT_EQ(shape("current_timestamp"), "(current_timestamp)");
  EXPECT_EQ(shape("'a' 'b'"), "syntax error at or near \"'b'\"");
  EXPECT_EQ(shape("'a'\n'b'"), "'ab'");
  EXPECT_EQ(shape("E'\\x41\\n' || $$it's$$"), "(|| 'A\n' 'it's')");
}

TEST(Parser, StatementsOfTheSeed) {
  const auto sink = one<CreateSink>(
      "CREATE SINK IF NOT EXISTS s1 FROM t WITH (connector = 'kinesis', stream = 'kinesis-sink', "
      "aws.region = 'us-east-1', aws.credentials.access_key_id = 'a', primary_key = 'id') "
      "FORMAT DEBEZIUM ENCODE JSON (timestamptz.handling.mode = 'milli') KEY ENCODE TEXT");
  EXPECT_TRUE(sink.if_not_exists);
  EXPECT_EQ(sink.name, Name{"s1"});
  EXPECT_EQ(sink.from, Name{"t"});
  EXPECT_EQ(sink.options[2], std::pair(std::string("aws.region"), std::string("us-east-1")));
  EXPECT_EQ(sink.format->format, "DEBEZIUM");
  EXPECT_EQ(sink.format->key_encode, "TEXT");
  EXPECT_EQ(sink.format->options.front().first, "timestamptz.handling.mode");

  const auto table = one<CreateTable>(
      "create table if not exists public.t (id int primary key, v numeric(10,2) not null default "
      "1, "
      "s struct<a int, b struct<c varchar[]>>, d timestamptz as now(), watermark for d as d - "
      "interval '5 second') append only include key as k with (connector='kinesis') "
      "format plain encode json");
  EXPECT_EQ(table.columns.size(), 4u);
  EXPECT_TRUE(table.columns[0].primary_key);
  EXPECT_EQ(table.columns[1].type.modifiers, (std::vector<int>{10, 2}));
  EXPECT_EQ(table.columns[2].type.fields[1].second.fields[0].second.dimensions, 1);
  EXPECT_TRUE(table.append_only);
  EXPECT_EQ(table.includes.size(), 1u);
  EXPECT_EQ(table.watermarks.size(), 1u);
}

TEST(Parser, QueriesOfEveryKind) {
  for (const char* text :
       {"select",
        "select 1",
        "select distinct on (a, b) a, b c from t order by 1 desc nulls last",
        "with a as (select 1), b(x) as (values (1), (2)) select * from a, b where x > 1",
        "select count(*) filter (where x), sum(distinct y) over (partition by z order by w rows "
        "between 1 preceding and unbounded following exclude ties) from t group by rollup (a, b), "
        "grouping sets ((a), ()) having count(*) > 1 window w as (order by a)",
        "select * from a join b using (id) left join c on a.x = c.y cross join d natural join e",
        "select a.*, (t).x.* from t a, lateral (select 1) b, generate_series(1, 3) with ordinality "
        "as g(n, o)",
        "select * from tumble(bid, date_time, interval '10' second) as b group by window_start",
        "select * from hop(t, ts, interval '1' minute, interval '1' hour)",
        "(select 1 union all select 2) except select 3 order by 1 limit 2 offset 1",
        "select * from a join b for system_time as of proctime() on a.x = b.y",
        "select x from t fetch first 3 rows with ties",
        "select * except (a, b) from t",
        "select array(select 1), exists (select 2)",
        "select a from t where (a, b) in (select 1, 2) and c = all (select 3)",
        "select array_transform(a, |x| x * 2) from t",
        "select \"Q\".\"x y\" from \"Q\"",
        "table t",
        "values (1, 'a'), (2, null)",
        "select 'a'::varchar::jsonb #> '{a,b}'"})
    EXPECT_EQ(refusal(text), "accepted") << text;
}

TEST(Parser, OtherStatements) {
  for (const char* text :
       {"insert into t values (1, default), (2, 3) returning *",
        "insert into t (a) select 1",
        "insert into t default values",
        "update t set a = 1, (b, c) = (2, 3) where d returning a",
        "delete from t using u where t.a = u.a",
        "drop table if exists a, b.c cascade",
        "drop materialized view v",
        "alter table t add column c int",
        "alter sink s pause",
        "alter sink s connector with (aws.credentials.access_key_id = 'x')",
        "alter table t rename to u",
        "show tables",
        "show materialized views from public like 'a%'",
        "show create sink s",
        "show transaction isolation level",
        "show server_version",
        "describe t",
        "explain (verbose, format json) select 1",
        "explain create materialized view "
        "v as select 1",
        "set a.b to 'x', 2",
        "set time zone 'UTC'",
        "set x = default",
        "set session characteristics as transaction read only",
        "begin",
        "commit",
        "rollback to savepoint x",
        "start transaction isolation level serializable",
        "declare \"c\" cursor without hold for select 1",
        "fetch forward 10 from \"c\"",
        "close c",
        "copy t (a, b) from stdin with (format csv, header)",
        "copy (select 1) to stdout csv header",
        "flush",
        "wait",
        "comment on table t is 'x'",
        "create index i on t (a desc, lower(b)) include (c)",
        "create schema if not exists s",
        "create function f(a int, varchar) returns int language sql as $$select $1$$",
        "create secret s with (backend = 'meta') as 'x'",
        "prepare p (int) as select $1",
        "execute p(1)",
        "deallocate all",
        "create materialized view v as select 1 emit on window "
        "close",
        "reset all",
        "discard all",
        "cancel jobs 1, 2",
        "create source s (*) with (connector = 'nexmark')",
        "  ;;  "})
    EXPECT_EQ(refusal(text), "accepted") << text;
}

TEST(Parser, SeveralStatementsKnowWhereTheyStand) {
  const auto parsed = parse("select 1; -- x\n select 'é;' ;");
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), 2u);
  EXPECT_EQ((*parsed)[1].begin, 16u);
  EXPECT_EQ((*parsed)[1].end, 28u);
}

TEST(Parser, ErrorsSayWhere) {
  EXPECT_EQ(refusal("selec 1"), "syntax error at or near \"selec\" @1");
  EXPECT_EQ(refusal("select 'é', from"), "syntax error at or near \"from\" @13");
  EXPECT_EQ(refusal("select 1 +"), "syntax error at end of input @11");
  EXPECT_EQ(refusal("select 'abc"), "unterminated quoted string at or near \"'abc\" @8");
  EXPECT_EQ(refusal("select 1a"), "trailing junk after numeric literal at or near \"1a\" @8");
  EXPECT_EQ(refusal("select /* x"), "unterminated /* comment at or near \"/* x\" @8");
  EXPECT_EQ(refusal("select * from t where"), "syntax error at end of input @22");
  EXPECT_EQ(refusal("create table t (a int,, b int)"), "syntax error at or near \",\" @23");
}

TEST(Parser, NestingIsBounded) {
  const std::string deep = "select " + std::string(100'000, '(') + "1" + std::string(100'000, ')');
  EXPECT_EQ(refusal(deep).substr(0, 26), "stack depth limit exceeded");
  std::string queries = "1";
  for (int n = 0; n < 200; ++n) queries = "(select " + queries + ")";
  EXPECT_NE(refusal("select " + queries), "accepted");
  std::string chain = "select 1";
  for (int n = 0; n < 10'000; ++n) chain += " + 1";
  EXPECT_NE(refusal(chain), "accepted");
  std::string flat = "select a";
  for (int n = 0; n < 2'000; ++n) flat += " or a";
  EXPECT_EQ(refusal(flat), "accepted");
  // Each level could be a query or a term: the second look must not double the work.
  const std::string twofold = "select " + std::string(100, '(') + "select 1" +
                              std::string(50, ')') + " + 1" + std::string(50, ')');
  EXPECT_EQ(refusal(twofold), "accepted");
}

}  // namespace
}  // namespace levada::sql
