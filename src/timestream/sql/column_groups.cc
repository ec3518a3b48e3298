// Execution: groups of a table whose keys are dimensions and bins of time, and
// whose aggregates look at plain columns: columns are folded as they lie,
// without making rows of them. Means the same as Execution::group.

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>

#include "base/check.h"
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

// The sum of whole numbers that a double holds exactly, whatever the order.
std::optional<double> exact_sum(std::span<const std::int64_t> values) {
  std::uint64_t sum = 0, magnitudes = 0;
  for (const std::int64_t value : values) {
    sum += static_cast<std::uint64_t>(value);
    magnitudes |= static_cast<std::uint64_t>(value ^ (value >> 63));
  }
  constexpr int exact_bits = 52;
  if (std::bit_width(magnitudes) + std::bit_width(values.size()) > exact_bits) return std::nullopt;
  return static_cast<double>(static_cast<std::int64_t>(sum));
}

bool neighbours(std::span<const std::uint32_t> rows) {
  return rows.back() - rows.front() + 1 == rows.size();
}

// How many of the rows are before that time. Points mostly have one distance, so that a guess is
// right.
std::size_t rows_before(std::int64_t until, std::span<const std::uint32_t> rows,
                        std::span<const std::int64_t> times) {
  const auto before = [&](std::uint32_t row) { return times[row] < until; };
  if (rows.size() > 1) {
    const std::int64_t first = times[rows[0]], distance = times[rows[1]] - first;
    const std::uint64_t left =
        static_cast<std::uint64_t>(until) - static_cast<std::uint64_t>(first);
    const std::uint64_t guess = (left - 1) / static_cast<std::uint64_t>(distance) + 1;
    const std::size_t count = std::min<std::uint64_t>(guess, rows.size());
    if (before(rows[count - 1]) && (count == rows.size() || !before(rows[count]))) return count;
  }
  return static_cast<std::size_t>(std::ranges::partition_point(rows, before) - rows.begin());
}

// The values that `read` gives of rows; `present` null: every row has one.
template <class Number, class Read>
void fold_numbers(Fold fold, State& state, Number& kept, std::span<const std::uint32_t> rows,
                  const Presence* present, const Read& read) {
  std::int64_t count = state.count;
  Number held = kept;
  const auto each = [&](const auto& use) {
    if (present == nullptr && neighbours(rows)) {
      for (std::size_t row = rows.front(); row <= rows.back(); ++row) use(read(row));
    } else {
      for (const std::uint32_t row : rows)
        if (present == nullptr || (*present)[row]) use(read(row));
    }
  };
  switch (fold) {
    case Fold::least:
      each([&](Number value) { held = count++ == 0 || value < held ? value : held; });
      break;
    case Fold::most:
      each([&](Number value) { held = count++ == 0 || held < value ? value : held; });
      break;
    case Fold::sum:
      each([&](Number value) {
        ++count;
        if constexpr (std::is_same_v<Number, std::int64_t>)
          state.over = __builtin_add_overflow(held, value, &held) || state.over;
        else
          held += value;
      });
      break;
    case Fold::mean: {
      double sum = state.real;
      each([&](Number value) {
        ++count;
        sum += static_cast<double>(value);
      });
      state.real = sum;
      state.count = count;
      return;  // `kept` may be that sum
    }
    case Fold::count:
    case Fold::latest:
      CHECK(false, "they look at no number");
  }
  state.count = count;
  kept = held;
}

// The mean of neighbouring whole numbers. No: they have to be added one by one.
bool fold_exactly(State& state, const Series::Column& column, std::span<const std::uint32_t> rows) {
  if (!column.present.everywhere() || !neighbours(rows) || std::abs(state.real) >= 0x1p52)
    return false;
  std::vector<std::int64_t> scratch;
  const auto sum = exact_sum(column.bits.range(rows.front(), rows.back() + 1, scratch));
  if (!sum) return false;
  state.real += *sum;
  state.count += static_cast<std::int64_t>(rows.size());
  return true;
}

void fold_rows(const ColumnFold& fold, State& state, const Series& series,
               const Series::Column* column, std::span<const std::uint32_t> rows) {
  if (fold.rows || (fold.fold == Fold::count && !fold.attribute)) {
    state.count += static_cast<std::int64_t>(rows.size());
    return;
  }
  if (!fold.attribute)
    return fold_numbers(fold.fold, state, state.whole, rows, nullptr,
                        [times = series.times()](std::size_t row) { return times[row]; });
  if (fold.fold == Fold::latest) {  // max_by(column, time): of these rows the last one
    const std::int64_t time = series.times()[rows.back()];
    if (time <= state.latest) return;
    state.latest = time;
    state.count = column != nullptr && column->present[rows.back()] ? 1 : 0;
    if (state.count > 0) state.whole = column->bits[rows.back()];
    return;
  }
  if (column == nullptr) return;
  const Presence* present = column->present.everywhere() ? nullptr : &column->present;
  if (fold.fold == Fold::count) {
    state.count += std::ranges::count_if(
        rows, [&](std::uint32_t row) { return present == nullptr || (*present)[row]; });
    return;
  }
  const bool real = fold.type == MeasureType::real;
  if (!real && fold.fold == Fold::mean && fold_exactly(state, *column, rows)) return;
  std::vector<std::int64_t> scratch;
  const std::size_t first = rows.front();
  const auto bits = column->bits.range(first, rows.back() + 1, scratch);
  if (real)
    fold_numbers(fold.fold, state, state.real, rows, present,
                 [=](std::size_t row) { return std::bit_cast<double>(bits[row - first]); });
  else
    fold_numbers(fold.fold, state, state.whole, rows, present,
                 [=](std::size_t row) { return bits[row - first]; });
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
    if (same_name(scope[i].name, node.text) &&
        (node.qualifier.empty() || same_name(scope[i].qualifier, node.qualifier)))
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
  std::unordered_map<Row, std::size_t, RowHash, RowEqual> places;
  std::vector<State> states;  // of each group all folds
  std::vector<const Series::Column*> of_fold(folds.size());
  const SeriesIdentity* series = nullptr;
  Row key(keys.size());
  std::optional<Error> full;
  const std::function<bool(const Selected&)> take = [&](const Selected& selected) {
    if (series != &selected.series) {
      series = &selected.series;
      for (std::size_t k = 0; k < keys.size(); ++k)
        if (keys[k].of_series) key[k] = keys[k].of_series(Frame{selected.base, runtime_});
    }
    if (runtime_.error) return false;
    const Series& points = *selected.chunk.series;
    std::ranges::fill(of_fold, nullptr);
    for (std::size_t f = 0; f < folds.size(); ++f)
      for (const Series::Column& column : points.columns())
        if (folds[f].attribute == column.attribute) of_fold[f] = &column;
    const std::span<const std::int64_t> times = points.times();
    for (std::span<const std::uint32_t> rest = selected.rows; !rest.empty();) {
      // The rows that share every bin.
      const std::int64_t time = times[rest.front()];
      std::int64_t until = INT64_MAX;
      for (std::size_t k = 0; k < keys.size(); ++k) {
        if (keys[k].of_series) continue;
        const std::int64_t bin = time - ((time % keys[k].width) + keys[k].width) % keys[k].width;
        key[k] = Value(bin);
        until = std::min(until, bin > INT64_MAX - keys[k].width ? INT64_MAX : bin + keys[k].width);
      }
      const auto rows = until == INT64_MAX ? rest : rest.first(rows_before(until, rest, times));
      const auto [place, fresh] = places.try_emplace(key, places.size());
      if (fresh) {
        states.resize(places.size() * folds.size());
        Result<Unit> held = hold(keys.size() + folds.size() * 8 + 8);
        if (!held) full = std::move(held).error();
      }
      for (std::size_t f = 0; f < folds.size(); ++f)
        fold_rows(folds[f], states[place->second * folds.size() + f], points, of_fold[f], rows);
      rest = rest.subspan(rows.size());
    }
    return !full;
  };
  const auto of_newest = [](const ColumnFold& fold) {  // as max_by(…, time) and max(time) are
    return fold.fold == Fold::latest || (fold.fold == Fold::most && !fold.attribute && !fold.rows);
  };
  const bool newest =
      std::ranges::all_of(folds, of_newest) &&
      std::ranges::all_of(keys, [](const Key& each) { return each.of_series != nullptr; });
  co_await scan_columns(in, conditions, take, newest);
  if (full) co_return tl::unexpected<Error>(*full);
  if (keys.empty() && places.empty()) {
    places.emplace(Row(), 0);
    states.resize(folds.size());
  }
  std::vector<const Row*> ordered(places.size());
  for (const auto& [group, place] : places) ordered[place] = &group;
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
