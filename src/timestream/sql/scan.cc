// Execution: reading the points of a table. What a condition says about time narrows the range,
// what it says about dimensions is decided once a series.

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "timestream/sql/opened.h"

namespace levada::timestream::sql {
namespace {

void conjuncts_of(const Node* node, std::vector<const Node*>& all) {
  if (node == nullptr) return;
  if (node->kind == NodeKind::binary && node->text == "and") {
    conjuncts_of(node->children[0].get(), all);
    conjuncts_of(node->children[1].get(), all);
  } else {
    all.push_back(node);
  }
}

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

bool is_time(const Node& node) {
  return node.kind == NodeKind::column && lower(node.text) == "time";
}

Value value_of(const Texts& texts, MeasureType type, std::int64_t bits) {
  switch (type) {
    case MeasureType::real:
      return Value(std::bit_cast<double>(bits));
    case MeasureType::boolean:
      return Value(bits != 0);
    case MeasureType::varchar:
      return Value(texts.at(bits));
    case MeasureType::bigint:
    case MeasureType::timestamp:
      return Value(bits);
  }
  return {};
}

}  // namespace

bool Execution::narrow(const Node& condition, std::pair<std::int64_t, std::int64_t>& range) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Scope nothing;
  const auto constant = [&](const Node& node) -> std::optional<std::int64_t> {
    bool any = false;
    if (!only_columns(
            node, [](const Node&) { return false; }, any))
      return std::nullopt;
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

// column < number and the like, either way round.
std::optional<Execution::Bound> Execution::bound_of(const Opened& in, const Node& condition) {
  if (condition.kind != NodeKind::binary || condition.children.size() != 2) return std::nullopt;
  for (const bool swapped : {false, true}) {
    const Node& column = *condition.children[swapped ? 1 : 0];
    const Node& number = *condition.children[swapped ? 0 : 1];
    if (column.kind != NodeKind::column || number.kind != NodeKind::literal ||
        !number.type.numeric())
      continue;
    std::string sign = condition.text;
    if (swapped && (sign[0] == '<' || sign[0] == '>') && sign != "<>")
      sign[0] = sign[0] == '<' ? '>' : '<';
    const double value = number.type.is(Kind::real) ? number.value.real()
                                                    : static_cast<double>(number.value.number());
    const Scope& scope = in.relation.columns;
    for (std::size_t i = in.dimensions + 2; i < scope.size(); ++i)
      if (lower(scope[i].name) == lower(column.text) && scope[i].type.numeric())
        return Bound{static_cast<std::uint32_t>(i - in.dimensions - 2), sign, value};
  }
  return std::nullopt;
}

bool Execution::TablePlan::excludes(std::span<const Zone> zones) const {
  return std::ranges::any_of(bounds, [&](const Bound& bound) {
    const auto zone = std::ranges::find(zones, bound.attribute, &Zone::attribute);
    if (zone == zones.end()) return true;  // the column is null everywhere
    const bool real = zone->type == MeasureType::real;
    const double least = real ? std::bit_cast<double>(zone->least) : double(zone->least);
    const double most = real ? std::bit_cast<double>(zone->most) : double(zone->most);
    constexpr double exact = 9007199254740992.0;  // beyond, whole numbers lose digits
    if (!(std::abs(least) < exact && std::abs(most) < exact)) return false;
    if (bound.sign == ">") return most <= bound.value;
    if (bound.sign == ">=") return most < bound.value;
    if (bound.sign == "<") return least >= bound.value;
    if (bound.sign == "<=") return least > bound.value;
    return bound.sign == "=" && (bound.value < least || bound.value > most);
  });
}

bool Execution::constant_in_series(const Opened& in, const Node& node) {
  bool any = false;
  const auto of_series = [&in](const Node& column) {
    for (std::size_t i = 0; i <= in.dimensions; ++i)
      if (lower(in.relation.columns[i].name) == lower(column.text)) return true;
    return false;
  };
  return only_columns(node, of_series, any) && any;
}

Task<Execution::TablePlan> Execution::plan_table(const Opened& in, const Node* where) {
  TablePlan plan;
  plan.range = {in.shown_from, std::numeric_limits<std::int64_t>::max()};
  if (where == nullptr) co_return plan;
  Compiler compiler(in.relation.columns, runtime_, subqueries_);
  (void)co_await compiler.compile_condition(*where, "WHERE clause");
  std::vector<const Node*> all;
  conjuncts_of(where, all);
  for (const Node* node : all) {
    if (narrow(*node, plan.range)) continue;
    Compiled condition = co_await compiler.compile_condition(*node, "WHERE clause");
    if (const auto bound = bound_of(in, *node)) plan.bounds.push_back(*bound);
    (constant_in_series(in, *node) ? plan.of_series : plan.rest)
        .push_back(std::move(condition.run));
  }
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

Task<Unit> Execution::scan(Opened& in, const Node* where, const std::function<bool(Row&&)>& take) {
  if (in.store) co_return co_await outcome(scan_table(in, where, take));
  Run filter;
  if (where != nullptr) {
    Compiler compiler(in.relation.columns, runtime_, subqueries_);
    Compiled condition = co_await compiler.compile_condition(*where, "WHERE clause");
    filter = std::move(condition.run);
  }
  std::size_t count = 0;
  for (Row& row : in.relation.rows) {
    if (filter) {
      const Value yes = filter(Frame{row, runtime_});
      if (runtime_.error) break;
      if (yes.null() || !yes.truth()) continue;
    }
    if (!take(std::move(row))) break;
    if (++count % rows_between_pauses == 0) co_await pause();
  }
  co_return check();
}

Task<Unit> Execution::scan_table(Opened& in, const Node* where,
                                 const std::function<bool(Row&&)>& take) {
  const TablePlan plan = co_await plan_table(in, where);
  if (dry_) co_return Unit{};
  const std::shared_ptr<const TableStore> store = in.store;
  const TableData& data = store->data();
  const StoreView view = data.view();
  const std::size_t time_place = in.dimensions + 1, width = in.relation.columns.size();
  std::vector<bool> wanted_attributes(data.attributes().size());
  for (std::size_t a = 0; a < wanted_attributes.size(); ++a)
    wanted_attributes[a] = time_place + 1 + a < width && in.needed[time_place + 1 + a];

  const SeriesCursor::Skip skip = [&plan](std::span<const Zone> zones) {
    return plan.excludes(zones);
  };
  std::size_t count = 0;
  const std::size_t series_count = data.series().size();
  for (std::size_t s = 0; s < series_count; ++s) {
    const Row base = series_row(in, data.series()[s]);
    const bool wanted = wants(plan, base);
    if (runtime_.error) break;
    if (++count % rows_between_pauses == 0) co_await pause();
    if (!wanted) continue;
    SeriesCursor cursor(data, view, service_.cache(), static_cast<std::uint32_t>(s),
                        plan.range.first, plan.range.second, &wanted_attributes,
                        plan.bounds.empty() ? nullptr : &skip);
    for (;;) {
      const SeriesCursor::Chunk chunk = co_await cursor.next();
      if (chunk.begin == chunk.end) break;
      for (std::size_t place = chunk.begin; place < chunk.end; ++place) {
        Row row = base;
        row[time_place] = Value(chunk.series->times()[place]);
        for (const Series::Column& column : chunk.series->columns()) {
          const std::size_t at = time_place + 1 + column.attribute;
          if (at < width && in.needed[at] && column.present[place])
            row[at] = value_of(*chunk.texts, data.attributes()[column.attribute].type,
                               column.bits[place]);
        }
        const Frame frame{row, runtime_};
        const bool holds = std::ranges::all_of(plan.rest, [&](const Run& run) {
          const Value yes = run(frame);
          return !yes.null() && yes.truth();
        });
        if (runtime_.error) co_return check();
        if (holds && !take(std::move(row))) co_return check();
      }
      const std::size_t before = count;
      count += chunk.end - chunk.begin;
      if (before / rows_between_pauses != count / rows_between_pauses) co_await pause();
    }
  }
  co_return check();
}

}  // namespace levada::timestream::sql
