// Execution: reading the points of a table. What a condition says about time narrows the range,
// what it says about dimensions is decided once a series.

#include <algorithm>
#include <bit>
#include <limits>

#include "timestream/sql/opened.h"

namespace levada::timestream::sql {
namespace {

constexpr std::size_t rows_between_pauses = 4096;

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

// First and last time, both inside, that the condition lets through.
Result<std::pair<std::int64_t, std::int64_t>> Execution::time_range(const Opened& in,
                                                                    const Node* where) {
  std::pair<std::int64_t, std::int64_t> range{in.shown_from,
                                              std::numeric_limits<std::int64_t>::max()};
  std::vector<const Node*> all;
  conjuncts_of(where, all);
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
    runtime_.error.reset();
    return value.null() ? std::nullopt : std::optional(value.number());
  };
  const auto narrow = [&range](std::string_view sign, std::int64_t at) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    if (sign == ">") range.first = std::max(range.first, at == most ? most : at + 1);
    if (sign == ">=" || sign == "=") range.first = std::max(range.first, at);
    if (sign == "<") range.second = std::min(range.second, at - 1);
    if (sign == "<=" || sign == "=") range.second = std::min(range.second, at);
  };
  for (const Node* node : all) {
    if (node->kind == NodeKind::between && !node->negated && is_time(*node->children[0])) {
      if (const auto low = constant(*node->children[1])) narrow(">=", *low);
      if (const auto high = constant(*node->children[2])) narrow("<=", *high);
    }
    if (node->kind != NodeKind::binary || node->children.size() != 2) continue;
    if (is_time(*node->children[0])) {
      if (const auto at = constant(*node->children[1])) narrow(node->text, *at);
    } else if (is_time(*node->children[1])) {
      std::string sign = node->text;
      if (sign[0] == '<' && sign != "<>")
        sign[0] = '>';
      else if (sign[0] == '>')
        sign[0] = '<';
      if (const auto at = constant(*node->children[0])) narrow(sign, *at);
    }
  }
  return range;
}

Task<Unit> Execution::scan(Opened& in, const Node* where, const std::function<bool(Row&&)>& take) {
  Run filter;
  if (where != nullptr) {
    Compiler compiler(in.relation.columns, runtime_, subqueries_);
    Compiled condition = co_await compiler.compile_condition(*where, "WHERE clause");
    filter = std::move(condition.run);
  }
  if (in.store) co_return co_await outcome(scan_table(in, where, filter, take));
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

Task<Unit> Execution::scan_table(Opened& in, const Node* where, const Run& filter,
                                 const std::function<bool(Row&&)>& take) {
  if (dry_) co_return Unit{};
  const std::shared_ptr<const TableStore> store = in.store;
  const TableData& data = store->data();
  const StoreView view = data.view();
  const std::pair<std::int64_t, std::int64_t> range = co_await time_range(in, where);
  const std::size_t name_place = in.dimensions, time_place = in.dimensions + 1;
  const std::size_t width = in.relation.columns.size();

  // Conditions on dimensions and the measure name alone.
  std::vector<Run> of_series;
  std::vector<const Node*> all;
  conjuncts_of(where, all);
  const auto constant_in_series = [&](const Node& node) {
    for (std::size_t i = 0; i <= name_place; ++i)
      if (lower(in.relation.columns[i].name) == lower(node.text)) return true;
    return false;
  };
  for (const Node* node : all) {
    bool any = false;
    if (!only_columns(*node, constant_in_series, any) || !any) continue;
    Compiler compiler(in.relation.columns, runtime_, subqueries_);
    Compiled condition = co_await compiler.compile(*node);
    of_series.push_back(std::move(condition.run));
  }

  std::vector<bool> wanted_attributes(data.attributes().size());
  for (std::size_t a = 0; a < wanted_attributes.size(); ++a)
    wanted_attributes[a] = time_place + 1 + a < width && in.needed[time_place + 1 + a];

  std::size_t count = 0;
  const std::size_t series_count = data.series().size();
  for (std::size_t s = 0; s < series_count; ++s) {
    const SeriesIdentity& series = data.series()[s];
    Row base(width);
    for (const auto& [dimension, text] : series.dimensions)
      if (dimension < in.dimensions && in.needed[dimension]) base[dimension] = Value(text);
    if (in.needed[name_place]) base[name_place] = Value(series.measure_name);
    const Frame series_frame{base, runtime_};
    const bool wanted = std::ranges::all_of(of_series, [&](const Run& run) {
      const Value yes = run(series_frame);
      return !yes.null() && yes.truth();
    });
    if (runtime_.error) break;
    if (++count % rows_between_pauses == 0) co_await pause();
    if (!wanted) continue;
    SeriesCursor cursor(data, view, service_.cache(), static_cast<std::uint32_t>(s), range.first,
                        range.second, &wanted_attributes);
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
        if (filter) {
          const Value yes = filter(Frame{row, runtime_});
          if (runtime_.error) co_return check();
          if (yes.null() || !yes.truth()) continue;
        }
        if (!take(std::move(row))) co_return check();
      }
      const std::size_t before = count;
      count += chunk.end - chunk.begin;
      if (before / rows_between_pauses != count / rows_between_pauses) co_await pause();
    }
  }
  co_return check();
}

}  // namespace levada::timestream::sql
