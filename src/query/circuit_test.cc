// Incremental = batch: after every random batch of changes, what a circuit has put out so far
// equals the same plan run once over the tables as they are.

#include "query/circuit.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "query/state_codec.h"
#include "query/test_expressions.h"
#include "query/text.h"

namespace levada::query {
namespace {

using enum TypeKind;

ExpressionRef c(std::size_t index, Type type = int4) { return column(index, std::move(type)); }
ExpressionRef number(std::int64_t value, Type type = int4) {
  return constant(std::move(type), Datum::of(value));
}
ExpressionRef real(double value) { return constant(float8, Datum::of(value)); }
AggregateCall aggregate_of(std::string_view name, std::vector<ExpressionRef> arguments) {
  std::vector<Type> types;
  for (const auto& argument : arguments) types.push_back(argument->type);
  for (const AggregateFunction* function : aggregates_named(name))
    if (const auto type = result_type(*function, types))
      return {function, *type, std::move(arguments)};
  CHECK(false);
  return {};
}

std::shared_ptr<const Relation> relation(std::uint32_t id, std::string name) {
  auto made = std::make_shared<Relation>();
  made->id = RelationId(id);
  made->name = std::move(name);
  made->columns = {{"k", int4}, {"a", int4}, {"b", int4}, {"s", varchar}};
  return made;
}

const auto left_table = relation(1, "t");
const auto right_table = relation(2, "u");
Plan t() { return scan(left_table); }
Plan u() { return scan(right_table); }

ExpressionRef equals(std::size_t left, std::size_t right) {
  return apply("=", {c(left), c(right)});
}

struct NamedPlan {
  std::string name;
  Plan plan;
};

TopN top(Plan input, std::vector<ExpressionRef> partition, std::int64_t limit, std::int64_t offset,
         bool ties) {
  TopN node;
  node.input = std::move(input);
  node.partition = std::move(partition);
  node.order = {{c(1), true, true}, {c(3, varchar), false, false}};
  if (limit >= 0) node.limit = number(limit, int8);
  node.offset = number(offset, int8);
  node.with_ties = ties;
  return node;
}

Window windowed(std::vector<WindowCall> calls) {
  return {t(), {c(1)}, {{c(2), false, false}}, std::move(calls)};
}

WindowCall ranking(WindowKind kind, Type type) {
  WindowCall made;
  made.kind = kind;
  made.type = std::move(type);
  return made;
}

std::vector<NamedPlan> plans() {
  std::vector<NamedPlan> all;
  const auto add = [&](std::string name, Plan plan) {
    all.push_back({std::move(name), std::move(plan)});
  };
  add("filter and project",
      project(filter(t(), apply(">", {c(1), number(3)})),
              {apply("+", {c(1), c(2)}),
               apply("||", {c(3, varchar), constant(varchar, Datum::of("!"))})},
              {}));
  for (const JoinKind kind : {JoinKind::inner, JoinKind::left, JoinKind::right, JoinKind::full,
                              JoinKind::semi, JoinKind::anti}) {
    const std::string name = "join " + std::to_string(static_cast<int>(kind));
    add(name + " equal", join(kind, t(), u(), equals(1, 5)));
    add(name + " with a residual",
        join(kind, t(), u(), conjunction({equals(1, 5), apply("<", {c(2), c(6)})})));
    add(name + " without equality", join(kind, t(), u(), apply("<", {c(1), c(5)})));
    add(name + " computed",
        join(kind, t(), u(), apply("=", {apply("+", {c(1), number(1)}), c(5)})));
    add(name + " filtered above",
        filter(join(kind, t(), u(), equals(1, 5)), apply(">", {c(2), number(2)})));
  }
  add("null-safe join",
      join(JoinKind::inner, t(), u(), apply("is_not_distinct_from", {c(1), c(5)})));
  add("not in", join(JoinKind::anti, t(), u(), apply("is_not_false", {equals(1, 5)})));
  add("three-way join",
      filter(join(JoinKind::inner, join(JoinKind::inner, t(), u(), conjunction({})), t(),
                  conjunction({})),
             conjunction({equals(1, 9), equals(6, 10)})));
  auto distinct_count = aggregate_of("count", {c(2)});
  distinct_count.distinct = true;
  auto filtered_sum = aggregate_of("sum", {c(2)});
  filtered_sum.filter = apply(">", {c(2), number(1)});
  auto joined_text = aggregate_of("string_agg", {c(3, varchar), constant(varchar, Datum::of(","))});
  joined_text.order = {{c(2), true, true}};
  add("aggregates",
      aggregate(
          t(), {c(1)},
          {aggregate_of("count", {}), aggregate_of("count", {c(2)}), aggregate_of("sum", {c(2)}),
           aggregate_of("avg", {c(2)}), aggregate_of("min", {c(3, varchar)}),
           aggregate_of("max", {c(2)}), distinct_count, filtered_sum, joined_text,
           aggregate_of("stddev_samp", {cast(c(2), numeric, false)}),
           aggregate_of("sum", {apply("/", {cast(c(2), float8, false), real(7)})}),
           aggregate_of("avg", {apply("/", {cast(c(2), float8, false), real(3)})}),
           aggregate_of("var_pop", {cast(c(1), float8, false)})}));
  add("global aggregate",
      aggregate(t(), {}, {aggregate_of("count", {}), aggregate_of("max", {c(1)})}));
  add("grouping sets",
      aggregate(t(), {c(1), c(2)}, {aggregate_of("count", {})}, {{0, 1}, {0}, {1}, {}}));
  add("having", filter(aggregate(t(), {c(1)}, {aggregate_of("count", {})}),
                       conjunction({apply(">", {c(1, int8), number(1, int8)}),
                                    apply("<", {c(0), number(6)})})));
  add("distinct", distinct(project(t(), {c(1), c(2)}, {})));
  for (const SetKind kind : {SetKind::union_, SetKind::intersect, SetKind::except})
    for (const bool keep : {false, true})
      add("set " + std::to_string(static_cast<int>(kind)) + (keep ? " all" : ""),
          set_operation(kind, keep, {project(t(), {c(1)}, {}), project(u(), {c(1)}, {})}));
  add("top-n", top_n(top(t(), {}, 3, 0, false)));
  add("top-n with offset", top_n(top(t(), {}, 3, 2, false)));
  add("top-n of groups", top_n(top(t(), {c(2)}, 2, 0, false)));
  {
    auto ties = top(t(), {}, 3, 0, true);
    ties.order.resize(1);
    add("top-n with ties", top_n(std::move(ties)));
  }
  {
    std::vector<WindowCall> calls = {ranking(WindowKind::row_number, int8),
                                     ranking(WindowKind::rank, int8),
                                     ranking(WindowKind::dense_rank, int8)};
    auto lag = ranking(WindowKind::lag, int4);
    lag.arguments = {c(2)};
    calls.push_back(lag);
    auto sum = ranking(WindowKind::aggregate, int8);
    sum.aggregate = aggregate_of("sum", {c(2)});
    calls.push_back(sum);
    sum.frame = {FrameUnit::rows,
                 {FrameBoundKind::preceding, number(1, int8)},
                 {FrameBoundKind::following, number(1, int8)}};
    calls.push_back(sum);
    sum.frame = {
        FrameUnit::range, {FrameBoundKind::preceding, number(2)}, {FrameBoundKind::current_row}};
    calls.push_back(sum);
    add("window functions", window(windowed(calls)));
  }
  add("row_number bounded", filter(window(windowed({ranking(WindowKind::row_number, int8)})),
                                   apply("<=", {c(4, int8), number(2, int8)})));
  {
    ProjectSet set;
    set.input = t();
    const Type types[] = {int4, int4};
    for (const TableFunction* function : table_functions_named("generate_series"))
      if (result_type(*function, types)) set.calls = {{function, int4, {number(1), c(1)}}};
    set.ordinality = true;
    add("generate_series", project_set(std::move(set)));
  }
  add("join of aggregates",
      join(JoinKind::left, t(), aggregate(u(), {c(1)}, {aggregate_of("max", {c(2)})}),
           equals(1, 4)));
  return all;
}

// A table's rows with weights, and random changes of them.
class Table {
 public:
  Delta change(std::mt19937_64& random) {
    Delta delta;
    const std::size_t count = random() % 8;
    for (std::size_t i = 0; i < count; ++i) {
      if (!rows_.empty() && random() % 5 < 2) {
        const std::size_t at = random() % rows_.size();
        delta.push_back({rows_[at], -1});
        rows_[at] = rows_.back();
        rows_.pop_back();
      } else {
        const auto maybe = [&](std::int64_t values) {
          return random() % 8 == 0 ? Datum::null()
                                   : Datum::of(static_cast<std::int64_t>(random() % 1000) % values);
        };
        static const std::string_view texts[] = {"", "x", "yy", "long enough to be kept elsewhere"};
        const Row row =
            Row::of({maybe(1000), maybe(9), maybe(6),
                     random() % 8 == 0 ? Datum::null() : Datum::of(texts[random() % 4])});
        rows_.push_back(row);
        delta.push_back({row, 1});
      }
    }
    return delta;
  }
  Delta all() const {
    Delta delta;
    for (const Row& row : rows_) delta.push_back({row, 1});
    return delta;
  }

 private:
  std::vector<Row> rows_;
};

std::string written(const Row& row, const Plan& plan) {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i)
    out += (row[i].is_null() ? "NULL" : to_text(plan->columns[i].type, row[i])) + "|";
  return out;
}

using Content = std::map<std::string, std::int64_t>;

void add_to(Content& content, const Delta& delta, const Plan& plan) {
  for (const Change& change : delta) {
    std::int64_t& weight = content[written(change.row, plan)];
    weight += change.weight;
    if (weight == 0) content.erase(written(change.row, plan));
  }
}

TEST(Circuit, what_it_keeps_up_to_date_equals_what_it_computes_from_scratch) {
  const SessionFacts facts;
  const std::size_t rounds = 60;
  for (const auto& [name, plan] : plans()) {
    std::mt19937_64 random(7 + std::hash<std::string>{}(name));
    Table left, right;
    auto circuit = Circuit::build(plan, false);
    ASSERT_TRUE(circuit) << name << ": " << circuit.error().message;
    Evaluation evaluation(facts, Evaluation::Mode::lenient);
    Content incremental;
    for (std::size_t round = 0; round < rounds; ++round) {
      const Delta left_delta = left.change(random), right_delta = right.change(random);
      const RelationDelta changes[] = {{RelationId(1), &left_delta}, {RelationId(2), &right_delta}};
      auto delta = (*circuit)->step(changes, evaluation);
      ASSERT_TRUE(delta) << name;
      add_to(incremental, *delta, plan);
      const auto rows = run_once(plan, facts, [&](const Relation& relation, const Equalities&) {
        return relation.id == RelationId(1) ? left.all() : right.all();
      });
      ASSERT_TRUE(rows) << name << ": " << rows.error().message;
      Content batch;
      for (const Row& row : *rows) ++batch[written(row, plan)];
      ASSERT_EQ(incremental, batch) << name << ", round " << round;
    }
  }
}

// A fresh circuit of the same plan with what this one remembers.
std::unique_ptr<Circuit> carried_over(const Circuit& circuit, const Plan& plan) {
  std::string bytes;
  StateWriter out(bytes);
  circuit.save(out);
  out.end();
  auto made = Circuit::build(plan, false);
  StateReader in(bytes);
  if (!made || !(*made)->restore(in) || !in.at_end()) return nullptr;
  return std::move(*made);
}

TEST(Circuit, what_it_remembers_can_be_carried_over_at_any_time) {
  const SessionFacts facts;
  for (const auto& [name, plan] : plans()) {
    std::mt19937_64 random(11 + std::hash<std::string>{}(name));
    Table left, right;
    auto steady = *Circuit::build(plan, false), carried = *Circuit::build(plan, false);
    Evaluation evaluation(facts, Evaluation::Mode::lenient);
    for (std::size_t round = 0; round < 40; ++round) {
      const Delta left_delta = left.change(random), right_delta = right.change(random);
      const RelationDelta changes[] = {{RelationId(1), &left_delta}, {RelationId(2), &right_delta}};
      const auto wanted = steady->step(changes, evaluation);
      const auto got = carried->step(changes, evaluation);
      ASSERT_TRUE(wanted && got) << name;
      ASSERT_EQ(wanted->size(), got->size()) << name;
      for (std::size_t i = 0; i < got->size(); ++i) {  // the same, in the same order
        EXPECT_EQ((*wanted)[i].weight, (*got)[i].weight) << name;
        EXPECT_EQ(written((*wanted)[i].row, plan), written((*got)[i].row, plan)) << name;
      }
      if (random() % 3 == 0) carried = carried_over(*carried, plan);
      ASSERT_NE(carried, nullptr) << name;
    }
  }
}

TEST(Circuit, another_plans_state_is_not_taken_and_skipped) {
  std::string bytes;
  StateWriter out(bytes);
  const auto one = *Circuit::build(distinct(project(t(), {c(1)}, {})), false);
  one->save(out);
  out.put(7);
  out.end();
  auto other = *Circuit::build(distinct(project(t(), {c(2)}, {})), false);
  StateReader in(bytes);
  EXPECT_FALSE(other->restore(in));
  EXPECT_EQ(in.taken<int>(), 7);
  EXPECT_TRUE(in.good() && in.at_end());
}

TEST(Circuit, rows_that_two_states_share_are_shared_again) {
  std::string bytes;
  StateWriter out(bytes);
  const Row row = Row::of({Datum::of("shared")}), same = row, alone = Row::of({Datum::of("alone")});
  out.put(row, alone);
  out.begin_circuit();
  out.put(same, Row());
  out.end_circuit();
  out.end();
  StateReader in(bytes);
  const auto first = in.taken<Row>(), second = in.taken<Row>();
  in.begin_circuit();
  EXPECT_TRUE(in.taken<Row>().same_object(first));
  EXPECT_FALSE(in.taken<Row>());
  in.end_circuit();
  EXPECT_EQ(second[0].text(), "alone");
  EXPECT_TRUE(in.good() && in.at_end());
}

TEST(Circuit, a_watermark_ends_what_it_has_passed) {
  const auto stream = [](std::uint32_t id) {
    auto made = std::make_shared<Relation>();
    made->id = RelationId(id);
    made->name = "s" + std::to_string(id);
    made->columns = {{"at", int4}, {"v", int4}};
    made->append_only = true;
    made->watermarks = {{0, {{RelationId(id), column(0, int4)}}}};
    return scan(made);
  };
  const Plan one = stream(1), other = stream(2);
  TopN first;
  first.input = one;
  first.partition = {c(0)};
  first.order = {{c(1), true, true}};
  first.limit = number(1, int8);
  TopN two = first;
  two.limit = number(2, int8);
  const NamedPlan plans[] = {
      {"aggregate", aggregate(one, {c(0)}, {aggregate_of("sum", {c(1)})})},
      {"aggregate of windows",
       aggregate(one, {apply("+", {c(0), number(2)})}, {aggregate_of("count", {})})},
      {"join", join(JoinKind::inner, one, other,
                    conjunction({apply("=", {c(0), c(2)}), apply("=", {c(1), c(3)})}))},
      {"distinct", distinct(one)},
      {"top 1", top_n(first)},
      {"top 2", top_n(two)}};
  constexpr std::int64_t batches = 200, rows = 20, behind = 30;
  for (const auto& [name, plan] : plans) {
    std::map<std::uint32_t, Value> watermarks;
    SessionFacts facts;
    facts.watermarks = &watermarks;
    Evaluation evaluation(facts, Evaluation::Mode::lenient);
    auto circuit = *Circuit::build(plan, false);
    EXPECT_TRUE(circuit->follows_watermarks()) << name;
    std::mt19937_64 random(3);
    Delta all;
    Content incremental;
    std::size_t largest = 0;
    for (std::int64_t batch = 0; batch < batches; ++batch) {
      Delta delta;
      for (std::int64_t i = 0; i < rows; ++i)
        delta.push_back({Row::of({Datum::of(batch + static_cast<std::int64_t>(random() % behind)),
                                  Datum::of(static_cast<std::int64_t>(random() % 3))}),
                         1});
      all.insert(all.end(), delta.begin(), delta.end());
      const RelationDelta changes[] = {{RelationId(1), &delta}, {RelationId(2), &delta}};
      for (const std::uint32_t id : {1u, 2u})
        watermarks.insert_or_assign(id, Value(Datum::of(batch + 1)));
      auto out = circuit->step(changes, evaluation);
      ASSERT_TRUE(out) << name;
      add_to(incremental, *out, plan);
      std::string bytes;
      StateWriter writer(bytes);
      circuit->save(writer);
      largest = std::max(largest, bytes.size());
      if (batch % 50 == 49) circuit = carried_over(*circuit, plan);
      ASSERT_NE(circuit, nullptr);
    }
    EXPECT_LT(largest, 20'000u) << name;
    const auto rows_now =
        run_once(plan, {}, [&](const Relation&, const Equalities&) { return all; });
    Content batch;
    for (const Row& row : *rows_now) ++batch[written(row, plan)];
    EXPECT_EQ(incremental, batch) << name;
  }
}

TEST(Circuit, a_pushed_row_counts_as_a_change) {
  const SessionFacts facts;
  for (const auto& [name, plan] : plans()) {
    std::mt19937_64 random(13 + std::hash<std::string>{}(name));
    Table left, right;
    auto stepped = *Circuit::build(plan, false), pushed = *Circuit::build(plan, false);
    Evaluation evaluation(facts, Evaluation::Mode::lenient);
    for (std::size_t round = 0; round < 20; ++round) {
      const Delta left_delta = left.change(random), right_delta = right.change(random);
      const RelationDelta changes[] = {{RelationId(1), &left_delta}, {RelationId(2), &right_delta}};
      const auto wanted = stepped->step(changes, evaluation);
      for (const RelationDelta& change : changes)
        for (const Change& one : *change.delta)
          pushed->push(change.relation, one.row.span(), one.weight, evaluation);
      EXPECT_EQ(pushed->has_pushed(), left_delta.size() + right_delta.size() > 0);
      const auto got = pushed->step({}, evaluation);
      ASSERT_TRUE(wanted && got) << name;
      Content a, b;
      add_to(a, *wanted, plan);
      add_to(b, *got, plan);
      EXPECT_EQ(a, b) << name << ", round " << round;
    }
  }
}

TEST(Circuit, rows_come_and_go_as_now_moves) {
  auto made = std::make_shared<Relation>();
  made->id = RelationId(1);
  made->columns = {{"at", timestamptz}};
  const Interval hour{0, 0, 3'600'000'000};
  const Plan plan = filter(
      scan(made),
      apply(">", {c(0, timestamptz), apply("-", {expression(ExpressionKind::now, timestamptz, {}),
                                                 constant(interval, Datum::of(&hour))})}));
  auto circuit = Circuit::build(plan, false);
  ASSERT_TRUE(circuit);
  EXPECT_TRUE((*circuit)->follows_time());
  SessionFacts facts;
  facts.now = 10 * hour.microseconds;
  Evaluation evaluation(facts, Evaluation::Mode::lenient);
  const Delta delta = {{Row::of({Datum::of(facts.now)}), 1},
                       {Row::of({Datum::of(std::int64_t{0})}), 1}};
  const RelationDelta changes[] = {{RelationId(1), &delta}};
  auto out = (*circuit)->step(changes, evaluation);
  ASSERT_EQ(out->size(), 1u);
  EXPECT_EQ((*out)[0].weight, 1);
  facts.now += hour.microseconds - 1;
  EXPECT_TRUE((*circuit)->step({}, evaluation)->empty());
  facts.now += 1;
  out = (*circuit)->step({}, evaluation);
  ASSERT_EQ(out->size(), 1u);
  EXPECT_EQ((*out)[0].weight, -1);
}

TEST(Circuit, now_in_a_view_is_refused_where_it_bounds_nothing) {
  const Plan plan = project(t(), {expression(ExpressionKind::now, timestamptz, {})}, {});
  const auto circuit = Circuit::build(plan, false);
  ASSERT_FALSE(circuit);
  EXPECT_EQ(circuit.error().sqlstate, "0A000");
}

TEST(Circuit, an_order_is_the_results_order) {
  Table table;
  std::mt19937_64 random(3);
  for (int i = 0; i < 20; ++i) (void)table.change(random);
  auto node = top(t(), {}, -1, 0, false);
  const auto rows = run_once(top_n(std::move(node)), {},
                             [&](const Relation&, const Equalities&) { return table.all(); });
  ASSERT_TRUE(rows);
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const Datum& before = (*rows)[i - 1][1];
    const Datum& after = (*rows)[i][1];
    if (!before.is_null()) {
      EXPECT_FALSE(after.is_null());
      EXPECT_GE(before.integer, after.integer);
    }
  }
}

TEST(Circuit, an_error_ends_a_statement_and_makes_a_view_null) {
  Table table;
  std::mt19937_64 random(4);
  for (int i = 0; i < 20; ++i) (void)table.change(random);
  const Plan plan = project(t(), {apply("/", {c(1), apply("-", {c(1), c(1)})})}, {});
  const auto rows =
      run_once(plan, {}, [&](const Relation&, const Equalities&) { return table.all(); });
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().sqlstate, "22012");
  EXPECT_EQ(rows.error().message, "division by zero");
  auto circuit = Circuit::build(plan, false);
  const SessionFacts facts;
  Evaluation evaluation(facts, Evaluation::Mode::lenient);
  const Delta all = table.all();
  const RelationDelta changes[] = {{RelationId(1), &all}};
  const auto delta = (*circuit)->step(changes, evaluation);
  ASSERT_TRUE(delta);
  EXPECT_EQ(delta->size(), all.size());
  EXPECT_TRUE((*delta)[0].row[0].is_null());
}

}  // namespace
}  // namespace levada::query
