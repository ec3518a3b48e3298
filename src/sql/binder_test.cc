// What the binder understands, seen by its answers: statements over three small tables, run once.
// Expected answers are PostgreSQL's, numerics
// written as RisingWave writes them.

#include "sql/binder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "query/circuit.h"
#include "query/text.h"
#include "sql/parser.h"

namespace levada::sql {
namespace {

using query::Datum;
using query::Relation;
using query::RelationId;
using query::Row;
using query::Type;
using enum query::TypeKind;

class Shelf final : public query::RelationCatalog {
 public:
  Shelf() {
    add("t", {{"a", int4}, {"b", int4}, {"s", varchar}},
        {{"1", "10", "x"}, {"2", "20", "y"}, {"3", "30", "x"}, {"4", "", "z"}});
    add("u", {{"a", int4}, {"c", varchar}}, {{"1", "one"}, {"3", "three"}, {"5", "five"}});
    add("e", {{"at", timestamp}, {"n", int8}},
        {{"2024-01-01 00:00:00", "1"}, {"2024-01-01 00:07:00", "2"}, {"2024-01-01 00:12:00", "3"}});
    auto view = std::make_shared<Relation>();
    view->id = RelationId(9);
    view->kind = query::RelationKind::view;
    view->schema = "public";
    view->name = "v";
    view->columns = {{"double", int4}};
    view->definition = "select a * 2 from t";
    relations_["v"] = view;
  }

  std::shared_ptr<const Relation> relation(std::string_view schema,
                                           std::string_view name) const override {
    const auto found = relations_.find(name);
    return (schema.empty() || schema == "public") && found != relations_.end() ? found->second
                                                                               : nullptr;
  }
  bool has_schema(std::string_view schema) const override { return schema == "public"; }
  query::Delta rows(const Relation& relation) const { return rows_.at(relation.name); }

 private:
  // An empty text is NULL.
  void add(std::string name, std::vector<query::RelationColumn> columns,
           const std::vector<std::vector<std::string>>& rows) {
    auto made = std::make_shared<Relation>();
    made->id = RelationId(static_cast<std::uint32_t>(relations_.size() + 1));
    made->schema = "public";
    made->name = name;
    made->columns = std::move(columns);
    made->key = {0};
    for (const auto& row : rows) {
      std::vector<query::Value> values;
      for (std::size_t i = 0; i < row.size(); ++i)
        values.push_back(row[i].empty() ? query::Value()
                                        : *query::from_text(made->columns[i].type, row[i]));
      std::vector<Datum> data;
      for (const query::Value& value : values) data.push_back(value.datum());
      rows_[name].push_back({Row::of(data)});
    }
    relations_[name] = std::move(made);
  }

  std::map<std::string, std::shared_ptr<const Relation>, std::less<>> relations_;
  std::map<std::string, query::Delta> rows_;
};

std::string text_of(const query::SqlError& error) { return error.sqlstate + ": " + error.message; }

std::string text_of(const query::Plan& plan, const std::vector<Row>& rows) {
  std::string out;
  for (const Row& row : rows) {
    if (!out.empty()) out += ' ';
    bool first = true;
    for (std::size_t i = 0; i < plan->columns.size(); ++i) {
      if (plan->columns[i].hidden) continue;
      if (!first) out += '|';
      first = false;
      out += row[i].is_null() ? "NULL" : query::to_text(plan->columns[i].type, row[i]);
    }
  }
  return out;
}

std::string run(const query::Plan& plan, const Shelf& shelf) {
  const auto rows = query::run_once(
      plan, {}, [&](const Relation& relation, const auto&...) { return shelf.rows(relation); });
  return rows ? text_of(plan, *rows) : text_of(rows.error());
}

// Rows with blanks between them, "1|x 2|y", or "SQLSTATE: message" and " @position" if it has one.
std::string answer(std::string_view text) {
  const Shelf shelf;
  const auto parsed = parse_query(text);
  if (!parsed) return text_of(parsed.error());
  const auto bound = bind_query(**parsed, shelf, {}, {.text = text});
  if (!bound) {
    const std::uint32_t position = bound.error().position;
    return text_of(bound.error()) + (position > 0 ? " @" + std::to_string(position) : "");
  }
  return run(bound->plan, shelf);
}

template <class Form>
query::SqlResult<BoundChange> bound_change(std::string_view text, const Shelf& shelf) {
  const auto parsed = ATTEMPT(parse(text));
  const Form& form = std::get<Form>(parsed.front().form);
  if constexpr (std::is_same_v<Form, Insert>)
    return bind_insert(form, shelf, {}, {.text = text});
  else if constexpr (std::is_same_v<Form, Update>)
    return bind_update(form, shelf, {}, {.text = text});
  else
    return bind_delete(form, shelf, {}, {.text = text});
}

// The rows that a change makes.
template <class Form>
std::string change(std::string_view text) {
  const Shelf shelf;
  const auto bound = bound_change<Form>(text, shelf);
  return bound ? run(bound->plan, shelf) : text_of(bound.error());
}

TEST(Binder, selects_columns_and_terms) {
  EXPECT_EQ(answer("select 1 + 2, 'x' || 'y', 7 / 2, 7 / 2.0"), "3|xy|3|3.5");
  EXPECT_EQ(answer("select * from t where b > 10 order by a desc"), "3|30|x 2|20|y");
  EXPECT_EQ(answer("select t.s, a as k from t where s = 'x' order by k"), "x|1 x|3");
  EXPECT_EQ(answer("select a from t where b is null"), "4");
  EXPECT_EQ(answer("select * except (b, s) from t where a < 3 order by a"), "1 2");
  EXPECT_EQ(answer("select * except (nope) from t").substr(0, 5), "42703");
  EXPECT_EQ(answer("select double from v order by 1 limit 2"), "2 4");
  EXPECT_EQ(answer("values (1, 'a'), (2, null)"), "1|a 2|NULL");
}

TEST(Binder, orders_and_limits) {
  EXPECT_EQ(answer("select a from t order by b"), "1 2 3 4");
  EXPECT_EQ(answer("select a from t order by b desc"), "4 3 2 1");
  EXPECT_EQ(answer("select a from t order by b desc nulls last, a limit 2 offset 1"), "2 1");
  EXPECT_EQ(answer("select s from t order by s fetch first 1 rows with ties"), "x x");
  EXPECT_EQ(answer("select distinct on (s) s, a from t order by s, a desc"), "x|3 y|2 z|4");
  EXPECT_EQ(answer("select distinct on (s) a + 1 from t order by s, a"), "2 3 5");
  EXPECT_EQ(answer("select distinct s from t order by s"), "x y z");
}

TEST(Binder, joins_tables) {
  EXPECT_EQ(answer("select t.a, c from t join u on t.a = u.a order by 1"), "1|one 3|three");
  EXPECT_EQ(answer("select a, c from t left join u using (a) order by 1"),
            "1|one 2|NULL 3|three 4|NULL");
  EXPECT_EQ(answer("select a, b, c from t full join u using (a) order by 1"),
            "1|10|one 2|20|NULL 3|30|three 4|NULL|NULL 5|NULL|five");
  EXPECT_EQ(answer("select count(*) from t, u"), "12");
  EXPECT_EQ(answer("select a from t natural join u order by a"), "1 3");
  EXPECT_EQ(answer("select public.t.a from public.t where public.t.b = 10"), "1");
  EXPECT_EQ(answer("select other.t.a from t").substr(0, 5), "42P01");
  EXPECT_EQ(answer("select * from t join u using (a) join (values ('x', 7)) w (s, q) using (s) "
                   "order by 1, 2"),
            "x|1|10|one|7 x|3|30|three|7");
}

TEST(Binder, groups_and_aggregates) {
  EXPECT_EQ(answer("select s, count(*), sum(b) from t group by s order by s"),
            "x|2|40 y|1|20 z|1|NULL");
  EXPECT_EQ(answer("select count(b), count(*) filter (where a > 1), max(s) from t"), "3|3|z");
  EXPECT_EQ(answer("select s from t group by 1 having count(*) > 1"), "x");
  EXPECT_EQ(answer("select a % 2 as odd, sum(a) + 1 from t group by odd order by odd"), "0|7 1|5");
  EXPECT_EQ(answer("select s, a % 2, count(*) from t group by rollup (s, a % 2) order by 1, 2"),
            "x|1|2 x|NULL|2 y|0|1 y|NULL|1 z|0|1 z|NULL|1 NULL|NULL|4");
  EXPECT_EQ(answer("select string_agg(s, ',' order by a desc) from t"), "z,x,y,x");
}

TEST(Binder, makes_joins_of_subqueries) {
  EXPECT_EQ(answer("select a from t where a in (select a from u) order by a"), "1 3");
  EXPECT_EQ(answer("select a from t where a not in (select a from u) order by a"), "2 4");
  EXPECT_EQ(answer("select a from t where exists (select 1 from u where u.a = t.a) order by a"),
            "1 3");
  EXPECT_EQ(answer("select a, (select c from u where u.a = t.a) from t order by a"),
            "1|one 2|NULL 3|three 4|NULL");
  EXPECT_EQ(answer("select a, (select count(*) from u where u.a > t.a) from t order by a"),
            "1|2 2|2 3|1 4|1");
  EXPECT_EQ(answer("select a from t where b > all (select a * 5 from u) order by a"), "3");
  EXPECT_EQ(answer("select t.a, x.c from t, lateral (select c from u where u.a = t.a) x "
                   "order by 1"),
            "1|one 3|three");
  EXPECT_EQ(answer("select (select a from t)"),
            "21000: more than one row returned by a subquery used as an expression");
}

TEST(Binder, computes_windows) {
  EXPECT_EQ(answer("select a, row_number() over (partition by s order by a desc) from t "
                   "order by a"),
            "1|2 2|1 3|1 4|1");
  EXPECT_EQ(answer("select a, sum(a) over (order by a rows between 1 preceding and current row) "
                   "from t order by a"),
            "1|1 2|3 3|5 4|7");
  EXPECT_EQ(answer("select a, lag(a) over w from t window w as (order by a) order by a"),
            "1|NULL 2|1 3|2 4|3");
}

TEST(Binder, combines_sets_and_common_tables) {
  EXPECT_EQ(answer("select a from t union select a from u order by 1"), "1 2 3 4 5");
  EXPECT_EQ(answer("select a from t intersect select a from u order by 1"), "1 3");
  EXPECT_EQ(answer("select a from t except select a from u order by 1"), "2 4");
  EXPECT_EQ(answer("with x as (select a from t where a > 2) select sum(a) from x"), "7");
}

TEST(Binder, knows_tables_that_functions_make) {
  EXPECT_EQ(answer("select sind(30), cosd(60), tand(45), sind(-180), asind(0.5), acosd(-1)"),
            "0.5|0.5|1|0|30|180");
  EXPECT_EQ(answer("select trim(both '\\x00'::bytea from '\\x000100'::bytea), trim(' a ')"),
            "\\x01|a");
  EXPECT_EQ(answer("select regexp_count('ABCABCAXYaxy', 'A.', 1, 'i'), regexp_count('éé', 'x*'), "
                   "regexp_count('foobarbaz', 'b..', 5)"),
            "4|3|1");
  EXPECT_EQ(answer("select regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 3, 'i')"),
            "A PostgrXSQL function");
  EXPECT_EQ(answer("select regexp_replace('éa', 'x*', '-', 'g')"), "-é-a-");
  EXPECT_EQ(answer("select regexp_split_to_array('the é', '\\s*')"), "{t,h,e,é}");
  EXPECT_EQ(answer("select * from generate_series(1, 3)"), "1 2 3");
  EXPECT_EQ(answer("select (array[4, 5])[2]"), "5");
  EXPECT_EQ(answer("select * from unnest(array['a', 'b']) with ordinality as x(v, n)"), "a|1 b|2");
  EXPECT_EQ(answer("select * from unnest(array[1, 2, 3], array['a', 'b']) with ordinality as x"),
            "1|a|1 2|b|2 3|NULL|3");
  EXPECT_EQ(answer("select * from string_to_table('a,,b', ',', '')"), "a NULL b");
  EXPECT_EQ(answer("select n, window_start from tumble(e, at, interval '10 minutes') order by n"),
            "1|2024-01-01 00:00:00 2|2024-01-01 00:00:00 3|2024-01-01 00:10:00");
}

TEST(Binder, joins_each_row_with_its_closest) {
  const std::string sides =
      "(select a % 2 as k, a from t) x asof left join (select a % 2 as k, a "
      "from u) y on x.k = y.k and x.a ";
  EXPECT_EQ(answer("select x.a, y.a from " + sides + "<= y.a order by 1"), "1|1 2|NULL 3|3 4|NULL");
  EXPECT_EQ(answer("select x.a, y.a from " + sides + "> y.a order by 1"),
            "1|NULL 2|NULL 3|1 4|NULL");
  EXPECT_EQ(answer("select x.a from t x asof join u y on x.a = y.a").substr(0, 5), "0A000");
}

TEST(Binder, makes_rows_of_jsonb) {
  EXPECT_EQ(answer("select * from jsonb_to_record('{\"a\": 1, \"b\": [2]}') as x(a int, b int[])"),
            "1|{2}");
  EXPECT_EQ(
      answer("select b, a from jsonb_to_recordset('[{\"a\": 1}, {\"b\": \"x\"}]') as x(a int, b "
             "text)"),
      "NULL|1 x|NULL");
  EXPECT_EQ(answer("select key, value from jsonb_each('{\"b\": null, \"a\": 1}')"), "a|1 b|null");
  EXPECT_EQ(answer("select jsonb_path_query('[1, 2]', '$[*] ? (@ > 1)')"), "2");
  EXPECT_EQ(answer("select aggregate:array_sum(a), approx_count_distinct(s) from t"), "10|3");
}

TEST(Binder, refuses_with_the_words_of_postgresql) {
  EXPECT_EQ(answer("select nope from t"), "42703: column \"nope\" does not exist @8");
  EXPECT_EQ(answer("select * from nope"), "42P01: relation \"nope\" does not exist @15");
  EXPECT_EQ(answer("select a from t, u"), "42702: column reference \"a\" is ambiguous @8");
  EXPECT_EQ(answer("select nope(1)"), "42883: function nope(integer) does not exist @8");
  EXPECT_EQ(answer("select b from t group by s"),
            "42803: column \"t.b\" must appear in the GROUP BY clause or be used in an aggregate "
            "function @8");
  EXPECT_EQ(answer("select a from t where sum(a) > 1").substr(0, 5), "42803");
  EXPECT_EQ(answer("select 1 union select 1, 2").substr(0, 5), "42601");
}

TEST(Binder, fills_rows_to_insert) {
  EXPECT_EQ(change<Insert>("insert into t values (7, '8', 'q'), (9, default, null)"),
            "7|8|q 9|NULL|NULL");
  EXPECT_EQ(change<Insert>("insert into t (s, a) values ('q', 1)"), "1|NULL|q");
  EXPECT_EQ(change<Insert>("insert into t select a, 5, c from u where a = 1"), "1|5|one");
  EXPECT_EQ(change<Insert>("insert into t (a, b) select 1, '2'"), "1|2|NULL");
  EXPECT_EQ(change<Insert>("insert into t values ((select max(a) from u))"), "5|NULL|NULL");
  EXPECT_EQ(change<Insert>("insert into t (a, zz) values (1, 2)"),
            "42703: column \"zz\" of relation \"t\" does not exist");
  EXPECT_EQ(change<Insert>("insert into t values (1, 2, 'x', 4)"),
            "42601: INSERT has more expressions than target columns");
  EXPECT_EQ(change<Insert>("insert into t (a, b) values (1)"),
            "42601: INSERT has more target columns than expressions");
  EXPECT_EQ(change<Insert>("insert into t (a) values (true)"),
            "42804: column \"a\" is of type integer but expression is of type boolean");
  EXPECT_EQ(change<Insert>("insert into v values (1)"), "42809: cannot insert into view \"v\"");
}

TEST(Binder, pairs_old_rows_with_new_ones) {
  EXPECT_EQ(change<Update>("update t set b = a + 1, s = 'w' where a = 2"), "2|20|y|2|3|w");
  EXPECT_EQ(change<Update>("update t set b = u.a from u where u.a = t.a and c = 'one'"),
            "1|10|x|1|1|x");
  EXPECT_EQ(change<Update>("update t set (a, b) = (b, a) where a = 1"), "1|10|x|10|1|x");
  EXPECT_EQ(change<Update>("update t set b = (select max(a) from u) where a = 1"), "1|10|x|1|5|x");
  EXPECT_EQ(change<Update>("update t set b = default where a = 1"), "1|10|x|1|NULL|x");
  EXPECT_EQ(change<Update>("update t set b = 1, b = 2"),
            "42601: multiple assignments to same column \"b\"");
  EXPECT_EQ(change<Delete>("delete from t where a in (select a from u where c = 'three')"),
            "3|30|x");
  EXPECT_EQ(change<Delete>("delete from t using u where t.a = u.a and u.c = 'one'"), "1|10|x");
}

TEST(Binder, returns_terms_over_the_new_row) {
  const Shelf shelf;
  const auto bound =
      bound_change<Insert>("insert into t values (1, 2, 'x') returning a + b as n, *", shelf);
  ASSERT_TRUE(bound) << bound.error().message;
  std::vector<std::string> names;
  for (const query::OutputColumn& column : bound->returning_columns) names.push_back(column.name);
  EXPECT_EQ(names, (std::vector<std::string>{"n", "a", "b", "s"}));
}

TEST(Binder, infers_what_parameters_are) {
  const Shelf shelf;
  const auto parsed = parse_query("select a from t where s = $2 and b = $1");
  ASSERT_TRUE(parsed);
  const auto bound = bind_query(**parsed, shelf, {}, {});
  ASSERT_TRUE(bound) << bound.error().message;
  EXPECT_EQ(bound->parameters, (std::vector<Type>{int4, varchar}));
}

}  // namespace
}  // namespace levada::sql
