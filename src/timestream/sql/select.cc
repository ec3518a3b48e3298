// Execution: SELECT, from what FROM gives to the rows of the answer: conditions, groups, window
// functions, the expressions shown, DISTINCT and ORDER BY, in this order.

#include <algorithm>
#include <limits>

#include "timestream/refusal.h"
#include "timestream/sql/opened.h"
#include "timestream/sql/rows.h"

namespace levada::timestream::sql {
namespace {

constexpr std::uint64_t limit_none = std::numeric_limits<std::uint64_t>::max();

void add_aggregates(const Node* node, std::vector<const Node*>& all) {
  if (node == nullptr) return;
  if (node->kind == NodeKind::call && is_aggregate(node->text) && !node->window) {
    all.push_back(node);
    return;
  }
  each_part(*node, [&](const Node& part) { add_aggregates(&part, all); });
}

void add_windows_of(const Node* node, std::vector<const Node*>& all) {
  if (node == nullptr) return;
  if (node->window) {
    all.push_back(node);
    return;
  }
  each_part(*node, [&](const Node& part) { add_windows_of(&part, all); });
}

// WHERE and the like come before groups and windows.
Result<Unit> refuse_folds(const Node* node, std::string_view clause) {
  std::vector<const Node*> all;
  add_aggregates(node, all);
  add_windows_of(node, all);
  if (all.empty()) return Unit{};
  return refuse_at(all.front()->place,
                   std::string(clause) +
                       " cannot contain aggregations, window functions or grouping operations: [" +
                       all.front()->text + "]");
}

bool is_ordinal(const Node& node) {
  return node.kind == NodeKind::literal &&
         (node.type.is(Kind::integer) || node.type.is(Kind::bigint));
}

// The output that ORDER BY or GROUP BY names by its number.
Result<std::size_t> ordinal_of(const Node& node, std::size_t outputs, std::string_view clause) {
  const std::int64_t place = node.value.number();
  if (place >= 1 && static_cast<std::size_t>(place) <= outputs)
    return static_cast<std::size_t>(place - 1);
  return refuse_at(node.place, std::string(clause) + " position " + std::to_string(place) +
                                   " is not in select list");
}

}  // namespace

Task<Execution::Opened> Execution::open_from(const Select& select,
                                             const std::vector<OrderItem>& order) {
  Opened in;
  if (!select.from) {
    if (!dry_) in.relation.rows.emplace_back();
    co_return in;
  }
  std::set<std::string> names;
  add_names(select, names);
  for (const OrderItem& item : order) add_names(item.node.get(), names);
  const bool all = joins_naturally(*select.from) ||
                   std::ranges::any_of(select.items, [](const auto& item) { return !item.node; });
  co_return co_await open(*select.from, all ? nullptr : &names);
}

Result<std::vector<Execution::Output>> Execution::outputs_of(const Select& select,
                                                             const Opened& in) const {
  std::vector<Output> outputs;
  for (const SelectItem& item : select.items) {
    if (item.node) {
      const bool named = item.node->kind == NodeKind::column || item.node->kind == NodeKind::field;
      outputs.push_back({item.alias ? *item.alias
                         : named    ? item.node->text
                                    : "_col" + std::to_string(outputs.size()),
                         item.node.get()});
      continue;
    }
    if (!select.from)
      return refuse_at(item.place, "SELECT * not allowed in queries without FROM clause");
    const std::size_t before = outputs.size();
    const Scope& columns = in.relation.columns;
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (!in.hidden.contains(i) &&
          (item.qualifier.empty() || same_name(columns[i].qualifier, item.qualifier)))
        outputs.push_back({columns[i].name, nullptr, i});
    if (outputs.size() == before && !item.qualifier.empty())
      return refuse_at(item.place, "Table '" + item.qualifier + "' not found");
  }
  return outputs;
}

Result<Execution::Grouping> Execution::grouping_of(const Select& select,
                                                   const std::vector<Output>& outputs,
                                                   const std::vector<OrderItem>& order,
                                                   const Opened& in) const {
  Grouping grouping;
  for (const Output& output : outputs) add_aggregates(output.node, grouping.aggregates);
  add_aggregates(select.having.get(), grouping.aggregates);
  for (const OrderItem& item : order) add_aggregates(item.node.get(), grouping.aggregates);
  grouping.there = !grouping.aggregates.empty() || !select.group_by.empty() ||
                   !select.grouping_sets.empty() || select.having != nullptr;
  for (const NodePointer& key : select.group_by) {
    const Node* node = key.get();
    if (is_ordinal(*node)) {
      const Output& output = outputs[TRY(ordinal_of(*node, outputs.size(), "GROUP BY"))];
      if (output.node == nullptr)
        return refuse_at(node->place, "GROUP BY position " + std::to_string(node->value.number()) +
                                          " is not in select list");
      node = output.node;
    }
    TRY(refuse_folds(node, "GROUP BY clause"));
    grouping.keys.push_back(node);
  }
  // One of each kind is enough.
  std::set<std::string> seen;
  std::erase_if(grouping.aggregates, [&](const Node* node) {
    return !seen.insert(signature_in(in.relation.columns, *node)).second;
  });
  return grouping;
}

Task<Unit> Execution::gather(Opened& in, std::vector<const Node*>& conditions) {
  std::vector<const Node*> early, late;
  for (const Node* condition : conditions)
    (correlated(condition) ? late : early).push_back(condition);
  std::vector<Row> rows;
  std::optional<Error> full;
  const std::function<bool(Row &&)> keep = [&](Row&& row) {
    Result<Unit> held = hold(row.size() + 1);
    if (!held) full = std::move(held).error();
    rows.push_back(std::move(row));
    return !full;
  };
  co_await scan(in, early, keep);
  if (full) co_return tl::unexpected<Error>(*full);
  Compiler compiler(in.relation.columns, runtime_, subqueries_);
  for (const Node* condition : late) {
    Compiled compiled = co_await compiler.compile_condition(*condition, "WHERE clause");
    std::vector<const Node*> roots{condition};
    co_await answer_subqueries(std::move(roots), compiler, rows);
    co_await keep_rows(rows, compiled.run);
  }
  in.relation.rows = std::move(rows);
  in.store.reset();
  conditions.clear();
  co_return Unit{};
}

Task<Unit> Execution::keep_rows(std::vector<Row>& rows, const Run& condition) {
  std::vector<Row> kept;
  std::size_t count = 0;
  for (Row& row : rows) {
    if (due(count)) co_await pause();
    const Value yes = condition(Frame{row, runtime_});
    co_await check();
    if (!yes.null() && yes.truth()) kept.push_back(std::move(row));
  }
  rows = std::move(kept);
  co_return Unit{};
}

Task<Relation> Execution::select(const Select& select, const std::vector<OrderItem>* order_given,
                                 std::optional<std::uint64_t> limit) {
  static const std::vector<OrderItem> no_order;
  const std::vector<OrderItem>& order = order_given != nullptr ? *order_given : no_order;
  Opened in = co_await open_from(select, order);
  const std::vector<Output> outputs = co_await outputs_of(select, in);
  std::vector<const Node*> shown;  // with what they are ordered by
  for (const Output& output : outputs) shown.push_back(output.node);
  for (const OrderItem& item : order) shown.push_back(item.node.get());
  std::vector<const Node*> roots = shown;
  roots.push_back(select.where.get());
  roots.push_back(select.having.get());
  for (const NodePointer& key : select.group_by) roots.push_back(key.get());
  for (const Node* root : roots) co_await prepare_subqueries(root, &in.relation.columns);

  co_await refuse_folds(select.where.get(), "WHERE clause");
  std::vector<const Node*> conditions, windows;
  conjuncts_of(select.where.get(), conditions);
  for (const Node* node : shown) add_windows_of(node, windows);
  Grouping grouping = co_await grouping_of(select, outputs, order, in);
  const bool grouped = grouping.there;
  const bool correlates = std::ranges::any_of(roots, [&](const Node* n) { return correlated(n); });
  const bool whole = correlates || !windows.empty();  // all rows are needed at once
  if (correlates || (whole && !grouped)) co_await gather(in, conditions);
  if (grouped && correlates) {
    Compiler compiler(in.relation.columns, runtime_, subqueries_);
    std::vector<const Node*> early = grouping.keys;
    early.insert(early.end(), grouping.aggregates.begin(), grouping.aggregates.end());
    co_await answer_subqueries(std::move(early), compiler, in.relation.rows);
  }
  if (grouped) co_await group(select, conditions, in, grouping);

  // Of groups only keys and aggregates can be seen; other columns exist, which the message says.
  const Scope& scope = in.relation.columns;
  std::vector<WindowCall> calls;
  const std::size_t cells = grouped ? grouping.columns.size() : scope.size();
  std::vector<std::pair<std::string, const Node*>> aliases;  // while ORDER BY is compiled
  Compiler* own = nullptr;
  const Compiler::Known known = [&](const Node& node) -> std::optional<Compiled> {
    if (node.window)
      for (std::size_t i = 0; i < calls.size(); ++i)
        if (calls[i].node == &node)
          return Compiled{calls[i].type, [at = cells + i](const Frame& f) { return f.row[at]; }};
    if (grouped) {
      const std::string signature = signature_in(scope, node);
      for (std::size_t i = 0; i < grouping.signatures.size(); ++i)
        if (grouping.signatures[i] == signature)
          return Compiled{grouping.columns[i].type, [i](const Frame& f) { return f.row[i]; }};
      if (auto bits = grouping.bits_of(scope, node)) return bits;
    }
    if (node.kind == NodeKind::column && node.qualifier.empty())
      for (const auto& [name, meant] : aliases)
        if (name == lower(node.text)) {
          Result<Compiled> compiled = own->compile(*meant);
          if (compiled) return std::move(*compiled);
        }
    return std::nullopt;
  };
  Compiler compiler(scope, runtime_, subqueries_, known);
  own = &compiler;
  if (grouped) compiler.forbid_columns();

  Run having;
  if (select.having) {
    std::vector<const Node*> in_having;
    add_windows_of(select.having.get(), in_having);
    if (!in_having.empty())
      co_return refuse_at(in_having.front()->place,
                          "HAVING clause cannot contain window functions");
    Compiled condition = co_await compiler.compile_condition(*select.having, "HAVING clause");
    having = std::move(condition.run);
  }
  calls = co_await window_calls(windows, compiler);
  Relation result;
  std::vector<Run> runs;
  std::vector<std::size_t> plain;  // where the outputs lie in the scope that are columns of it
  for (const Output& output : outputs) {
    Compiled item;
    if (output.node == nullptr)
      plain.push_back(output.column);
    else if (output.node->kind == NodeKind::column)
      if (const auto at = co_await find_column(scope, *output.node)) plain.push_back(*at);
    if (output.node != nullptr) {
      item = co_await compiler.compile(*output.node);
    } else {
      std::size_t at = output.column;
      item.type = scope[at].type;
      if (grouped) {
        const auto key = std::ranges::find(grouping.signatures, signature_of_column(at));
        if (key == grouping.signatures.end())
          co_return refuse_at(select.place, "'" + output.name +
                                                "' must be an aggregate expression or appear in "
                                                "GROUP BY clause");
        at = static_cast<std::size_t>(key - grouping.signatures.begin());
      }
      item.run = [at](const Frame& f) { return f.row[at]; };
    }
    result.columns.push_back({"", output.name, item.type});
    runs.push_back(std::move(item.run));
  }
  for (const SelectItem& item : select.items)
    if (item.node && item.alias) aliases.emplace_back(lower(*item.alias), item.node.get());
  std::vector<std::size_t> keys;
  for (const OrderItem& item : order) {
    std::size_t at = runs.size();
    if (is_ordinal(*item.node)) {
      at = co_await ordinal_of(*item.node, outputs.size(), "ORDER BY");
    } else {
      const std::string signature = signature_in(scope, *item.node);
      for (std::size_t i = outputs.size(); i-- > 0;)
        if ((item.node->kind == NodeKind::column && item.node->qualifier.empty() &&
             same_name(outputs[i].name, item.node->text)) ||
            (outputs[i].node != nullptr && signature == signature_in(scope, *outputs[i].node)))
          at = i;
    }
    if (at == runs.size()) {
      if (select.distinct)
        co_return refuse_at(item.node->place,
                            "For SELECT DISTINCT, ORDER BY expressions must appear in select list");
      Compiled key = co_await compiler.compile(*item.node);
      runs.push_back(std::move(key.run));
    }
    keys.push_back(at);
  }

  const std::uint64_t wanted =
      keys.empty() && !select.distinct ? limit.value_or(limit_none) : limit_none;
  std::optional<Error> full;
  const std::function<bool(Row &&)> take = [&](Row&& row) {
    if (result.rows.size() >= wanted) return false;
    const Frame frame{row, runtime_};
    Row& made = result.rows.emplace_back();
    made.reserve(runs.size());
    for (const Run& run : runs) made.push_back(run(frame));
    Result<Unit> held = hold(runs.size() + 1);
    if (!held) full = std::move(held).error();
    return !full && !runtime_.error;
  };
  if (grouped || whole) {
    std::vector<Row>& rows = grouped ? grouping.rows : in.relation.rows;
    if (having) {
      std::vector<const Node*> asked{select.having.get()};
      co_await answer_subqueries(std::move(asked), compiler, rows);
      co_await keep_rows(rows, having);
    }
    co_await add_windows(calls, rows);
    co_await answer_subqueries(std::move(shown), compiler, rows);
    std::size_t count = 0;
    for (Row& row : rows) {
      if (!take(std::move(row))) break;
      if (due(count)) co_await pause();
    }
  } else if (&select == outermost_ && in.store && !select.distinct && runs.size() == plain.size()) {
    co_return co_await outcome(
        select_columns(in, conditions, std::move(result), plain, order, keys, limit));
  } else {
    co_await scan(in, conditions, take);
  }
  if (full) co_return tl::unexpected<Error>(*full);
  co_await check();
  if (select.distinct) {
    for (Row& row : result.rows) row.resize(outputs.size());
    co_await distinct_rows(result.rows, pauses());
  }
  if (!keys.empty()) co_await sort_rows(result.rows, order, keys, pauses());
  if (limit && result.rows.size() > *limit) result.rows.resize(*limit);
  for (Row& row : result.rows) row.resize(outputs.size());
  co_return result;
}

}  // namespace levada::timestream::sql
