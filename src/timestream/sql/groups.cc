// Execution: groups, each a key and what its rows are folded to.

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "timestream/sql/opened.h"
#include "timestream/sql/rows.h"

namespace levada::timestream::sql {
namespace {

// Hands its rows to another aggregate in the order that is asked for: array_agg(x ORDER BY y).
class InOrder final : public Aggregate {
 public:
  InOrder(std::unique_ptr<Aggregate> inner, const Node& node)
      : inner_(std::move(inner)), node_(node) {}
  void add(std::span<const Value> arguments) override {
    rows_.emplace_back(arguments.begin(), arguments.end());
  }
  Value result(Runtime& runtime) override {
    const std::size_t own = node_.children.size();
    std::vector<std::size_t> keys(node_.order.size());
    std::iota(keys.begin(), keys.end(), own);
    sort_rows(rows_, node_.order, keys);
    for (const auto& row : rows_) inner_->add(std::span(row).first(own));
    rows_.clear();
    return inner_->result(runtime);
  }

 private:
  std::unique_ptr<Aggregate> inner_;
  const Node& node_;
  std::vector<std::vector<Value>> rows_;
};

std::unique_ptr<Aggregate> in_order(std::unique_ptr<Aggregate> inner, const Node& node) {
  return std::make_unique<InOrder>(std::move(inner), node);
}

}  // namespace

std::optional<Compiled> Execution::Grouping::bits_of(const Scope& scope, const Node& node) const {
  if (node.kind != NodeKind::call || node.text != "grouping") return std::nullopt;
  std::vector<std::size_t> asked;
  for (const NodePointer& child : node.children) {
    const auto at = std::ranges::find(signatures, signature_in(scope, *child));
    const auto place = static_cast<std::size_t>(at - signatures.begin());
    if (place >= keys.size()) return std::nullopt;
    asked.push_back(place);
  }
  std::vector<std::int64_t> bits(std::max<std::size_t>(sets.size(), 1));
  for (std::size_t s = 0; s < sets.size(); ++s)
    for (const std::size_t key : asked)
      bits[s] = bits[s] * 2 + (std::ranges::find(sets[s], key) == sets[s].end() ? 1 : 0);
  const std::size_t at = sets.empty() ? 0 : columns.size() - 1;
  return Compiled{{Kind::integer}, [bits, at](const Frame& f) {
                    return Value(bits.size() == 1
                                     ? bits[0]
                                     : bits[static_cast<std::size_t>(f.row[at].number())]);
                  }};
}

Task<Unit> Execution::group(const Select& select, const std::vector<const Node*>& conditions,
                            Opened& in, Grouping& grouping) {
  const bool done = co_await group_by_columns(select, conditions, in, grouping);
  if (done) co_return Unit{};
  grouping.sets = select.grouping_sets;
  Compiler compiler(in.relation.columns, runtime_, subqueries_);
  std::vector<Run> keys;
  for (const Node* key : grouping.keys) {
    Compiled compiled = co_await compiler.compile(*key);
    grouping.columns.push_back({"", "", compiled.type});
    grouping.signatures.push_back(signature_in(in.relation.columns, *key));
    keys.push_back(std::move(compiled.run));
  }
  struct Fold {
    AggregateKind kind;
    std::vector<Run> arguments;  // then what ORDER BY says
    Run filter;
    bool distinct = false;
    const Node* node = nullptr;
  };
  std::vector<Fold> folds;
  for (const Node* node : grouping.aggregates) {
    Fold fold;
    fold.node = node;
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
    for (const OrderItem& item : node->order) {
      Compiled key = co_await compiler.compile(*item.node);
      fold.arguments.push_back(std::move(key.run));
    }
    if (node->filter) {
      Compiled filter = co_await compiler.compile_condition(*node->filter, "FILTER clause");
      fold.filter = std::move(filter.run);
    }
    grouping.columns.push_back({"", "", fold.kind.result});
    grouping.signatures.push_back(signature_in(in.relation.columns, *node));
    folds.push_back(std::move(fold));
  }

  if (!grouping.sets.empty()) {
    grouping.columns.push_back({"", "", {Kind::bigint}});
    grouping.signatures.emplace_back("which grouping set");
  }
  struct Group {
    std::vector<std::unique_ptr<Aggregate>> states;
    std::vector<std::unordered_set<Row, RowHash, RowEqual>> seen;  // of DISTINCT
  };
  std::unordered_map<Row, std::size_t, RowHash, RowEqual> places;
  std::vector<Group> groups;
  const bool sets = !grouping.sets.empty();
  const std::size_t set_count = sets ? grouping.sets.size() : 1;
  const auto add_group = [&] {
    Group& group = groups.emplace_back();
    for (const Fold& fold : folds) {
      std::unique_ptr<Aggregate> state = fold.kind.make();
      if (!fold.node->order.empty()) state = in_order(std::move(state), *fold.node);
      group.states.push_back(std::move(state));
    }
    group.seen.resize(folds.size());
  };
  std::optional<Error> full;
  Row arguments;
  const auto add = [&](const Frame& frame, const Row& key) {
    const auto [place, fresh] = places.try_emplace(key, groups.size());
    if (fresh) {
      add_group();
      Result<Unit> held = hold(key.size() + folds.size() * 8 + 8);
      if (!held) full = std::move(held).error();
    }
    Group& into = groups[place->second];
    for (std::size_t i = 0; i < folds.size(); ++i) {
      if (folds[i].filter) {
        const Value yes = folds[i].filter(frame);
        if (yes.null() || !yes.truth()) continue;
      }
      arguments.clear();
      for (const Run& run : folds[i].arguments) arguments.push_back(run(frame));
      if (folds[i].distinct) {
        if (arguments[0].null()) continue;
        if (!into.seen[i].insert(arguments).second) continue;
        Result<Unit> held = hold(arguments.size() + 1);
        if (!held) full = std::move(held).error();
      }
      into.states[i]->add(arguments);
      if (!folds[i].kind.keeps) continue;
      Result<Unit> held = hold(arguments.size());
      if (!held) full = std::move(held).error();
    }
  };
  const std::function<bool(Row &&)> take = [&](Row&& row) {
    const Frame frame{row, runtime_};
    Row key;
    key.reserve(keys.size() + 1);
    for (const Run& run : keys) key.push_back(run(frame));
    if (!sets) {
      add(frame, key);
    } else {
      for (std::size_t s = 0; s < set_count; ++s) {
        Row part(keys.size());
        for (const std::size_t k : grouping.sets[s]) part[k] = key[k];
        part.emplace_back(static_cast<std::int64_t>(s));
        add(frame, part);
      }
    }
    return !full && !runtime_.error;
  };
  co_await scan(in, conditions, take);
  if (full) co_return tl::unexpected<Error>(*full);
  // A set without keys has a group even when there are no rows.
  for (std::size_t s = 0; s < set_count; ++s) {
    if (sets ? !grouping.sets[s].empty() : !keys.empty()) continue;
    Row key(keys.size());
    if (sets) key.emplace_back(static_cast<std::int64_t>(s));
    if (places.try_emplace(std::move(key), groups.size()).second) add_group();
  }
  std::vector<const Row*> ordered(groups.size());
  for (const auto& [key, place] : places) ordered[place] = &key;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    Row row = *ordered[i];
    const Value set = sets ? row.back() : Value();
    if (sets) row.pop_back();
    for (auto& state : groups[i].states) row.push_back(state->result(runtime_));
    if (sets) row.push_back(set);
    grouping.rows.push_back(std::move(row));
    if (i % 1024 == 1023) co_await pause();
  }
  co_return check();
}

}  // namespace levada::timestream::sql
