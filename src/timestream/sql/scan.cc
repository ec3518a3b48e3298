// Execution: reading the points of a table. What a condition says about time narrows the range,
// what it says about dimensions is decided once a series.

#include <algorithm>
#include <limits>
#include <numeric>

#include "timestream/sql/opened.h"
#include "timestream/sql/row_maker.h"
#include "timestream/sql/rows.h"

namespace levada::timestream::sql {
namespace {

// Whether it looks at columns that `holds` accepts, at one at least, and at no others.
template <class Holds>
bool only_columns(const Node& node, const Holds& holds, bool& any) {
  if (node.kind == NodeKind::column) {
    any = true;
    return holds(node);
  }
  if (node.kind == NodeKind::lambda || node.query) return false;
  return std::ranges::all_of(
      node.children, [&](const NodePointer& child) { return only_columns(*child, holds, any); });
}

// The column of the scope that the node names.
std::optional<std::size_t> place_of(const Scope& scope, const Node& node) {
  if (node.kind != NodeKind::column) return std::nullopt;
  const auto found = find_column(scope, node);
  return found ? *found : std::nullopt;
}

}  // namespace

bool Execution::narrow(const Opened& in, const Node& condition,
                       std::pair<std::int64_t, std::int64_t>& range) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Scope nothing;
  const Scope& scope = in.relation.columns;
  const auto is_time = [&](const Node& node) { return place_of(scope, node) == in.dimensions + 1; };
  // Columns of queries around this one are constants here.
  const auto constant = [&](const Node& node) -> std::optional<std::int64_t> {
    bool any = false;
    const auto elsewhere = [&](const Node& column) { return !place_of(scope, column); };
    if (!only_columns(node, elsewhere, any)) return std::nullopt;
    Compiler compiler(nothing, runtime_, subqueries_);
    Result<Compiled> compiled = compiler.compile(node);
    if (!compiled || !conversion_cost(compiled->type, {Kind::timestamp})) return std::nullopt;
    const Value value = convert(std::move(*compiled), {Kind::timestamp}).run(Frame{{}, runtime_});
    if (runtime_.error || value.null()) {
      runtime_.error.reset();
      return std::nullopt;
    }
    return value.number();
  };
  const auto apply = [&range](std::string_view sign, std::int64_t at) {
    if (sign == ">" && at == most)
      range.second = range.first - 1;
    else if (sign == ">")
      range.first = std::max(range.first, at + 1);
    else if (sign == ">=")
      range.first = std::max(range.first, at);
    else if (sign == "<" && at == std::numeric_limits<std::int64_t>::min())
      range.second = at;
    else if (sign == "<")
      range.second = std::min(range.second, at - 1);
    else if (sign == "<=")
      range.second = std::min(range.second, at);
    else if (sign == "=")
      range = {std::max(range.first, at), std::min(range.second, at)};
    else
      return false;
    return true;
  };
  if (condition.kind == NodeKind::between && !condition.negated &&
      is_time(*condition.children[0])) {
    const auto low = constant(*condition.children[1]), high = constant(*condition.children[2]);
    return low && high && apply(">=", *low) && apply("<=", *high);
  }
  if (condition.kind != NodeKind::binary || condition.children.size() != 2) return false;
  if (is_time(*condition.children[0])) {
    const auto at = constant(*condition.children[1]);
    return at && apply(condition.text, *at);
  }
  if (!is_time(*condition.children[1])) return false;
  std::string sign = condition.text;
  if (sign[0] == '<' && sign != "<>")
    sign[0] = '>';
  else if (sign[0] == '>')
    sign[0] = '<';
  const auto at = constant(*condition.children[0]);
  return at && apply(sign, *at);
}

// column < number and the like, either way round, and BETWEEN numbers.
bool Execution::bound_of(const Opened& in, const Node& condition, std::vector<ColumnBound>& to) {
  const Scope& scope = in.relation.columns;
  const auto add = [&](const Node& column, const Node& number,
                       std::optional<ColumnBound::Sign> sign) {
    const auto place = place_of(scope, column);
    if (!sign || number.kind != NodeKind::literal || !number.type.numeric() || !place ||
        *place < in.dimensions + 2 || !scope[*place].type.numeric())
      return false;
    ColumnBound bound{};
    bound.attribute = static_cast<std::uint32_t>(*place - in.dimensions - 2);
    bound.sign = *sign;
    const bool real = number.type.is(Kind::real);
    bound.whole = !real && !scope[*place].type.is(Kind::real);
    bound.number = real ? 0 : number.value.number();
    bound.real = real ? number.value.real() : static_cast<double>(bound.number);
    to.push_back(bound);
    return true;
  };
  if (condition.kind == NodeKind::between && !condition.negated) {
    const Node& column = *condition.children[0];
    const std::size_t before = to.size();
    if (add(column, *condition.children[1], ColumnBound::Sign::at_least) &&
        add(column, *condition.children[2], ColumnBound::Sign::at_most))
      return true;
    to.resize(before, {});
    return false;
  }
  if (condition.kind != NodeKind::binary || condition.children.size() != 2) return false;
  const Node &left = *condition.children[0], &right = *condition.children[1];
  return add(left, right, bound_sign(condition.text, false)) ||
         add(right, left, bound_sign(condition.text, true));
}

// dimension = 'text' and dimension IN ('text', …): only series with these can be wanted.
void Execution::choose_series(const Opened& in, const Node& condition, TablePlan& plan) {
  const bool equal = condition.kind == NodeKind::binary && condition.text == "=";
  const bool list = condition.kind == NodeKind::in_list && !condition.negated;
  if (!equal && !list) return;
  const auto is_text = [](const NodePointer& node) {
    return node->kind == NodeKind::literal && node->type.is(Kind::varchar);
  };
  std::span<const NodePointer> texts = std::span(condition.children).subspan(1);
  auto place = place_of(in.relation.columns, *condition.children[0]);
  if (equal && !place) {
    place = place_of(in.relation.columns, *condition.children[1]);
    texts = std::span(condition.children).first(1);
  }
  if (!place || *place > in.dimensions || !std::ranges::all_of(texts, is_text)) return;
  const TableData& data = in.store->data();
  std::vector<std::uint32_t> found;
  for (const NodePointer& text : texts) {
    const std::string& value = text->value.text();
    const std::span<const std::uint32_t> some =
        *place < in.dimensions ? data.series_with(static_cast<std::uint32_t>(*place), value)
                               : data.series_of_measure(value);
    found.insert(found.end(), some.begin(), some.end());
  }
  if (plan.series && plan.series->size() <= found.size()) return;
  std::ranges::sort(found);
  const auto again = std::ranges::unique(found);
  found.erase(again.begin(), again.end());
  plan.series = std::move(found);
}

bool Execution::constant_in_series(const Opened& in, const Node& node) {
  bool any = false;
  const auto of_series = [&in](const Node& column) {
    const auto place = place_of(in.relation.columns, column);
    return !place || *place <= in.dimensions;  // or of a query around this one
  };
  return only_columns(node, of_series, any) && any;
}

Task<Execution::TablePlan> Execution::plan_table(const Opened& in,
                                                 const std::vector<const Node*>& conditions) {
  TablePlan plan;
  plan.range = {in.shown_from, std::numeric_limits<std::int64_t>::max()};
  std::set<std::string> names;
  Compiler compiler(in.relation.columns, runtime_, subqueries_);
  for (const Node* node : conditions) {
    Compiled condition = co_await compiler.compile_condition(*node, "WHERE clause");
    if (narrow(in, *node, plan.range)) continue;
    if (bound_of(in, *node, plan.bounds)) continue;
    if (constant_in_series(in, *node)) {
      choose_series(in, *node, plan);
      plan.of_series.push_back(std::move(condition.run));
    } else {
      add_names(node, names);
      plan.rest.push_back(std::move(condition.run));
    }
  }
  for (const ScopeColumn& column : in.relation.columns)
    plan.looked_at.push_back(names.contains(lower(column.name)));
  co_return plan;
}

Execution::Row Execution::series_row(const Opened& in, const SeriesIdentity& series) const {
  Row row(in.relation.columns.size());
  for (const auto& [dimension, text] : series.dimensions)
    if (dimension < in.dimensions && in.needed[dimension]) row[dimension] = Value(text);
  if (in.needed[in.dimensions]) row[in.dimensions] = Value(series.measure_name);
  return row;
}

bool Execution::wants(const TablePlan& plan, const Row& series_row) {
  const Frame frame{series_row, runtime_};
  return std::ranges::all_of(plan.of_series, [&](const Run& run) {
    const Value yes = run(frame);
    return !yes.null() && yes.truth();
  });
}

// The table of which the largest share, or the longest time, was read is told.
void Execution::note_reading(const Opened& in, const TablePlan& plan) {
  if (!wants_insights_) return;
  ++insights_.tables;
  std::set<std::string> all, read;
  for (const SeriesIdentity& series : in.store->data().series()) {
    std::string partition = series.measure_name;
    if (in.partition_key.dimension)
      for (const auto& [dimension, text] : series.dimensions)
        if (in.store->data().dimensions()[dimension] == in.partition_key.name) partition = text;
    if (wants(plan, series_row(in, series))) read.insert(partition);
    all.insert(std::move(partition));
  }
  runtime_.error.reset();  // the scan itself meets it again
  const double share =
      all.empty() ? 0 : static_cast<double>(read.size()) / static_cast<double>(all.size());
  if (insights_.coverage.arn.empty() || share > insights_.coverage.value)
    insights_.coverage = {
        in.arn, share, {in.partition_key.dimension ? in.partition_key.name : "measure_name"}};
  const std::int64_t until = std::min(plan.range.second, runtime_.now);
  const auto range = static_cast<double>(std::max<std::int64_t>(until - plan.range.first, 0));
  if (insights_.range.arn.empty() || range > insights_.range.value)
    insights_.range = {in.arn, range, {}};
}

Task<Unit> Execution::scan(Opened& in, const std::vector<const Node*>& conditions,
                           const std::function<bool(Row&&)>& take) {
  if (in.store) co_return co_await outcome(scan_table(in, conditions, take));
  std::vector<Run> filters;
  Compiler compiler(in.relation.columns, runtime_, subqueries_);
  for (const Node* condition : conditions) {
    Compiled compiled = co_await compiler.compile_condition(*condition, "WHERE clause");
    filters.push_back(std::move(compiled.run));
  }
  std::size_t count = 0;
  for (Row& row : in.relation.rows) {
    const Frame frame{row, runtime_};
    const bool holds = std::ranges::all_of(filters, [&](const Run& filter) {
      const Value yes = filter(frame);
      return !yes.null() && yes.truth();
    });
    if (runtime_.error) break;
    if (holds && !take(std::move(row))) break;
    if (due(count)) co_await pause();
  }
  co_return check();
}

Task<bool> Execution::take_newest(const TableData& data, std::uint32_t number,
                                  const TablePlan& plan, const Row& base,
                                  const std::vector<bool>& wanted,
                                  const std::function<bool(const Selected&)>& take, bool& more) {
  const SeriesIdentity& series = data.series()[number];
  if (!data.newest(number)) {
    if (series.stored_to < plan.range.first) co_return false;
    const StoreView view = data.view();
    SeriesCursor cursor(data, view, service_.cache(), number, series.stored_to, series.stored_to);
    const SeriesCursor::Chunk chunk = co_await cursor.next();
    // Of segments that changed meanwhile it could be an older version.
    if (chunk.begin < chunk.end && data.view().segments == view.segments)
      data.remember(number, *chunk.series, chunk.end - 1);
  }
  const auto newest = data.newest(number);
  if (!newest || newest->time > plan.range.second) co_return false;
  if (newest->time < plan.range.first) co_return true;
  Series one;
  const Texts no_texts;
  SeriesCursor::Chunk chunk{newest->row_of, newest->texts};
  if (newest->row_of != nullptr) {
    chunk.end = newest->row_of->size();
    chunk.begin = chunk.end - 1;
  } else {
    std::vector<StoredMeasure> measures;
    for (const StoredMeasure& measure : newest->stored->measures)
      if (wanted[measure.attribute]) measures.push_back(measure);
    one.put(newest->time, newest->stored->version, measures);
    chunk = {&one, &no_texts, 0, 1};
  }
  const auto row = static_cast<std::uint32_t>(chunk.begin);
  more = take({series, base, chunk, std::span(&row, 1)});
  co_return true;
}

Task<Unit> Execution::scan_columns(Opened& in, const std::vector<const Node*>& conditions,
                                   const std::function<bool(const Selected&)>& take, bool newest) {
  const TablePlan plan = co_await plan_table(in, conditions);
  if (dry_) co_return Unit{};
  note_reading(in, plan);
  const std::shared_ptr<const TableStore> store = in.store;
  const TableData& data = store->data();
  const StoreView view = data.view();
  const std::size_t time_place = in.dimensions + 1, width = in.relation.columns.size();
  std::vector<bool> wanted_attributes(data.attributes().size());
  for (std::size_t a = 0; a < wanted_attributes.size(); ++a)
    wanted_attributes[a] = time_place + 1 + a < width && in.needed[time_place + 1 + a];
  const auto columns_read = static_cast<std::size_t>(std::ranges::count(wanted_attributes, true));
  const SeriesCursor::Skip skip = [&plan](std::span<const Zone> zones) {
    return std::ranges::any_of(plan.bounds,
                               [&](const ColumnBound& b) { return excludes(b, zones); });
  };
  const auto holds = [this](const Run& condition, const Row& row) {
    const Value yes = condition(Frame{row, runtime_});
    return !yes.null() && yes.truth();
  };
  newest = newest && plan.bounds.empty() && plan.rest.empty();
  for (std::size_t a = 0; a < wanted_attributes.size(); ++a)
    if (wanted_attributes[a] && data.attributes()[a].type == MeasureType::varchar) newest = false;
  RowMaker maker(data, plan.looked_at, time_place);
  std::vector<std::uint32_t> rows;
  std::size_t count = 0;
  const std::size_t series_count = plan.series ? plan.series->size() : data.series().size();
  for (std::size_t i = 0; i < series_count; ++i) {
    const std::uint32_t s = plan.series ? (*plan.series)[i] : static_cast<std::uint32_t>(i);
    const SeriesIdentity& series = data.series()[s];
    const Row base = series_row(in, series);
    const bool wanted = wants(plan, base);
    co_await check();
    if (due(count)) co_await pause();
    if (!wanted) continue;
    if (newest) {
      bool more = true;
      if (co_await take_newest(data, s, plan, base, wanted_attributes, take, more)) {
        note_rows(1, columns_read);
        if (!more) co_return check();
        continue;
      }
    }
    SeriesCursor cursor(data, view, service_.cache(), s, plan.range.first, plan.range.second,
                        &wanted_attributes, plan.bounds.empty() ? nullptr : &skip);
    for (;;) {
      const SeriesCursor::Chunk chunk = co_await cursor.next();
      if (chunk.begin == chunk.end) break;
      rows.resize(chunk.end - chunk.begin);
      std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(chunk.begin));
      for (const ColumnBound& bound : plan.bounds)
        keep_rows_within(bound, *chunk.series,
                         data.attributes()[bound.attribute].type == MeasureType::real, rows);
      if (!plan.rest.empty() && !rows.empty()) {
        maker.begin(base, chunk);
        std::erase_if(rows, [&](std::uint32_t place) {
          const Row& row = maker.at(place);
          return !std::ranges::all_of(plan.rest, [&](const Run& run) { return holds(run, row); });
        });
        co_await check();
      }
      note_rows(chunk.end - chunk.begin, columns_read);
      if (!rows.empty() && !take({series, base, chunk, rows})) co_return check();
      const std::size_t before = count;
      count += chunk.end - chunk.begin;
      if (before / rows_between_pauses != count / rows_between_pauses) co_await pause();
    }
  }
  co_return check();
}

Task<Unit> Execution::scan_table(Opened& in, const std::vector<const Node*>& conditions,
                                 const std::function<bool(Row&&)>& take) {
  RowMaker maker(in.store->data(), in.needed, in.dimensions + 1);
  const std::function<bool(const Selected&)> take_all = [&](const Selected& selected) {
    maker.begin(selected.base, selected.chunk);
    return std::ranges::all_of(selected.rows, [&](std::uint32_t place) {
      return take(Row(maker.at(place))) && !runtime_.error;
    });
  };
  co_return co_await outcome(scan_columns(in, conditions, take_all));
}

}  // namespace levada::timestream::sql
