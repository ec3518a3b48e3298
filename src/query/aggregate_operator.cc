// GROUP BY: a hash table of groups, each with its accumulators; a step touches the groups of its
// change and puts out the difference between what they were and what they are.

#include <algorithm>
#include <map>

#include "query/aggregate.h"
#include "query/closing.h"
#include "query/growing_map.h"
#include "query/operator.h"

namespace levada::query {

namespace {

// What one aggregate call needs of each row, compiled.
struct Call {
  const AggregateFunction* function = nullptr;
  std::vector<Type> types;
  std::vector<Program> arguments;
  std::vector<CompiledSortKey> order;
  Program filter;
  bool distinct = false;
  bool collects = false;  // its result needs the rows in order, so they are kept

  std::unique_ptr<Accumulator> make(bool append_only) const {
    return append_only && !distinct ? append_only_accumulator(*function, types)
                                    : function->make(types);
  }
};

struct CallLess {
  const Call* call;
  // Rows are order keys, then arguments.
  bool operator()(const Row& a, const Row& b) const {
    const std::size_t keys = call->order.size();
    const auto order = compare(a.span().first(keys), b.span().first(keys), call->order);
    if (order != 0) return order < 0;
    return compare(a.span().subspan(keys), b.span().subspan(keys)) < 0;
  }
};

// The state of one call in one group.
struct Cell {
  std::unique_ptr<Accumulator> accumulator;
  // DISTINCT and ordered aggregates: the rows so far.
  std::unique_ptr<std::map<Row, std::int64_t, CallLess>> rows;
};

struct Group {
  std::uint64_t hash = 0;
  Row key;
  std::int64_t rows = 0;
  bool touched = false;
  std::vector<Cell> cells;
  Row shown;  // what the output has of this group
};

// A group's cells beyond the row counts: an estimate, for the memory limit only.
constexpr std::int64_t cell_bytes = 64;

class AggregateOperator final : public Operator {
 public:
  AggregateOperator(const Aggregate& node, bool append_only, std::optional<Closes> closes)
      : sets_(node.grouping_sets), append_only_(append_only), closing_(std::move(closes)) {
    for (const ExpressionRef& group : node.groups) groups_.emplace_back(group);
    for (const AggregateCall& from : node.aggregates) {
      Call call;
      call.function = from.function;
      call.distinct = from.distinct;
      for (const ExpressionRef& argument : from.arguments) {
        call.arguments.emplace_back(argument);
        call.types.push_back(argument->type);
      }
      call.order = compiled(from.order);
      if (from.function->ordered_set && call.order.empty() && !from.arguments.empty())
        call.order.push_back({Program(from.arguments.back())});
      call.collects = from.function->ordered;
      if (from.filter != nullptr) call.filter = Program(from.filter);
      calls_.push_back(std::move(call));
    }
    grouping_column_ = !sets_.empty();
    if (sets_.empty()) {
      sets_.emplace_back();
      for (std::size_t i = 0; i < groups_.size(); ++i) sets_.back().push_back(i);
    }
  }
  ~AggregateOperator() override { count_memory(-counted_); }

  bool follows_watermarks() const override { return closing_.follows_watermark(); }

  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    Evaluation& evaluation = step.evaluation;
    if (step.first)
      for (std::size_t set = 0; set < sets_.size(); ++set)
        if (sets_[set].empty()) touch(group_of(set, evaluation, {}));
    std::vector<Datum> keys(groups_.size());
    for (const Change& change : inputs[0]) {
      for (std::size_t i = 0; i < keys.size(); ++i)
        keys[i] = groups_[i].evaluate(evaluation, change.row.data());
      for (std::size_t set = 0; set < sets_.size(); ++set) {
        Group& group = group_of(set, evaluation, keys);
        touch(group);
        group.rows += change.weight;
        add(group, evaluation, change);
      }
      evaluation.reset();
    }
    for (Group* group : touched_) show(*group, evaluation, out);
    touched_.clear();
    closing_.close(evaluation.facts(), [this](Group* group) { forget(*group); });
  }

  void save(StateWriter& out) const override {
    out.put(table_.size());
    table_.each([&](const Group& group) {
      out.put(group.key, group.rows, group.shown);
      for (const Cell& cell : group.cells) {
        if (cell.accumulator != nullptr) cell.accumulator->save(out);
        if (cell.rows != nullptr) out.put(*cell.rows);
      }
    });
  }
  bool restore(StateReader& in) override {
    const auto count = in.taken<std::size_t>();
    for (std::size_t i = 0; i < count && in.good(); ++i) {
      Row key = in.taken<Row>();
      if (key.size() != groups_.size() + (grouping_column_ ? 1 : 0)) return false;
      const std::uint64_t h = hash(key.span());
      Group& group = made(h, std::move(key));
      in.take(group.rows, group.shown);
      for (Cell& cell : group.cells) {
        if (cell.accumulator != nullptr) cell.accumulator->restore(in);
        if (cell.rows != nullptr) in.take(*cell.rows);
      }
    }
    return in.good();
  }

 private:
  Group& group_of(std::size_t set, Evaluation&, std::span<const Datum> keys) {
    key_.assign(groups_.size(), Datum::null());
    if (!keys.empty())
      for (const std::size_t i : sets_[set]) key_[i] = keys[i];
    if (grouping_column_) key_.push_back(Datum::of(static_cast<std::int64_t>(set)));
    const std::uint64_t h = hash(std::span<const Datum>(key_));
    Group* group = table_.find(h, [&](const Group& candidate) {
      return equal(candidate.key.span(), std::span<const Datum>(key_));
    });
    return group != nullptr ? *group : made(h, Row::of(key_));
  }

  Group& made(std::uint64_t h, Row key) {
    Group& made = table_.insert(h);
    made.key = std::move(key);
    made.cells.resize(calls_.size());
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (!calls_[i].collects) made.cells[i].accumulator = calls_[i].make(append_only_);
      if (calls_[i].collects || calls_[i].distinct)
        made.cells[i].rows =
            std::make_unique<std::map<Row, std::int64_t, CallLess>>(CallLess{&calls_[i]});
    }
    count(static_cast<std::int64_t>(calls_.size()) * cell_bytes);
    closing_.add(made.key.span(), &made);
    return made;
  }

  void forget(Group& group) {
    count(-static_cast<std::int64_t>(calls_.size()) * cell_bytes);
    table_.erase(&group);
  }

  void count(std::int64_t bytes) {
    counted_ += bytes;
    count_memory(bytes);
  }

  void touch(Group& group) {
    if (std::exchange(group.touched, true)) return;
    touched_.push_back(&group);
  }

  void add(Group& group, Evaluation& evaluation, const Change& change) {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      const Call& call = calls_[i];
      Cell& cell = group.cells[i];
      const Datum* row = change.row.data();
      if (call.filter && !call.filter.evaluate(evaluation, row).is_true()) continue;
      arguments_.clear();
      for (const CompiledSortKey& key : call.order)
        arguments_.push_back(key.program.evaluate(evaluation, row));
      const std::size_t keys = arguments_.size();
      for (const Program& argument : call.arguments)
        arguments_.push_back(argument.evaluate(evaluation, row));
      const auto own = std::span<const Datum>(arguments_).subspan(keys);
      if (cell.rows == nullptr) {
        cell.accumulator->add(own, change.weight);
        continue;
      }
      const auto at = cell.rows->emplace(Row::of(arguments_), 0).first;
      const std::int64_t before = std::exchange(at->second, at->second + change.weight);
      if (call.distinct && !call.collects && (before > 0) != (at->second > 0))
        cell.accumulator->add(at->first.span().subspan(keys), at->second > 0 ? 1 : -1);
      if (at->second == 0) cell.rows->erase(at);
    }
  }

  Datum result(const Call& call, const Cell& cell, Evaluation& evaluation) const {
    if (!call.collects) return cell.accumulator->result(evaluation);
    const auto fresh = call.make(false);
    const Row* last = nullptr;
    const std::size_t keys = call.order.size();
    for (const auto& [row, weight] : *cell.rows) {
      if (weight <= 0) continue;
      const auto own = row.span().subspan(keys);
      const bool again = call.distinct && last != nullptr && equal(last->span().subspan(keys), own);
      if (!again) fresh->add(own, call.distinct ? 1 : weight);
      last = &row;
    }
    return fresh->result(evaluation);
  }

  void show(Group& group, Evaluation& evaluation, Delta& out) {
    group.touched = false;
    const std::size_t set =
        grouping_column_ ? static_cast<std::size_t>(group.key[groups_.size()].integer) : 0;
    const bool lives = group.rows != 0 || sets_[set].empty();
    if (!lives) {
      if (group.shown) out.push_back({group.shown, -1});
      forget(group);
      return;
    }
    data_.assign(group.key.begin(),
                 group.key.begin() + static_cast<std::ptrdiff_t>(groups_.size()));
    for (std::size_t i = 0; i < calls_.size(); ++i)
      data_.push_back(evaluation.settle(result(calls_[i], group.cells[i], evaluation)));
    if (grouping_column_) {
      std::int64_t left_out = 0;
      for (std::size_t i = 0; i < groups_.size(); ++i)
        if (std::find(sets_[set].begin(), sets_[set].end(), i) == sets_[set].end())
          left_out |= std::int64_t{1} << i;
      data_.push_back(Datum::of(left_out));
    }
    if (!group.shown || !same_bytes(group.shown.span(), std::span<const Datum>(data_))) {
      Row row = Row::of(data_);
      if (group.shown) out.push_back({std::move(group.shown), -1});
      group.shown = row;
      out.push_back({std::move(row), 1});
    }
    evaluation.reset();
  }

  std::vector<Program> groups_;
  std::vector<std::vector<std::size_t>> sets_;
  std::vector<Call> calls_;
  bool append_only_, grouping_column_ = false;
  GrowingMap<Group> table_;
  Closing<Group> closing_;
  std::vector<Group*> touched_;
  std::vector<Datum> key_, arguments_, data_;
  std::int64_t counted_ = 0;
};

}  // namespace

std::unique_ptr<Operator> make_aggregate(const Aggregate& node, bool append_only_input,
                                         std::optional<Closes> closes) {
  return std::make_unique<AggregateOperator>(node, append_only_input, std::move(closes));
}

}  // namespace levada::query
