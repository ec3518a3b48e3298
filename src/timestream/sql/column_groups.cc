// Execution: groups of a table whose keys are dimensions and bins of time, and
// whose aggregates look at plain columns: columns are folded as they lie,
// without making rows of them. Means the same as Execution::group.

#include <bit>
#include <unordered_map>

#include "timestream/sql/opened.h"

namespace levada::timestream::sql {
namespace {

enum class Fold : std::uint8_t { count, least, most, sum, mean, latest };

struct ColumnFold {
  Fold fold;
  std::optional<std::uint32_t> attribute;  // none: the time, or every row of count(*)
  bool rows = false;                       // count(*)
  MeasureType type = MeasureType::timestamp;
  Type result;
};

// What a fold has seen.
struct State {
  std::int64_t count = 0, whole = 0;
  double real = 0;
  bool over = false;
  std::int64_t latest = INT64_MIN;  // the time that `whole` is of
};

template <class Number>
void add_number(const ColumnFold& fold, State& state, Number& kept, Number value) {
  const bool first = state.count++ == 0;
  switch (fold.fold) {
    case Fold::count:
      break;
    case Fold::least:
      if (first || value < kept) kept = value;
      break;
    case Fold::most:
      if (first || kept < value) kept = value;
      break;
    case Fold::sum:
      if constexpr (std::is_same_v<Number, std::int64_t>)
        state.over = state.over || __builtin_add_overflow(kept, value, &kept);
      else
        kept += value;
      break;
    case Fold::mean:
      state.real += static_cast<double>(value);
      break;
    case Fold::latest:
      break;
  }
}

void fold_rows(const ColumnFold& fold, State& state, const SeriesCursor::Chunk& chunk,
               const Series::Column* column, std::size_t begin, std::size_t end) {
  if (fold.rows) {
    state.count += static_cast<std::int64_t>(end - begin);
    return;
  }
  if (!fold.attribute) {
    for (std::size_t i = begin; i < end; ++i)
      add_number(fold, state, state.whole, chunk.series->times()[i]);
    return;
  }
  if (fold.fold == Fold::latest) {  // max_by(column, time): of these rows the last one
    const std::int64_t time = chunk.series->times()[end - 1];
    if (time <= state.latest) return;
    state.latest = time;
    state.count = column != nullptr && column->present[end - 1] ? 1 : 0;
    if (state.count > 0) state.whole = column->bits[end - 1];
    return;
  }
  if (column == nullptr) return;
  for (std::size_t i = begin; i < end; ++i) {
    if (!column->present[i]) continue;
    if (fold.fold == Fold::count)
      ++state.count;
    else if (fold.type == MeasureType::real)
      add_number(fold, state, state.real, std::bit_cast<double>(column->bits[i]));
    else
      add_number(fold, state, state.whole, column->bits[i]);
  }
}

Value result_of(const ColumnFold& fold, const State& state, Runtime& runtime) {
  if (fold.fold == Fold::count) return Value(state.count);
  if (state.count == 0) return {};
  if (state.over) return runtime.fail("bigint overflow");
  if (fold.fold == Fold::mean) return Value(state.real / static_cast<double>(state.count));
  if (fold.type != MeasureType::real) return Value(state.whole);
  return Value(fold.fold == Fold::latest ? std::bit_cast<double>(state.whole) : state.real);
}

// The column that the node names, if it is one.
std::optional<std::size_t> column_of(const Node& node, const Scope& scope) {
  if (node.kind != NodeKind::column) return std::nullopt;
  for (std::size_t i = 0; i < scope.size(); ++i)
    if (lower(scope[i].name) == lower(node.text) &&
        (node.qualifier.empty() || lower(scope[i].qualifier) == lower(node.qualifier)))
      return i;
  return std::nullopt;
}

// Of one aggregate, or nothing when it is of another kind.
std::optional<ColumnFold> column_fold(const Node& node, const Scope& scope, std::size_t time_place,
                                      const TableData& data) {
  if (node.distinct || node.filter || !node.order.empty()) return std::nullopt;
  ColumnFold fold;
  if (node.text == "count")
    fold.fold = Fold::count;
  else if (node.text == "min")
    fold.fold = Fold::least;
  else if (node.text == "max")
    fold.fold = Fold::most;
  else if (node.text == "sum")
    fold.fold = Fold::sum;
  else if (node.text == "avg")
    fold.fold = Fold::mean;
  else if (node.text == "max_by" && node.children.size() == 2 &&
           column_of(*node.children[1], scope) == time_place)
    fold.fold = Fold::latest;
  else
    return std::nullopt;
  std::vector<Type> types;
  if (node.children.empty()) {
    if (fold.fold != Fold::count) return std::nullopt;
    fold.rows = true;
  } else {
    if (node.children.size() != (fold.fold == Fold::latest ? 2 : 1)) return std::nullopt;
    const auto place = column_of(*node.children[0], scope);
    if (!place || *place < time_place) return std::nullopt;
    types.push_back(scope[*place].type);
    if (*place > time_place) {
      fold.attribute = static_cast<std::uint32_t>(*place - time_place - 1);
      fold.type = data.attributes()[*fold.attribute].type;
    }
    const bool number = fold.type == MeasureType::real || fold.type == MeasureType::bigint;
    const bool order = number || fold.type == MeasureType::timestamp;
    const bool extreme = fold.fold == Fold::least || fold.fold == Fold::most;
    const bool fits = fold.fold == Fold::count || (extreme && order) ||
                      (fold.attribute && (number || (fold.fold == Fold::latest && order)));
    if (!fits) return std::nullopt;
    if (fold.fold == Fold::latest) types.push_back(scope[time_place].type);
  }
  const auto kind = aggregate_of(node.text, types);
  if (!kind) return std::nullopt;
  fold.result = kind->result;
  return fold;
}

}  // namespace

Task<bool> Execution::group_by_columns(const Select& select,
                                       const std::vector<const Node*>& conditions, Opened& in,
                                       Grouping& grouping) {
  if (!in.store || dry_ || !select.grouping_sets.empty()) co_return false;
  const std::shared_ptr<const TableStore> store = in.store;
  const TableData& data = store->data();
  const Scope& scope = in.relation.columns;
  const std::size_t time_place = in.dimensions + 1;

  std::vector<ColumnFold> folds;
  for (const Node* node : grouping.aggregates) {
    auto fold = column_fold(*node, scope, time_place, data);
    if (!fold) co_return false;
    folds.push_back(std::move(*fold));
  }
  struct Key {
    Run of_series;  // or empty: bins of time
    std::int64_t width = 0;
  };
  std::vector<Key> keys;
  Scope columns;
  Compiler compiler(scope, runtime_, subqueries_);
  for (const Node* node : grouping.keys) {
    Key key;
    const bool bin = node->kind == NodeKind::call && node->text == "bin" &&
                     node->children.size() == 2 &&
                     column_of(*node->children[0], scope) == time_place;
    if (bin) {
      const Compiled width = co_await compiler.compile(*node->children[1]);
      if (!width.constant || !width.type.is(Kind::interval_day)) co_return false;
      const Value value = width.run(Frame{{}, runtime_});
      if (runtime_.error || value.null() || value.number() <= 0) {
        runtime_.error.reset();  // the ordinary way says what is wrong
        co_return false;
      }
      key.width = value.number();
      columns.push_back({"", "", {Kind::timestamp}});
    } else {
      if (!constant_in_series(in, *node)) co_return false;
      Compiled compiled = co_await compiler.compile(*node);
      columns.push_back({"", "", compiled.type});
      key.of_series = std::move(compiled.run);
    }
    keys.push_back(std::move(key));
  }
  TablePlan plan = co_await plan_table(in, conditions);
  if (!plan.rest.empty()) co_return false;
  note_reading(in, plan);

  std::vector<bool> wanted(data.attributes().size());
  for (const ColumnFold& fold : folds)
    if (fold.attribute) wanted[*fold.attribute] = true;

  std::unordered_map<Row, std::size_t, RowHash, RowEqual> places;
  std::vector<State> states;  // of each group all folds
  const StoreView view = data.view();
  std::size_t count = 0;
  const std::size_t series_count = data.series().size();
  for (std::size_t s = 0; s < series_count; ++s) {
    const Row row = series_row(in, data.series()[s]);
    if (due(count)) co_await pause();
    if (!wants(plan, row)) continue;
    Row key(keys.size());
    for (std::size_t k = 0; k < keys.size(); ++k)
      if (keys[k].of_series) key[k] = keys[k].of_series(Frame{row, runtime_});
    co_await check();
    SeriesCursor cursor(data, view, service_.cache(), static_cast<std::uint32_t>(s),
                        plan.range.first, plan.range.second, &wanted);
    for (;;) {
      const SeriesCursor::Chunk chunk = co_await cursor.next();
      if (chunk.begin == chunk.end) break;
      std::vector<const Series::Column*> of_fold(folds.size());
      for (std::size_t f = 0; f < folds.size(); ++f)
        for (const Series::Column& column : chunk.series->columns())
          if (folds[f].attribute == column.attribute) of_fold[f] = &column;
      for (std::size_t begin = chunk.begin; begin < chunk.end;) {
        // The rows that share every bin.
        const std::int64_t time = chunk.series->times()[begin];
        std::int64_t until = INT64_MAX;
        for (std::size_t k = 0; k < keys.size(); ++k) {
          if (keys[k].of_series) continue;
          const std::int64_t bin = time - ((time % keys[k].width) + keys[k].width) % keys[k].width;
          key[k] = Value(bin);
          until =
              std::min(until, bin > INT64_MAX - keys[k].width ? INT64_MAX : bin + keys[k].width);
        }
        const std::size_t end =
            until == INT64_MAX ? chunk.end : std::min(chunk.end, chunk.series->lower_bound(until));
        const auto [place, fresh] = places.try_emplace(key, places.size());
        if (fresh) {
          states.resize(places.size() * folds.size());
          co_await hold(keys.size() + folds.size() * 8 + 8);
        }
        for (std::size_t f = 0; f < folds.size(); ++f)
          fold_rows(folds[f], states[place->second * folds.size() + f], chunk, of_fold[f], begin,
                    end);
        begin = end;
      }
      note_rows(chunk.end - chunk.begin, folds.size());
      const std::size_t before = count;
      count += chunk.end - chunk.begin;
      if (before / rows_between_pauses != count / rows_between_pauses) co_await pause();
    }
  }
  if (keys.empty() && places.empty()) {
    places.emplace(Row(), 0);
    states.resize(folds.size());
  }
  std::vector<const Row*> ordered(places.size());
  for (const auto& [key, place] : places) ordered[place] = &key;
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    Row row = *ordered[i];
    for (std::size_t f = 0; f < folds.size(); ++f)
      row.push_back(result_of(folds[f], states[i * folds.size() + f], runtime_));
    grouping.rows.push_back(std::move(row));
  }
  co_await check();
  for (const Node* node : grouping.keys) grouping.signatures.push_back(signature_in(scope, *node));
  for (std::size_t f = 0; f < folds.size(); ++f) {
    columns.push_back({"", "", folds[f].result});
    grouping.signatures.push_back(signature_in(scope, *grouping.aggregates[f]));
  }
  grouping.columns = std::move(columns);
  co_return true;
}

}  // namespace levada::timestream::sql
