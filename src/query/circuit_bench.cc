// Rows a second through a circuit, by the size of a batch: a group-by of 5,000 groups, a join with
// 5,000 rows on the other side, a top-1 of each group.

#include <benchmark/benchmark.h>

#include <random>

#include "query/circuit.h"

namespace levada::query {
namespace {

using enum TypeKind;

constexpr std::int64_t groups = 5000;

std::shared_ptr<const Relation> bids() {
  auto made = std::make_shared<Relation>();
  made->id = RelationId(1);
  made->columns = {{"auction", int8},    {"bidder", int8}, {"price", int8},
                   {"channel", varchar}, {"url", varchar}, {"at", timestamp}};
  made->append_only = true;
  return made;
}

std::shared_ptr<const Relation> auctions() {
  auto made = std::make_shared<Relation>();
  made->id = RelationId(2);
  made->columns = {{"id", int8}, {"category", int8}, {"name", varchar}};
  return made;
}

AggregateCall aggregate_of(std::string_view name, std::vector<ExpressionRef> arguments) {
  std::vector<Type> types;
  for (const auto& argument : arguments) types.push_back(argument->type);
  for (const AggregateFunction* function : aggregates_named(name))
    if (const auto type = result_type(*function, types))
      return {function, *type, std::move(arguments)};
  CHECK(false);
  return {};
}

Delta batch(std::mt19937_64& random, std::size_t rows) {
  Delta delta;
  for (std::size_t i = 0; i < rows; ++i)
    delta.push_back(
        {Row::of({Datum::of(static_cast<std::int64_t>(random() % groups)),
                  Datum::of(static_cast<std::int64_t>(random() % 1000)),
                  Datum::of(static_cast<std::int64_t>(random() % 1'000'000)), Datum::of("Google"),
                  Datum::of("https://www.nexmark.com/item.htm?query=1"),
                  Datum::of(static_cast<std::int64_t>(1'700'000'000'000'000 + i))}),
         1});
  return delta;
}

void run(benchmark::State& state, const Plan& plan) {
  const SessionFacts facts;
  Evaluation evaluation(facts, Evaluation::Mode::lenient);
  auto circuit = Circuit::build(plan, false);
  std::mt19937_64 random(1);
  Delta sides;
  for (std::int64_t i = 0; i < groups; ++i)
    sides.push_back({Row::of({Datum::of(i), Datum::of(i % 10), Datum::of("an auction")}), 1});
  const RelationDelta first[] = {{RelationId(2), &sides}};
  (void)(*circuit)->step(first, evaluation);
  const auto size = static_cast<std::size_t>(state.range(0));
  std::int64_t rows = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const Delta delta = batch(random, size);
    state.ResumeTiming();
    const RelationDelta changes[] = {{RelationId(1), &delta}};
    auto out = (*circuit)->step(changes, evaluation);
    benchmark::DoNotOptimize(out);
    rows += static_cast<std::int64_t>(size);
  }
  state.SetItemsProcessed(rows);
}

void group_by(benchmark::State& state) {
  const auto price = column(2, int8);
  run(state, aggregate(scan(bids()), {column(0, int8)},
                       {aggregate_of("count", {}), aggregate_of("sum", {price}),
                        aggregate_of("max", {price})}));
}
void join_both(benchmark::State& state) {
  const Type types[] = {int8, int8};
  const Function* equals = exact_function("=", types);
  const Plan joined = join(JoinKind::inner, scan(bids()), scan(auctions()),
                           call(*equals, boolean, {column(0, int8), column(6, int8)}));
  run(state, project(joined, {column(0, int8), column(2, int8), column(7, int8)}, {}));
}
void top_one(benchmark::State& state) {
  TopN node;
  node.input = scan(bids());
  node.partition = {column(0, int8)};
  node.order = {{column(2, int8), true, true}};
  node.limit = constant(int8, Datum::of(std::int64_t{1}));
  run(state, top_n(std::move(node)));
}

BENCHMARK(group_by)->Arg(1)->Arg(1000);
BENCHMARK(join_both)->Arg(1)->Arg(1000);
BENCHMARK(top_one)->Arg(1)->Arg(1000);

}  // namespace
}  // namespace levada::query
