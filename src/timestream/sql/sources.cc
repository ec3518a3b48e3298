// Execution: what stands behind FROM.

#include <algorithm>
#include <unordered_map>

#include "timestream/refusal.h"
#include "timestream/sql/opened.h"

namespace levada::timestream::sql {
namespace {

Kind kind_of(MeasureType type) {
  switch (type) {
    case MeasureType::real:
      return Kind::real;
    case MeasureType::bigint:
      return Kind::bigint;
    case MeasureType::varchar:
      return Kind::varchar;
    case MeasureType::boolean:
      return Kind::boolean;
    case MeasureType::timestamp:
      return Kind::timestamp;
  }
  return Kind::unknown;
}

void rename(Relation& relation, const Source& source) {
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    relation.columns[i].qualifier = source.alias;
    if (i < source.columns.size()) relation.columns[i].name = source.columns[i];
  }
}

}  // namespace

Result<const Table*> Execution::find_table(const std::string& database, const std::string& name,
                                           Place place) const {
  const DatabaseKey key{caller_.account, caller_.region, database};
  const std::string at =
      " at line " + std::to_string(place.line) + ":" + std::to_string(place.column);
  if (service_.definitions().find(key) == nullptr)
    return refuse(Refusal::validation, "Requested database '" + database +
                                           "' not found for identifier '" + database + "." + name +
                                           "'" + at);
  const Table* table = service_.definitions().find(key, name);
  if (table == nullptr)
    return refuse(Refusal::validation, "Requested table '" + name + "' not found for identifier '" +
                                           database + "." + name + "'" + at);
  return table;
}

Task<Execution::Opened> Execution::open(const Source& source, const std::set<std::string>* needed) {
  switch (source.kind) {
    case Source::Kind::table:
      co_return co_await open_table(source, needed);
    case Source::Kind::join:
      co_return co_await open_join(source, needed);
    case Source::Kind::unnest: {
      Opened one;
      one.relation.rows.emplace_back();
      co_return co_await open_unnest(source, std::move(one));
    }
    case Source::Kind::query:
      break;
  }
  Opened opened;
  opened.relation = co_await query(*source.query);
  rename(opened.relation, source);
  co_return opened;
}

Task<Execution::Opened> Execution::open_table(const Source& source,
                                              const std::set<std::string>* needed) {
  Opened opened;
  if (source.database.empty()) {
    for (auto scope = commons_.rbegin(); scope != commons_.rend(); ++scope) {
      const auto common = scope->find(lower(source.name));
      if (common == scope->end()) continue;
      opened.relation = *common->second;
      for (ScopeColumn& column : opened.relation.columns) column.qualifier = source.name;
      if (!source.alias.empty()) rename(opened.relation, source);
      co_return opened;
    }
    co_return refuse_at(source.place, "Database must be specified for table '" + source.name + "'");
  }
  const Table* table = co_await find_table(source.database, source.name, source.place);
  opened.store = service_.store(table->id);
  CHECK(opened.store != nullptr, "a defined table is hosted");
  const TableData& data = opened.store->data();
  opened.shown_from = window_of(*table, UnixMillis(runtime_.now / 1'000'000)).shown_from;
  const std::string& qualifier = source.alias.empty() ? source.name : source.alias;
  Scope& columns = opened.relation.columns;
  for (const std::string& dimension : data.dimensions())
    columns.push_back({qualifier, dimension, {Kind::varchar}});
  opened.dimensions = columns.size();
  columns.push_back({qualifier, "measure_name", {Kind::varchar}});
  columns.push_back({qualifier, "time", {Kind::timestamp}});
  for (const Attribute& attribute : data.attributes())
    columns.push_back({qualifier, attribute.name, {kind_of(attribute.type)}});
  for (const ScopeColumn& column : columns)
    opened.needed.push_back(needed == nullptr || needed->contains(lower(column.name)));
  co_return opened;
}

Task<Execution::Opened> Execution::open_unnest(const Source& source, Opened left) {
  Compiler compiler(left.relation.columns, runtime_, subqueries_);
  std::vector<Compiled> arguments;
  Scope added;
  for (const NodePointer& node : source.arguments) {
    co_await prepare_subqueries(node.get());
    Compiled argument = co_await compiler.compile(*node);
    if (argument.type.is(Kind::series)) {
      added.push_back({source.alias, "time", {Kind::timestamp}});
      added.push_back({source.alias, "value", argument.type.element()});
    } else if (argument.type.is(Kind::array)) {
      if (argument.type.element().is(Kind::row))
        for (const TypeField& field : argument.type.element().fields)
          added.push_back({source.alias, field.name, field.type});
      else
        added.push_back(
            {source.alias, "_col" + std::to_string(added.size()), argument.type.element()});
    } else {
      co_return refuse_at(node->place, "Cannot unnest type: " + name_of(argument.type));
    }
    arguments.push_back(std::move(argument));
  }
  if (source.ordinality) added.push_back({source.alias, "ordinality", {Kind::bigint}});
  for (std::size_t i = 0; i < added.size() && i < source.columns.size(); ++i)
    added[i].name = source.columns[i];

  Opened opened;
  opened.relation.columns = left.relation.columns;
  opened.relation.columns.insert(opened.relation.columns.end(), added.begin(), added.end());
  std::size_t count = 0;
  for (const Row& row : left.relation.rows) {
    std::vector<Value> lists;
    std::size_t longest = 0;
    for (const Compiled& argument : arguments) {
      lists.push_back(argument.run(Frame{row, runtime_}));
      if (!lists.back().null()) longest = std::max(longest, lists.back().list().size());
    }
    co_await check();
    for (std::size_t i = 0; i < longest; ++i) {
      Row wide = row;
      for (std::size_t a = 0; a < arguments.size(); ++a) {
        const bool there = !lists[a].null() && i < lists[a].list().size();
        const bool parts =
            arguments[a].type.is(Kind::series) || arguments[a].type.element().is(Kind::row);
        if (!parts) {
          wide.push_back(there ? lists[a].list()[i] : Value());
          continue;
        }
        const std::size_t size =
            arguments[a].type.is(Kind::series) ? 2 : arguments[a].type.element().fields.size();
        for (std::size_t m = 0; m < size; ++m)
          wide.push_back(there && !lists[a].list()[i].null() ? lists[a].list()[i].list()[m]
                                                             : Value());
      }
      if (source.ordinality) wide.emplace_back(static_cast<std::int64_t>(i + 1));
      co_await hold(wide.size() + 1);
      opened.relation.rows.push_back(std::move(wide));
      if (++count % 4096 == 0) co_await pause();
    }
  }
  co_return opened;
}

Task<Execution::Opened> Execution::open_join(const Source& source,
                                             const std::set<std::string>* needed) {
  // Both sides become rows; what is left of conditions is asked of every pair.
  Opened left = co_await open(*source.left, needed);
  Opened right;
  const bool lateral = source.right->kind == Source::Kind::unnest;
  if (!lateral) right = co_await open(*source.right, needed);
  for (Opened* side : {&left, &right}) {
    if (!side->store) continue;
    std::vector<Row> rows;
    std::optional<Error> full;
    const std::function<bool(Row &&)> keep = [&](Row&& row) {
      Result<Unit> held = hold(row.size() + 1);
      if (!held) full = std::move(held).error();
      rows.push_back(std::move(row));
      return !full;
    };
    co_await scan(*side, nullptr, keep);
    if (full) co_return tl::unexpected<Error>(*full);
    side->relation.rows = std::move(rows);
    side->store.reset();
  }
  if (lateral) co_return co_await open_unnest(*source.right, std::move(left));

  Opened opened;
  Scope& columns = opened.relation.columns;
  columns = left.relation.columns;
  columns.insert(columns.end(), right.relation.columns.begin(), right.relation.columns.end());
  const std::size_t split = left.relation.columns.size();

  // Equalities between the sides make a hash join; everything is checked again by the condition.
  std::vector<std::pair<Run, Run>> equal;
  Run condition;
  SubqueryResults& subqueries = subqueries_;
  std::vector<const Node*> parts;
  if (source.condition) {
    co_await prepare_subqueries(source.condition.get());
    Compiler compiler(columns, runtime_, subqueries);
    Compiled compiled = co_await compiler.compile_condition(*source.condition, "JOIN ON clause");
    condition = std::move(compiled.run);
    std::vector<const Node*> open_parts{source.condition.get()};
    while (!open_parts.empty()) {
      const Node* node = open_parts.back();
      open_parts.pop_back();
      if (node->kind == NodeKind::binary && node->text == "and") {
        open_parts.push_back(node->children[0].get());
        open_parts.push_back(node->children[1].get());
      } else if (node->kind == NodeKind::binary && node->text == "=") {
        parts.push_back(node);
      }
    }
    Compiler of_left(left.relation.columns, runtime_, subqueries);
    Compiler of_right(right.relation.columns, runtime_, subqueries);
    for (const Node* node : parts)
      for (const bool swapped : {false, true}) {
        Result<Compiled> a = of_left.compile(*node->children[swapped ? 1 : 0]);
        Result<Compiled> b = of_right.compile(*node->children[swapped ? 0 : 1]);
        if (!a || !b || a->constant || b->constant) continue;
        const auto type = common_type(a->type, b->type);
        if (!type) continue;
        equal.emplace_back(convert(std::move(*a), *type).run, convert(std::move(*b), *type).run);
        break;
      }
  }
  for (const std::string& name : source.using_columns) {
    const auto at = [&](const Scope& scope) {
      const auto found = std::ranges::find_if(
          scope, [&](const ScopeColumn& c) { return lower(c.name) == lower(name); });
      return static_cast<std::size_t>(found - scope.begin());
    };
    const std::size_t a = at(left.relation.columns), b = at(right.relation.columns);
    if (a == split || b == right.relation.columns.size())
      co_return refuse_at(source.place, "Column '" + name + "' does not exist");
    opened.hidden.insert(split + b);
    columns[split + b].qualifier = columns[split + b].qualifier + "\x1f";
    columns[split + b].name += "\x1f";  // only the left one answers to the name
    equal.emplace_back([a](const Frame& f) { return f.row[a]; },
                       [b](const Frame& f) { return f.row[b]; });
  }

  std::unordered_map<std::size_t, std::vector<std::size_t>> by_key;
  const auto key_of = [&](const Row& row, bool of_right) -> std::optional<std::size_t> {
    std::size_t hash = 1;
    for (const auto& [a, b] : equal) {
      const Value value = (of_right ? b : a)(Frame{row, runtime_});
      if (value.null()) return std::nullopt;
      hash = hash * 1099511628211ull ^ hash_of(value);
    }
    return hash;
  };
  std::vector<std::size_t> everyone;
  for (std::size_t i = 0; i < right.relation.rows.size(); ++i) {
    everyone.push_back(i);
    if (const auto key = key_of(right.relation.rows[i], true)) by_key[*key].push_back(i);
  }
  static const std::vector<std::size_t> nobody;
  std::vector<bool> matched(right.relation.rows.size());
  std::size_t count = 0;
  const auto all_equal = [&](const Row& a, const Row& b) {
    return std::ranges::all_of(equal, [&](const auto& pair) {
      return compare(pair.first(Frame{a, runtime_}), pair.second(Frame{b, runtime_})) == 0;
    });
  };
  for (const Row& row : left.relation.rows) {
    const auto key = key_of(row, false);
    const auto bucket = key ? by_key.find(*key) : by_key.end();
    const std::vector<std::size_t>& candidates = equal.empty()            ? everyone
                                                 : bucket == by_key.end() ? nobody
                                                                          : bucket->second;
    bool any = false;
    for (const std::size_t i : candidates) {
      if (++count % 4096 == 0) co_await pause();
      if (!all_equal(row, right.relation.rows[i])) continue;
      Row both = row;
      both.insert(both.end(), right.relation.rows[i].begin(), right.relation.rows[i].end());
      if (condition) {
        const Value yes = condition(Frame{both, runtime_});
        co_await check();
        if (yes.null() || !yes.truth()) continue;
      }
      any = matched[i] = true;
      co_await hold(both.size() + 1);
      opened.relation.rows.push_back(std::move(both));
    }
    if (!any && (source.join == JoinKind::left || source.join == JoinKind::full)) {
      Row alone = row;
      alone.resize(columns.size());
      opened.relation.rows.push_back(std::move(alone));
    }
  }
  if (source.join == JoinKind::right || source.join == JoinKind::full)
    for (std::size_t i = 0; i < matched.size(); ++i) {
      if (matched[i]) continue;
      Row alone(split);
      alone.insert(alone.end(), right.relation.rows[i].begin(), right.relation.rows[i].end());
      opened.relation.rows.push_back(std::move(alone));
    }
  co_return opened;
}

}  // namespace levada::timestream::sql
