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
      co_return co_await open_unnest(source, std::move(one), false);
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
  opened.arn = arn_of({caller_.account, caller_.region, source.database}, source.name);
  if (!table->partition_keys.empty()) opened.partition_key = table->partition_keys.front();
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

Task<Execution::Opened> Execution::open_unnest(const Source& source, Opened left, bool keeps) {
  Compiler compiler(left.relation.columns, runtime_, subqueries_);
  std::vector<Compiled> arguments;
  Scope added;
  for (const NodePointer& node : source.arguments) {
    co_await prepare_subqueries(node.get(), nullptr);
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
  if (!source.columns.empty() && source.columns.size() != added.size())
    co_return refuse_at(source.place, "Column alias list has " +
                                          std::to_string(source.columns.size()) + " entries but '" +
                                          source.alias + "' has " + std::to_string(added.size()) +
                                          " columns available");
  for (std::size_t i = 0; i < added.size() && i < source.columns.size(); ++i)
    added[i].name = source.columns[i];

  Opened opened;
  opened.relation.columns = left.relation.columns;
  opened.relation.columns.insert(opened.relation.columns.end(), added.begin(), added.end());
  if (dry_) co_return opened;
  std::size_t count = 0;
  for (const Row& row : left.relation.rows) {
    std::vector<Value> lists;
    std::size_t longest = 0;
    for (const Compiled& argument : arguments) {
      lists.push_back(argument.run(Frame{row, runtime_}));
      if (!lists.back().null()) longest = std::max(longest, lists.back().list().size());
    }
    co_await check();
    if (longest == 0 && keeps) {
      Row alone = row;
      alone.resize(opened.relation.columns.size());
      opened.relation.rows.push_back(std::move(alone));
    }
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
      if (due(count)) co_await pause();
    }
  }
  co_return opened;
}

Task<Unit> Execution::gather_all(Opened& side) {
  if (!side.store) co_return Unit{};
  std::vector<const Node*> conditions;
  co_return co_await outcome(gather(side, conditions));
}

// UNNEST and LATERAL see the columns of the left side: they are asked row by row.
Task<Execution::Opened> Execution::open_beside(const Source& source, Opened left) {
  const bool keeps = source.join == JoinKind::left;
  const bool always =
      source.condition == nullptr ||
      (source.condition->kind == NodeKind::literal && !source.condition->value.null() &&
       source.condition->value.is.index() == 1 && source.condition->value.truth());
  if (source.join == JoinKind::right || source.join == JoinKind::full || !always ||
      source.natural || !source.using_columns.empty())
    co_return refuse_at(source.place,
                        "UNNEST and LATERAL can only be joined by CROSS JOIN, or by "
                        "LEFT or INNER JOIN ... ON TRUE");
  if (source.right->kind == Source::Kind::unnest)
    co_return co_await open_unnest(*source.right, std::move(left), keeps);
  const Query& query = *source.right->query;
  const Scope columns = left.relation.columns;
  Opened opened;
  outers_.push_back({.scope = &columns});
  const bool was_dry = std::exchange(dry_, true);
  SubqueryResults around = std::exchange(subqueries_, {});
  opened.relation = co_await this->query(query);
  dry_ = was_dry;
  const Outer seen = std::move(outers_.back());
  outers_.pop_back();
  rename(opened.relation, *source.right);
  const std::size_t width = opened.relation.columns.size();
  opened.relation.rows.clear();
  Compiler compiler(columns, runtime_, around);
  const SubqueryResult captured{.type = {}, .values = {}, .captures = seen.captures};
  const std::vector<Run> runs = co_await compiler.captured(captured);
  for (const Row& row : left.relation.rows) {
    Row values;
    for (const Run& run : runs) values.push_back(run(Frame{row, runtime_}));
    co_await check();
    co_await pause();
    outers_.push_back({.captures = seen.captures, .types = seen.types, .values = &values});
    subqueries_.clear();
    const std::size_t held_before = cells_;
    Relation inner = co_await this->query(query);
    release(cells_ - held_before);
    outers_.pop_back();
    if (inner.rows.empty() && keeps) inner.rows.emplace_back(width);
    for (const Row& right : inner.rows) {
      Row both = row;
      both.insert(both.end(), right.begin(), right.end());
      co_await hold(both.size() + 1);
      opened.relation.rows.push_back(std::move(both));
    }
  }
  subqueries_ = std::move(around);
  Scope all = columns;
  all.insert(all.end(), opened.relation.columns.begin(), opened.relation.columns.end());
  opened.relation.columns = std::move(all);
  co_return opened;
}

Task<Execution::Opened> Execution::open_join(const Source& source,
                                             const std::set<std::string>* needed) {
  // Both sides become rows; what is left of conditions is asked of every pair.
  Opened left = co_await open(*source.left, needed);
  co_await gather_all(left);
  if (source.right->kind == Source::Kind::unnest || source.right->lateral)
    co_return co_await open_beside(source, std::move(left));
  Opened right = co_await open(*source.right, needed);
  co_await gather_all(right);

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
    co_await prepare_subqueries(source.condition.get(), nullptr);
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
  std::vector<std::string> shared = source.using_columns;
  if (source.natural)
    for (const ScopeColumn& column : left.relation.columns)
      if (std::ranges::any_of(right.relation.columns, [&](const ScopeColumn& other) {
            return same_name(other.name, column.name);
          }))
        shared.push_back(column.name);
  for (const std::string& name : shared) {
    const auto at = [&](const Scope& scope) {
      const auto found = std::ranges::find_if(
          scope, [&](const ScopeColumn& c) { return same_name(c.name, name); });
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
      if (due(count)) co_await pause();
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
