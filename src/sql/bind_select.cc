// SELECT: what is computed over FROM's rows, in the order of the standard: WHERE, groups and
// aggregates, HAVING, windows, sets, the list, DISTINCT, ORDER BY, LIMIT.
//
// All terms are bound first, over FROM's columns; aggregates, windows, subqueries and sets in them
// are placeholders. Then the plan grows, and at each step the terms are rewritten to what the new
// plan puts out.

#include <algorithm>

#include "sql/query_binder.h"

namespace levada::sql {
namespace {

using query::ExpressionKind;
namespace sqlstate = query::sqlstate;

constexpr std::size_t windows_base = placeholder_base + placeholder_base / 4;
constexpr std::size_t sets_base = placeholder_base + 3 * (placeholder_base / 4);
constexpr std::size_t grouping_base = sets_base + placeholder_base / 8;

bool is_aggregate(std::size_t index) { return index >= placeholder_base && index < windows_base; }
bool is_window(std::size_t index) { return index >= windows_base && index < pending_base; }
bool is_set(std::size_t index) { return index >= sets_base && index < grouping_base; }
bool is_grouping(std::size_t index) { return index >= grouping_base && index < level_step; }

template <class Change>
ExpressionRef with_columns_changed(const ExpressionRef& expression, const Change& change) {
  if (expression->kind == ExpressionKind::column) return change(expression);
  bool changed = false;
  std::vector<ExpressionRef> arguments;
  for (const ExpressionRef& argument : expression->arguments) {
    arguments.push_back(with_columns_changed(argument, change));
    changed = changed || arguments.back() != argument;
  }
  if (!changed) return expression;
  query::Expression copy = *expression;
  copy.arguments = std::move(arguments);
  return std::make_shared<const query::Expression>(std::move(copy));
}

template <class Test>
bool any_column(const ExpressionRef& expression, const Test& test) {
  if (expression->kind == ExpressionKind::column) return test(expression->index);
  return std::any_of(expression->arguments.begin(), expression->arguments.end(),
                     [&](const auto& argument) { return any_column(argument, test); });
}

}  // namespace

struct QueryBinder::Selecting {
  struct Output {
    ExpressionRef value;
    std::string name;
    std::uint32_t position = 0;
  };
  const Query& query;
  const Select& select;
  Frame frame;
  std::vector<Pending> pending = {};
  Aggregating aggregating = {};
  std::vector<WindowUse> window_uses = {};
  std::vector<query::TableCall> table_calls = {};
  Place place = {};
  std::vector<Output> outputs =
      {};                 // the list's, then those that only ORDER BY and DISTINCT ON ask
  std::size_t shown = 0;  // how many are the list's
  struct Key {
    std::size_t output;
    bool descending;
    bool nulls_first;
  };
  std::vector<Key> order = {};
  std::vector<std::size_t> distinct_on = {};
  ExpressionRef having = {};
  std::vector<ExpressionRef> groups = {};

  // Everything that is still to be computed.
  std::vector<ExpressionRef*> expressions() {
    std::vector<ExpressionRef*> all;
    for (Output& output : outputs) all.push_back(&output.value);
    if (having) all.push_back(&having);
    for (WindowUse& use : window_uses) {
      for (ExpressionRef& key : use.partition) all.push_back(&key);
      for (query::SortKey& key : use.order) all.push_back(&key.expression);
      for (ExpressionRef& argument : use.call.arguments) all.push_back(&argument);
      for (ExpressionRef& argument : use.call.aggregate.arguments) all.push_back(&argument);
      if (use.call.aggregate.filter) all.push_back(&use.call.aggregate.filter);
    }
    for (query::TableCall& call : table_calls)
      for (ExpressionRef& argument : call.arguments) all.push_back(&argument);
    return all;
  }
};

SqlResult<Plan> QueryBinder::select(const Query& query, const Select& select, const Scope* outer,
                                    bool settle) {
  Selecting work{query, select, ATTEMPT(from(select.from, outer))};
  if (select.where) ATTEMPT(where(work.frame, *select.where));
  work.place.scope = &work.frame.scope;
  work.place.frame = &work.frame;
  work.place.pending = &work.pending;
  work.place.aggregating = &work.aggregating;
  work.place.windows = &work.window_uses;
  work.place.sets = &work.table_calls;
  work.place.select = &select;

  ATTEMPT(outputs(work));
  const bool sorts = !query.order.empty() || query.limit || query.offset;
  if (settle || sorts || select.distinct || !select.distinct_on.empty())
    for (Selecting::Output& output : work.outputs)
      output.value = ATTEMPT(coercion_.settled(std::move(output.value)));
  work.shown = work.outputs.size();
  ATTEMPT(order_keys(work));
  if (select.having) {
    Place place = work.place;
    place.windows = nullptr;
    place.sets = nullptr;
    place.clause = "HAVING";
    work.having = ATTEMPT(boolean_term(*select.having, place));
  }

  const bool groups = !select.groups.empty() || select.having || !work.aggregating.calls.empty() ||
                      work.aggregating.uses_grouping;
  if (groups)
    ATTEMPT(group(work));
  else
    ATTEMPT(attach(work.frame, work.pending, work.expressions()));
  if (work.having) work.frame.plan = query::filter(work.frame.plan, work.having);
  work.having = nullptr;
  ATTEMPT(windows(work));
  ATTEMPT(sets(work));

  std::vector<ExpressionRef> values;
  std::vector<std::string> names;
  for (const Selecting::Output& output : work.outputs) {
    values.push_back(output.value);
    names.push_back(output.name);
  }
  Plan plan = query::project(work.frame.plan, std::move(values), names);
  const auto column = [&plan](std::size_t n) { return query::column(n, plan->columns[n].type); };
  if (select.distinct && work.distinct_on.empty()) plan = query::distinct(std::move(plan));
  std::vector<query::SortKey> order;
  for (const Selecting::Key& key : work.order)
    order.push_back({column(key.output), key.descending, key.nulls_first});
  if (!work.distinct_on.empty()) {
    query::TopN first;
    for (const std::size_t key : work.distinct_on) first.partition.push_back(column(key));
    first.order = order;
    first.limit = query::constant(TypeKind::int8, query::Datum::of(1));
    first.input = plan;
    plan = query::top_n(std::move(first));
  }
  if (sorts) {
    query::TopN top;
    top.order = std::move(order);
    ATTEMPT(limits(query, top));
    if (!top.order.empty() || top.limit || top.offset) {
      top.input = plan;
      plan = query::top_n(std::move(top));
    }
  }
  if (work.shown < work.outputs.size()) {
    std::vector<ExpressionRef> kept;
    for (std::size_t n = 0; n < work.shown; ++n) kept.push_back(column(n));
    names.resize(work.shown);
    plan = query::project(plan, std::move(kept), std::move(names));
  }
  return plan;
}

SqlResult<Unit> QueryBinder::outputs(Selecting& work) {
  for (const SelectItem& item : work.select.items) {
    const std::uint32_t position = item.term->position;
    if (item.term->kind == TermKind::star) {
      for (auto& [value, name] : ATTEMPT(expand_star(work.frame, *item.term)))
        work.outputs.push_back({std::move(value), std::move(name), position});
      continue;
    }
    ExpressionRef value = ATTEMPT(term(*item.term, work.place));
    work.outputs.push_back(
        {std::move(value), item.alias.empty() ? column_name(*item.term) : item.alias, position});
  }
  return Unit{};
}

// The output that a term of ORDER BY or DISTINCT ON means; one more if it is none of the list.
SqlResult<std::size_t> QueryBinder::sort_column(Selecting& work, const Term& written) {
  if (written.kind == TermKind::number &&
      written.text.find_first_not_of("0123456789") == std::string::npos) {
    const std::size_t position = std::strtoul(written.text.c_str(), nullptr, 10);
    if (position < 1 || position > work.shown)
      return at(
          written.position, sqlstate::invalid_column_reference,
          std::string(work.place.clause) + " position " + written.text + " is not in select list");
    return position - 1;
  }
  if (written.kind == TermKind::column && written.names.size() == 1) {
    std::optional<std::size_t> found;
    for (std::size_t n = 0; n < work.shown; ++n) {
      if (work.outputs[n].name != written.names.front()) continue;
      if (found && !query::same(*work.outputs[*found].value, *work.outputs[n].value))
        return at(
            written.position, sqlstate::ambiguous_column,
            std::string(work.place.clause) + " \"" + written.names.front() + "\" is ambiguous");
      if (!found) found = n;
    }
    if (found) return *found;
  }
  ExpressionRef value = ATTEMPT(coercion_.settled(ATTEMPT(term(written, work.place))));
  for (std::size_t n = 0; n < work.outputs.size(); ++n)
    if (query::same(*work.outputs[n].value, *value)) return n;
  if (work.select.distinct && work.select.distinct_on.empty())
    return at(written.position, sqlstate::invalid_column_reference,
              "for SELECT DISTINCT, ORDER BY expressions must appear in select list");
  work.outputs.push_back({std::move(value), "", written.position});
  return work.outputs.size() - 1;
}

SqlResult<Unit> QueryBinder::order_keys(Selecting& work) {
  work.place.clause = "DISTINCT ON";
  for (const TermRef& key : work.select.distinct_on)
    work.distinct_on.push_back(ATTEMPT(sort_column(work, *key)));
  work.place.clause = "ORDER BY";
  for (const OrderItem& item : work.query.order)
    work.order.push_back({ATTEMPT(sort_column(work, *item.term)), item.descending,
                          item.nulls_first.value_or(item.descending)});
  for (const std::size_t key : work.distinct_on)
    ATTEMPT(check_comparable(work.outputs[key].value->type, "equality"));
  for (const Selecting::Key& key : work.order)
    ATTEMPT(check_comparable(work.outputs[key.output].value->type, "ordering"));
  if (work.select.distinct && work.distinct_on.empty())
    for (const Selecting::Output& output : work.outputs)
      ATTEMPT(check_comparable(output.value->type, "equality"));
  work.place.clause = {};
  return Unit{};
}

// ---- groups ----

SqlResult<std::size_t> QueryBinder::group_index(const Term& written, Selecting& work) {
  Place place = work.place;
  place.aggregating = nullptr;
  place.windows = nullptr;
  place.sets = nullptr;
  place.clause = "GROUP BY";
  ExpressionRef value;
  if (written.kind == TermKind::number &&
      written.text.find_first_not_of("0123456789") == std::string::npos) {
    const std::size_t position = std::strtoul(written.text.c_str(), nullptr, 10);
    if (position < 1 || position > work.shown)
      return at(written.position, sqlstate::invalid_column_reference,
                "GROUP BY position " + written.text + " is not in select list");
    value = work.outputs[position - 1].value;
  } else {
    // A column of FROM comes before a name of the list.
    if (written.kind == TermKind::column && written.names.size() == 1) {
      bool ambiguous = false;
      bool table_found = false;
      if (!find_column(work.frame.scope, written.names, ambiguous, table_found))
        for (std::size_t n = 0; n < work.shown && !value; ++n)
          if (work.outputs[n].name == written.names.front()) value = work.outputs[n].value;
    }
    if (!value) value = ATTEMPT(coercion_.settled(ATTEMPT(term(written, place))));
  }
  if (any_column(value, is_aggregate))
    return at(written.position, sqlstate::grouping_error,
              "aggregate functions are not allowed in GROUP BY");
  if (any_column(value, is_window))
    return at(written.position, "42P20", "window functions are not allowed in GROUP BY");
  ATTEMPT(check_comparable(value->type, "equality"));
  for (std::size_t n = 0; n < work.groups.size(); ++n)
    if (query::same(*work.groups[n], *value)) return n;
  work.groups.push_back(std::move(value));
  return work.groups.size() - 1;
}

// The grouping sets that one item of GROUP BY stands for.
SqlResult<std::vector<std::vector<std::size_t>>> QueryBinder::sets_of(const GroupItem& item,
                                                                      Selecting& work) {
  using Sets = std::vector<std::vector<std::size_t>>;
  constexpr std::size_t cube_max = 12;  // PostgreSQL's limit
  const auto indexes_of =
      [&](const std::vector<TermRef>& terms) -> SqlResult<std::vector<std::size_t>> {
    std::vector<std::size_t> all;
    for (const TermRef& one : terms) all.push_back(ATTEMPT(group_index(*one, work)));
    return all;
  };
  Sets sets;
  switch (item.kind) {
    case GroupItem::Kind::term: {
      std::vector<std::size_t> set;
      const bool row = item.term->kind == TermKind::row;
      if (row)
        set = ATTEMPT(indexes_of(item.term->arguments));
      else
        set.push_back(ATTEMPT(group_index(*item.term, work)));
      sets.push_back(std::move(set));
      return sets;
    }
    case GroupItem::Kind::empty:
      return Sets{{}};
    case GroupItem::Kind::rollup: {
      Sets lists;
      for (const auto& list : item.lists) lists.push_back(ATTEMPT(indexes_of(list)));
      for (std::size_t taken = lists.size() + 1; taken-- > 0;) {
        std::vector<std::size_t> set;
        for (std::size_t n = 0; n < taken; ++n)
          set.insert(set.end(), lists[n].begin(), lists[n].end());
        sets.push_back(std::move(set));
      }
      return sets;
    }
    case GroupItem::Kind::cube: {
      if (item.lists.size() > cube_max)
        return query::refuse(sqlstate::program_limit_exceeded, "CUBE is limited to 12 elements");
      Sets lists;
      for (const auto& list : item.lists) lists.push_back(ATTEMPT(indexes_of(list)));
      const std::size_t count = std::size_t{1} << lists.size();
      for (std::size_t mask = count; mask-- > 0;) {
        std::vector<std::size_t> set;
        for (std::size_t n = 0; n < lists.size(); ++n)
          if ((mask >> (lists.size() - 1 - n) & 1) != 0)
            set.insert(set.end(), lists[n].begin(), lists[n].end());
        sets.push_back(std::move(set));
      }
      return sets;
    }
    case GroupItem::Kind::sets:
      for (const GroupItem& inner : item.sets)
        for (auto& set : ATTEMPT(sets_of(inner, work))) sets.push_back(std::move(set));
      return sets;
  }
  return sets;
}

SqlResult<ExpressionRef> QueryBinder::after_grouping(const ExpressionRef& expression,
                                                     const Selecting& work) {
  const auto& groups = work.groups;
  for (std::size_t n = 0; n < groups.size(); ++n)
    if (query::same(*groups[n], *expression)) return query::column(n, expression->type);
  if (expression->kind == ExpressionKind::column) {
    const std::size_t index = expression->index;
    if (level_of(index) > 0 || is_window(index) || is_set(index)) return expression;
    if (is_aggregate(index))
      return query::column(groups.size() + index - placeholder_base, expression->type);
    if (is_grouping(index)) {
      // The bits of its arguments, gathered from those of the row's set.
      const ExpressionRef& call = work.aggregating.grouping[index - grouping_base];
      const auto number = [](std::int64_t value) {
        return query::constant(TypeKind::int8, query::Datum::of(value));
      };
      const ExpressionRef bits =
          query::column(groups.size() + work.aggregating.calls.size(), TypeKind::int8);
      ExpressionRef result = number(0);
      for (const ExpressionRef& argument : call->arguments) {
        std::size_t n = 0;
        while (n < groups.size() && !query::same(*groups[n], *argument)) ++n;
        if (n == groups.size())
          return query::refuse(
              sqlstate::grouping_error,
              "arguments to GROUPING must be grouping expressions of the associated query level");
        ExpressionRef bit = ATTEMPT(coercion_.call(
            "%",
            {ATTEMPT(coercion_.call("/", {bits, number(std::int64_t{1} << n)}, true)), number(2)},
            true));
        ExpressionRef shifted = ATTEMPT(coercion_.call("*", {std::move(result), number(2)}, true));
        result = ATTEMPT(coercion_.call("+", {std::move(shifted), std::move(bit)}, true));
      }
      return query::cast(std::move(result), TypeKind::int4, true);
    }
    if (index >= pending_base) return expression;  // a subquery's value, attached afterwards
    return query::refuse(
        sqlstate::grouping_error,
        "column \"" +
            [&] {
              for (const ScopeColumn& column : work.frame.scope.columns)
                if (query::same(*column.value, *expression))
                  return (column.table.empty() ? "" : column.table + ".") + column.name;
              return std::string("?column?");
            }() +
            "\" must appear in the GROUP BY clause or be used in an aggregate "
            "function");
  }
  std::vector<ExpressionRef> arguments;
  bool changed = false;
  for (const ExpressionRef& argument : expression->arguments) {
    arguments.push_back(ATTEMPT(after_grouping(argument, work)));
    changed = changed || arguments.back() != argument;
  }
  if (!changed) return expression;
  query::Expression copy = *expression;
  copy.arguments = std::move(arguments);
  return ExpressionRef(std::make_shared<const query::Expression>(std::move(copy)));
}

SqlResult<Unit> QueryBinder::group(Selecting& work) {
  // Items beside each other multiply: GROUP BY a, ROLLUP (b, c).
  std::vector<std::vector<std::size_t>> all = {{}};
  bool has_sets = false;
  for (const GroupItem& item : work.select.groups) {
    has_sets = has_sets || item.kind != GroupItem::Kind::term;
    const auto sets = ATTEMPT(sets_of(item, work));
    constexpr std::size_t sets_max = 4096;  // PostgreSQL's limit
    if (all.size() * sets.size() > sets_max)
      return query::refuse(sqlstate::program_limit_exceeded,
                           "too many grouping sets present (maximum 4096)");
    std::vector<std::vector<std::size_t>> product;
    for (const auto& left : all)
      for (const auto& right : sets) {
        std::vector<std::size_t> both = left;
        for (const std::size_t index : right)
          if (std::find(both.begin(), both.end(), index) == both.end()) both.push_back(index);
        product.push_back(std::move(both));
      }
    all = std::move(product);
  }
  if (work.select.group_distinct) {
    for (auto& set : all) std::sort(set.begin(), set.end());
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }
  if (!has_sets && !work.aggregating.grouping.empty()) {
    has_sets = true;  // GROUPING() asks for the bits
  }

  for (Selecting::Output& output : work.outputs) {
    auto rewritten = after_grouping(output.value, work);
    if (!rewritten) {
      if (rewritten.error().position == 0)
        return at(output.position, rewritten.error().sqlstate, rewritten.error().message);
      return tl::unexpected(rewritten.error());
    }
    output.value = std::move(*rewritten);
  }
  std::vector<ExpressionRef*> others = work.expressions();
  others.erase(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(work.outputs.size()));
  for (ExpressionRef* expression : others) *expression = ATTEMPT(after_grouping(*expression, work));
  for (Pending& pending : work.pending)
    if (pending.left) pending.left = ATTEMPT(after_grouping(pending.left, work));

  const Plan before = work.frame.plan;
  work.frame.plan = query::aggregate(before, work.groups, work.aggregating.calls,
                                     has_sets ? all : std::vector<std::vector<std::size_t>>());
  if (work.pending.empty()) return Unit{};

  // Subqueries look at FROM's columns: those that are groups stand in their old places for them.
  const std::size_t width = before->columns.size();
  std::vector<ExpressionRef> placed;
  std::vector<bool> is_group(width, false);
  for (std::size_t n = 0; n < width; ++n)
    placed.push_back(query::null_constant(before->columns[n].type));
  for (std::size_t n = 0; n < work.groups.size(); ++n) {
    const query::Expression& key = *work.groups[n];
    if (key.kind != ExpressionKind::column || key.index >= width) continue;
    placed[key.index] = query::column(n, key.type);
    is_group[key.index] = true;
  }
  for (const Pending& pending : work.pending)
    for (const ExpressionRef& column : outer_columns(pending.plan))
      if (index_of(column->index) < width && !is_group[index_of(column->index)])
        return query::refuse(sqlstate::grouping_error,
                             "subquery uses ungrouped column from outer query");
  const Plan grouped = work.frame.plan;
  std::vector<std::string> names(width);
  for (std::size_t n = 0; n < grouped->columns.size(); ++n) {
    placed.push_back(query::column(n, grouped->columns[n].type));
    names.push_back(grouped->columns[n].name);
  }
  work.frame.plan = query::project(grouped, std::move(placed), std::move(names));
  const auto behind = [&](const ExpressionRef& expression) {
    return with_columns_changed(expression, [&](const ExpressionRef& column) {
      if (column->index >= placeholder_base) return column;
      return query::column(column->index + width, column->type);
    });
  };
  for (ExpressionRef* expression : work.expressions()) *expression = behind(*expression);
  for (Pending& pending : work.pending)
    if (pending.left) pending.left = behind(pending.left);
  return attach(work.frame, work.pending, work.expressions());
}

// ---- windows and sets ----

// Calls over the same partition and order are one node.
SqlResult<Unit> QueryBinder::windows(Selecting& work) {
  std::vector<ExpressionRef> results(work.window_uses.size());
  const auto alike = [](const WindowUse& a, const WindowUse& b) {
    const auto same_term = [](const auto& x, const auto& y) { return query::same(*x, *y); };
    const auto same_key = [](const auto& x, const auto& y) {
      return x.descending == y.descending && x.nulls_first == y.nulls_first &&
             query::same(*x.expression, *y.expression);
    };
    return std::equal(a.partition.begin(), a.partition.end(), b.partition.begin(),
                      b.partition.end(), same_term) &&
           std::equal(a.order.begin(), a.order.end(), b.order.begin(), b.order.end(), same_key);
  };
  for (std::size_t first = 0; first < work.window_uses.size(); ++first) {
    if (results[first]) continue;
    query::Window node;
    node.partition = work.window_uses[first].partition;
    node.order = work.window_uses[first].order;
    const std::size_t width = work.frame.plan->columns.size();
    for (std::size_t n = first; n < work.window_uses.size(); ++n) {
      if (results[n] || !alike(work.window_uses[first], work.window_uses[n])) continue;
      results[n] = query::column(width + node.calls.size(), work.window_uses[n].call.type);
      node.calls.push_back(work.window_uses[n].call);
    }
    node.input = work.frame.plan;
    work.frame.plan = query::window(std::move(node));
  }
  work.window_uses.clear();
  for (ExpressionRef* expression : work.expressions())
    *expression = with_columns_changed(*expression, [&](const ExpressionRef& column) {
      return is_window(column->index) ? results[column->index - windows_base] : column;
    });
  return Unit{};
}

// Functions that return sets, side by side; one inside another's arguments comes before it.
SqlResult<Unit> QueryBinder::sets(Selecting& work) {
  std::vector<ExpressionRef> results(work.table_calls.size());
  const auto settled = [&](const ExpressionRef& expression) {
    return with_columns_changed(expression, [&](const ExpressionRef& column) {
      if (!is_set(column->index)) return column;
      const ExpressionRef& result = results[column->index - sets_base];
      return result ? result : column;
    });
  };
  std::size_t left = work.table_calls.size();
  while (left > 0) {
    query::ProjectSet node;
    node.input = work.frame.plan;
    std::vector<std::size_t> taken;
    for (std::size_t n = 0; n < work.table_calls.size(); ++n) {
      query::TableCall& call = work.table_calls[n];
      if (results[n]) continue;
      const bool waits = std::any_of(call.arguments.begin(), call.arguments.end(),
                                     [](const auto& a) { return any_column(a, is_set); });
      if (waits) continue;
      taken.push_back(n);
      node.calls.push_back(call);
    }
    const std::size_t width = work.frame.plan->columns.size();
    for (std::size_t n = 0; n < taken.size(); ++n)
      results[taken[n]] = query::column(width + n, work.table_calls[taken[n]].type);
    left -= taken.size();
    for (query::TableCall& call : work.table_calls)
      for (ExpressionRef& argument : call.arguments) argument = settled(argument);
    work.frame.plan = query::project_set(std::move(node));
  }
  work.table_calls.clear();
  for (ExpressionRef* expression : work.expressions()) *expression = settled(*expression);
  return Unit{};
}

}  // namespace levada::sql
