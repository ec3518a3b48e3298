#include "timestream/sql/execution.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "timestream/refusal.h"
#include "timestream/sql/calendar.h"
#include "timestream/sql/opened.h"

namespace levada::timestream::sql {
namespace {

constexpr std::uint64_t limit_none = std::numeric_limits<std::uint64_t>::max();

void add_names(const Node* node, std::set<std::string>& names) {
  if (node == nullptr) return;
  if (node->kind == NodeKind::column) {
    names.insert(lower(node->text));
    names.insert(lower(node->qualifier));
  }
  for (const NodePointer& child : node->children) add_names(child.get(), names);
  add_names(node->filter.get(), names);
  if (!node->window) return;
  for (const NodePointer& part : node->window->partition) add_names(part.get(), names);
  for (const OrderItem& item : node->window->order) add_names(item.node.get(), names);
}

void add_names(const Source* source, std::set<std::string>& names) {
  if (source == nullptr) return;
  add_names(source->condition.get(), names);
  for (const std::string& name : source->using_columns) names.insert(lower(name));
  for (const NodePointer& argument : source->arguments) add_names(argument.get(), names);
  add_names(source->left.get(), names);
  add_names(source->right.get(), names);
}

void add_aggregates(const Node* node, std::vector<const Node*>& all) {
  if (node == nullptr) return;
  if (node->kind == NodeKind::call && is_aggregate(node->text) && !node->window) {
    all.push_back(node);
    return;
  }
  for (const NodePointer& child : node->children) add_aggregates(child.get(), all);
}

bool has_window(const Node* node) {
  if (node == nullptr) return false;
  if (node->window) return true;
  return std::ranges::any_of(node->children,
                             [](const NodePointer& child) { return has_window(child.get()); });
}

void sort_rows(std::vector<std::vector<Value>>& rows, const std::vector<OrderItem>& order,
               const std::vector<std::size_t>& keys) {
  // Rows that are alike keep their order.
  std::vector<std::size_t> places(rows.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::sort(places, [&](std::size_t a, std::size_t b) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const Value &x = rows[a][keys[i]], &y = rows[b][keys[i]];
      if (x.null() || y.null()) {
        if (x.null() && y.null()) continue;
        return x.null() == order[i].nulls_first.value_or(false);
      }
      const int c = compare(x, y);
      if (c != 0) return order[i].descending ? c > 0 : c < 0;
    }
    return a < b;
  });
  std::vector<std::vector<Value>> sorted(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) sorted[i] = std::move(rows[places[i]]);
  rows = std::move(sorted);
}

void distinct_rows(std::vector<std::vector<Value>>& rows) {
  std::unordered_map<std::vector<Value>, bool, RowHash, RowEqual> seen;
  std::vector<std::vector<Value>> kept;
  for (auto& row : rows)
    if (seen.emplace(row, true).second) kept.push_back(std::move(row));
  rows = std::move(kept);
}

}  // namespace

struct Execution::Output {
  std::string name;
  const Node* node = nullptr;
  std::size_t column = 0;  // of the input, where there is no node
};

Execution::Execution(Service& service, Caller caller, UnixMillis now, Limits limits,
                     const bool& cancelled)
    : service_(service), caller_(std::move(caller)), limits_(limits), cancelled_(cancelled) {
  runtime_.now = now.count() * 1'000'000;
  runtime_.seed = static_cast<std::uint64_t>(runtime_.now);
}

Task<Unit> Execution::pause() {
  if (cancelled_) co_return refuse(Refusal::conflict, "The query was cancelled.");
  if (service_.home().clock().monotonic() > limits_.deadline)
    co_return refuse(Refusal::query_execution, "The query took longer than it may.");
  co_await io::yield(service_.home());
  co_return Unit{};
}

Result<Unit> Execution::hold(std::size_t cells) {
  cells_ += cells;
  if (cells_ <= limits_.cells_max) return Unit{};
  return refuse(Refusal::query_execution, "The query needs more memory than it may have.");
}

Result<Unit> Execution::check() const {
  if (!runtime_.error) return Unit{};
  return refuse(Refusal::query_execution, *runtime_.error);
}

Task<Relation> Execution::run(const Statement& statement) {
  switch (statement.kind) {
    case Statement::Kind::query:
      co_return co_await query(*statement.query);
    case Statement::Kind::show_databases:
      co_return show_databases(statement);
    case Statement::Kind::show_tables:
      co_return show_tables(statement);
    case Statement::Kind::show_measures:
      co_return show_measures(statement);
    case Statement::Kind::describe:
      co_return describe(statement);
    case Statement::Kind::unload:
      break;
  }
  co_return refuse(Refusal::validation, "UNLOAD is not supported by this version of Levada.");
}

Task<Relation> Execution::query(const Query& query) {
  commons_.emplace_back();
  for (const Query::Common& common : query.with) {
    Relation inner = co_await this->query(*common.query);
    auto made = std::make_shared<Relation>(std::move(inner));
    for (std::size_t i = 0; i < common.columns.size() && i < made->columns.size(); ++i)
      made->columns[i].name = common.columns[i];
    commons_.back().insert_or_assign(lower(common.name), std::move(made));
  }
  Relation result;
  if (query.body->select && query.body->select->values.empty()) {
    result = co_await select(*query.body->select, &query.order, query.limit);
  } else {
    result = co_await body(*query.body);
    std::vector<std::size_t> keys;
    for (const OrderItem& item : query.order) {
      std::size_t at = result.columns.size();
      if (item.node->kind == NodeKind::literal && item.node->type.is(Kind::integer))
        at = static_cast<std::size_t>(item.node->value.number() - 1);
      for (std::size_t i = 0; i < result.columns.size(); ++i)
        if (item.node->kind == NodeKind::column &&
            lower(result.columns[i].name) == lower(item.node->text))
          at = i;
      if (at >= result.columns.size())
        co_return refuse_at(item.node->place, "ORDER BY needs a column of the result here");
      keys.push_back(at);
    }
    sort_rows(result.rows, query.order, keys);
    if (query.limit && result.rows.size() > *query.limit) result.rows.resize(*query.limit);
  }
  commons_.pop_back();
  co_return result;
}

Task<Relation> Execution::body(const QueryBody& body) {
  if (body.nested) co_return co_await query(*body.nested);
  if (body.select && !body.select->values.empty()) co_return co_await values(*body.select);
  if (body.select) co_return co_await select(*body.select, nullptr, std::nullopt);
  co_return co_await set_operation(body);
}

Task<Relation> Execution::values(const Select& select) {
  Relation made;
  Scope nothing;
  for (const auto& items : select.values) {
    Compiler compiler(nothing, runtime_, subqueries_);
    Row row;
    for (std::size_t i = 0; i < items.size(); ++i) {
      co_await prepare_subqueries(items[i].get());
      Compiled item = co_await compiler.compile(*items[i]);
      if (made.rows.empty()) made.columns.push_back({"", "_col" + std::to_string(i), item.type});
      if (i >= made.columns.size())
        co_return refuse_at(items[i]->place, "All VALUES rows must have the same length");
      const auto wider = common_type(made.columns[i].type, item.type);
      if (!wider) co_return refuse_at(items[i]->place, "All VALUES must be of one type");
      for (Row& before : made.rows)
        before[i] = cast(runtime_, before[i], made.columns[i].type, *wider);
      made.columns[i].type = *wider;
      const Compiled converted = convert(std::move(item), *wider);
      row.push_back(converted.run(Frame{{}, runtime_}));
    }
    if (row.size() != made.columns.size())
      co_return refuse_at(select.place, "All VALUES rows must have the same length");
    made.rows.push_back(std::move(row));
  }
  co_await check();
  co_return made;
}

Task<Relation> Execution::set_operation(const QueryBody& both) {
  Relation left = co_await body(*both.left);
  Relation right = co_await body(*both.right);
  if (left.columns.size() != right.columns.size())
    co_return refuse_at(both.place, both.operation + " query has different number of fields: " +
                                        std::to_string(left.columns.size()) + ", " +
                                        std::to_string(right.columns.size()));
  for (std::size_t i = 0; i < left.columns.size(); ++i) {
    const auto type = common_type(left.columns[i].type, right.columns[i].type);
    if (!type)
      co_return refuse_at(
          both.place, "column " + std::to_string(i + 1) + " in " + both.operation +
                          " query has incompatible types: " + name_of(left.columns[i].type) + ", " +
                          name_of(right.columns[i].type));
    for (Relation* side : {&left, &right})
      for (Row& row : side->rows) row[i] = cast(runtime_, row[i], side->columns[i].type, *type);
    left.columns[i].type = *type;
  }
  co_await check();
  if (both.operation == "union") {
    std::ranges::move(right.rows, std::back_inserter(left.rows));
  } else {
    std::unordered_map<Row, std::size_t, RowHash, RowEqual> counts;
    for (const Row& row : right.rows) ++counts[row];
    const bool keep = both.operation == "intersect";
    std::erase_if(left.rows, [&](const Row& row) {
      const auto at = counts.find(row);
      const bool found = at != counts.end() && at->second > 0;
      if (found && both.all) --at->second;
      return found != keep;
    });
  }
  if (!both.all) distinct_rows(left.rows);
  co_return left;
}

Task<Unit> Execution::prepare_subqueries(const Node* node) {
  if (node == nullptr) co_return Unit{};
  if (node->query && !subqueries_.contains(node)) {
    Relation inner = co_await query(*node->query);
    if (node->kind != NodeKind::exists && inner.columns.size() != 1)
      co_return refuse_at(node->place, "Multiple columns returned by subquery are not supported");
    if (node->kind == NodeKind::scalar && inner.rows.size() > 1)
      co_return refuse(Refusal::query_execution, "Scalar sub-query has returned multiple rows");
    SubqueryResult result;
    result.type = inner.columns.front().type;
    for (Row& row : inner.rows) result.values.push_back(std::move(row.front()));
    subqueries_.emplace(node, std::move(result));
  }
  for (const NodePointer& child : node->children) co_await prepare_subqueries(child.get());
  co_return co_await outcome(prepare_subqueries(node->filter.get()));
}

Task<Unit> Execution::prepare_subqueries(const Select& select,
                                         const std::vector<OrderItem>* order) {
  for (const SelectItem& item : select.items) co_await prepare_subqueries(item.node.get());
  co_await prepare_subqueries(select.where.get());
  co_await prepare_subqueries(select.having.get());
  for (const NodePointer& key : select.group_by) co_await prepare_subqueries(key.get());
  if (order == nullptr) co_return Unit{};
  for (const OrderItem& item : *order) co_await prepare_subqueries(item.node.get());
  co_return Unit{};
}

Task<Relation> Execution::select(const Select& select, const std::vector<OrderItem>* order,
                                 std::optional<std::uint64_t> limit) {
  static const std::vector<OrderItem> no_order;
  if (order == nullptr) order = &no_order;
  co_await prepare_subqueries(select, order);

  std::set<std::string> names;
  bool all = false;
  for (const SelectItem& item : select.items) {
    add_names(item.node.get(), names);
    all = all || item.node == nullptr;
  }
  add_names(select.where.get(), names);
  add_names(select.having.get(), names);
  for (const NodePointer& key : select.group_by) add_names(key.get(), names);
  for (const OrderItem& item : *order) add_names(item.node.get(), names);
  add_names(select.from.get(), names);
  const std::set<std::string>* needed = all ? nullptr : &names;
  Opened in;
  if (select.from)
    in = co_await open(*select.from, needed);
  else
    in.relation.rows.emplace_back();

  std::vector<Output> outputs;
  for (const SelectItem& item : select.items) {
    if (item.node) {
      const bool column = item.node->kind == NodeKind::column || item.node->kind == NodeKind::field;
      outputs.push_back({item.alias ? *item.alias
                         : column   ? item.node->text
                                    : "_col" + std::to_string(outputs.size()),
                         item.node.get()});
      if (has_window(item.node.get()))
        co_return refuse_at(item.place, "Window functions are not supported by this version");
      continue;
    }
    if (!select.from)
      co_return refuse_at(item.place, "SELECT * not allowed in queries without FROM clause");
    const std::size_t before = outputs.size();
    for (std::size_t i = 0; i < in.relation.columns.size(); ++i)
      if (!in.hidden.contains(i) &&
          (item.qualifier.empty() ||
           lower(in.relation.columns[i].qualifier) == lower(item.qualifier)))
        outputs.push_back({in.relation.columns[i].name, nullptr, i});
    if (outputs.size() == before && !item.qualifier.empty())
      co_return refuse_at(item.place, "Table '" + item.qualifier + "' not found");
  }

  Grouping grouping;
  for (const Output& output : outputs) add_aggregates(output.node, grouping.aggregates);
  add_aggregates(select.having.get(), grouping.aggregates);
  for (const OrderItem& item : *order) add_aggregates(item.node.get(), grouping.aggregates);
  const bool grouped =
      !grouping.aggregates.empty() || !select.group_by.empty() || select.having != nullptr;
  for (const NodePointer& key : select.group_by) {
    const Node* node = key.get();
    if (node->kind == NodeKind::literal && node->type.is(Kind::integer)) {
      const std::int64_t place = node->value.number();
      if (place < 1 || static_cast<std::size_t>(place) > outputs.size() ||
          outputs[static_cast<std::size_t>(place - 1)].node == nullptr)
        co_return refuse_at(
            node->place, "GROUP BY position " + std::to_string(place) + " is not in select list");
      node = outputs[static_cast<std::size_t>(place - 1)].node;
    } else if (node->kind == NodeKind::column && node->qualifier.empty()) {
      const bool known = std::ranges::any_of(in.relation.columns, [&](const ScopeColumn& c) {
        return lower(c.name) == lower(node->text);
      });
      for (const SelectItem& item : select.items)
        if (!known && item.alias && lower(*item.alias) == lower(node->text)) node = item.node.get();
    }
    grouping.keys.push_back(node);
  }
  if (grouped) co_await group(select, in, grouping);

  const Scope& scope = grouped ? grouping.columns : in.relation.columns;
  const auto known = [&grouping](const Node& node) -> std::optional<Compiled> {
    const std::string signature = signature_of(node);
    for (std::size_t i = 0; i < grouping.signatures.size(); ++i)
      if (grouping.signatures[i] == signature)
        return Compiled{grouping.columns[i].type, [i](const Frame& f) { return f.row[i]; }};
    return std::nullopt;
  };
  // Of groups only keys and aggregates can be seen; other columns exist, which the message says.
  Compiler compiler(grouped ? in.relation.columns : scope, runtime_, subqueries_,
                    grouped ? Compiler::Known(known) : Compiler::Known());
  if (grouped) compiler.forbid_columns();

  Relation result;
  std::vector<Run> runs;
  for (const Output& output : outputs) {
    Compiled item;
    if (output.node != nullptr) {
      item = co_await compiler.compile(*output.node);
    } else if (grouped) {
      co_return refuse_at(
          select.place,
          "'" + output.name + "' must be an aggregate expression or appear in GROUP BY clause");
    } else {
      item = {scope[output.column].type,
              [at = output.column](const Frame& f) { return f.row[at]; }};
    }
    result.columns.push_back({"", output.name, item.type});
    runs.push_back(std::move(item.run));
  }
  Run having;
  if (select.having) {
    Compiled condition = co_await compiler.compile_condition(*select.having, "HAVING clause");
    having = std::move(condition.run);
  }
  std::vector<std::size_t> keys;
  for (const OrderItem& item : *order) {
    std::size_t at = runs.size();
    if (item.node->kind == NodeKind::literal && item.node->type.is(Kind::integer)) {
      at = static_cast<std::size_t>(item.node->value.number() - 1);
      if (at >= outputs.size())
        co_return refuse_at(item.node->place, "ORDER BY position " +
                                                  std::to_string(item.node->value.number()) +
                                                  " is not in select list");
    } else {
      for (std::size_t i = outputs.size(); i-- > 0;)
        if (item.node->kind == NodeKind::column && item.node->qualifier.empty() &&
            lower(outputs[i].name) == lower(item.node->text))
          at = i;
    }
    if (at == runs.size()) {
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
    if (having) {
      const Value yes = having(frame);
      if (yes.null() || !yes.truth()) return true;
    }
    Row& made = result.rows.emplace_back();
    made.reserve(runs.size());
    for (const Run& run : runs) made.push_back(run(frame));
    Result<Unit> held = hold(runs.size() + 1);
    if (!held) full = std::move(held).error();
    return !full && !runtime_.error;
  };
  if (grouped) {
    std::size_t count = 0;
    for (Row& row : grouping.rows) {
      if (!take(std::move(row))) break;
      if (++count % 4096 == 0) co_await pause();
    }
  } else {
    co_await scan(in, select.where.get(), take);
  }
  if (full) co_return tl::unexpected<Error>(*full);
  co_await check();
  if (select.distinct) {
    for (Row& row : result.rows) row.resize(outputs.size());
    distinct_rows(result.rows);
  }
  if (!keys.empty()) sort_rows(result.rows, *order, keys);
  if (limit && result.rows.size() > *limit) result.rows.resize(*limit);
  for (Row& row : result.rows) row.resize(outputs.size());
  co_return result;
}

Task<Unit> Execution::group(const Select& select, Opened& in, Grouping& grouping) {
  const bool done = co_await group_by_columns(select, in, grouping);
  if (done) co_return Unit{};
  Compiler compiler(in.relation.columns, runtime_, subqueries_);
  std::vector<Run> keys;
  for (const Node* key : grouping.keys) {
    Compiled compiled = co_await compiler.compile(*key);
    grouping.columns.push_back({"", "", compiled.type});
    grouping.signatures.push_back(signature_of(*key));
    keys.push_back(std::move(compiled.run));
  }
  struct Fold {
    AggregateKind kind;
    std::vector<Run> arguments;
    Run filter;
    bool distinct;
  };
  std::vector<Fold> folds;
  for (const Node* node : grouping.aggregates) {
    Fold fold;
    fold.distinct = node->distinct;
    std::vector<Compiled> arguments;
    std::vector<Type> types;
    std::string shown;
    for (const NodePointer& child : node->children) {
      Compiled argument = co_await compiler.compile(*child);
      types.push_back(argument.type);
      arguments.push_back(std::move(argument));
      shown += (shown.empty() ? "" : ", ") + name_of(types.back());
    }
    auto kind = aggregate_of(node->text, types);
    if (!kind)
      co_return refuse_at(node->place,
                          "Unexpected parameters (" + shown + ") for function " + node->text);
    fold.kind = std::move(*kind);
    for (std::size_t i = 0; i < arguments.size(); ++i)
      fold.arguments.push_back(
          convert(arguments[i], i < fold.kind.arguments.size() ? fold.kind.arguments[i] : types[i])
              .run);
    if (node->filter) {
      Compiled filter = co_await compiler.compile_condition(*node->filter, "FILTER clause");
      fold.filter = std::move(filter.run);
    }
    grouping.columns.push_back({"", "", fold.kind.result});
    grouping.signatures.push_back(signature_of(*node));
    folds.push_back(std::move(fold));
  }

  struct Group {
    std::vector<std::unique_ptr<Aggregate>> states;
    std::vector<std::set<std::string>> seen;  // of DISTINCT
  };
  std::unordered_map<Row, std::size_t, RowHash, RowEqual> places;
  std::vector<Group> groups;
  const auto add_group = [&] {
    Group& group = groups.emplace_back();
    for (const Fold& fold : folds) group.states.push_back(fold.kind.make());
    group.seen.resize(folds.size());
  };
  std::optional<Error> full;
  Row arguments;
  const std::function<bool(Row &&)> take = [&](Row&& row) {
    const Frame frame{row, runtime_};
    Row key;
    key.reserve(keys.size());
    for (const Run& run : keys) key.push_back(run(frame));
    const auto [place, fresh] = places.try_emplace(std::move(key), groups.size());
    if (fresh) {
      add_group();
      Result<Unit> held = hold(keys.size() + folds.size() * 8 + 8);
      if (!held) full = std::move(held).error();
    }
    Group& group = groups[place->second];
    for (std::size_t i = 0; i < folds.size(); ++i) {
      if (folds[i].filter) {
        const Value yes = folds[i].filter(frame);
        if (yes.null() || !yes.truth()) continue;
      }
      arguments.clear();
      for (const Run& run : folds[i].arguments) arguments.push_back(run(frame));
      if (folds[i].distinct) {
        if (arguments[0].null()) continue;
        std::string text;
        for (std::size_t n = 0; n < arguments.size(); ++n)
          text += text_of(arguments[n], folds[i].kind.arguments[n]) + '\0';
        if (!group.seen[i].insert(std::move(text)).second) continue;
      }
      group.states[i]->add(arguments);
    }
    return !full && !runtime_.error;
  };
  co_await scan(in, select.where.get(), take);
  if (full) co_return tl::unexpected<Error>(*full);
  if (keys.empty() && groups.empty()) {
    add_group();
    places.emplace(Row(), 0);
  }
  std::vector<const Row*> ordered(groups.size());
  for (const auto& [key, place] : places) ordered[place] = &key;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Row row = *ordered[i];
    for (auto& state : groups[i].states) row.push_back(state->result(runtime_));
    grouping.rows.push_back(std::move(row));
    if (i % 1024 == 1023) co_await pause();
  }
  co_return check();
}

}  // namespace levada::timestream::sql
