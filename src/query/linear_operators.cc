// Operators without a past: what comes out depends on the change alone. And the temporal filter,
// whose past is only what time may still move.

#include <algorithm>
#include <map>

#include "query/calendar.h"
#include "query/interval.h"
#include "query/operator.h"

namespace levada::query {

namespace {

class ValuesOperator final : public Operator {
 public:
  explicit ValuesOperator(const Values& node) {
    for (const auto& row : node.rows) {
      rows_.emplace_back();
      for (const ExpressionRef& expression : row) rows_.back().emplace_back(expression);
    }
  }
  void step(const Step& step, std::span<Delta>, Delta& out) override {
    if (!step.first) return;
    std::vector<Datum> data;
    for (const auto& row : rows_) {
      data.clear();
      for (const Program& program : row) data.push_back(program.evaluate(step.evaluation, nullptr));
      out.push_back({Row::of(data), 1});
      step.evaluation.reset();
    }
  }

 private:
  std::vector<std::vector<Program>> rows_;
};

class Map final : public Operator {
 public:
  Map(const std::vector<ExpressionRef>& conditions, const std::vector<ExpressionRef>* expressions)
      : keeps_row_(expressions == nullptr) {
    std::vector<ExpressionRef> all = conditions;
    if (expressions != nullptr) all.insert(all.end(), expressions->begin(), expressions->end());
    conditions_ = compiled_together(all);
    const auto rest = conditions_.begin() + static_cast<std::ptrdiff_t>(conditions.size());
    expressions_.assign(rest, conditions_.end());
    conditions_.erase(rest, conditions_.end());
    data_.resize(expressions_.size());
  }
  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    if (conditions_.empty()) out.reserve(out.size() + inputs[0].size());
    for (Change& change : inputs[0]) {
      if (!keeps_row_) {
        take(step, change.row.data(), change.weight, out);
        continue;
      }
      if (passes(step.evaluation, change.row.data())) out.push_back(std::move(change));
      step.evaluation.reset();
    }
  }
  bool takes_data() const override { return !keeps_row_; }
  void take(const Step& step, const Datum* row, std::int64_t weight, Delta& out) override {
    if (passes(step.evaluation, row)) {
      for (std::size_t i = 0; i < data_.size(); ++i)
        data_[i] = expressions_[i].evaluate(step.evaluation, row);
      out.push_back({Row::of(data_), weight});
    }
    step.evaluation.reset();
  }

 private:
  bool passes(Evaluation& evaluation, const Datum* row) const {
    return std::all_of(conditions_.begin(), conditions_.end(), [&](const Program& condition) {
      return condition.evaluate(evaluation, row).is_true();
    });
  }

  std::vector<Program> conditions_;
  std::vector<Program> expressions_;
  std::vector<Datum> data_;  // of the row in work
  bool keeps_row_;
};

class ProjectSetOperator final : public Operator {
 public:
  explicit ProjectSetOperator(const ProjectSet& node)
      : ordinality_(node.ordinality), outer_(node.outer) {
    for (const TableCall& call : node.calls) {
      Call made;
      made.function = call.function;
      made.result = call.type;
      for (const ExpressionRef& argument : call.arguments) {
        made.arguments.emplace_back(argument);
        made.types.push_back(argument->type);
      }
      calls_.push_back(std::move(made));
    }
    for (Call& call : calls_) {
      call.site.result = &call.result;
      call.site.arguments = call.types;
    }
  }
  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    for (const Change& change : inputs[0]) {
      expand(step.evaluation, change, out);
      step.evaluation.reset();
    }
  }

 private:
  struct Call {
    const TableFunction* function = nullptr;
    Type result;
    std::vector<Program> arguments;
    std::vector<Type> types;
    CallSite site;
  };

  void expand(Evaluation& evaluation, const Change& change, Delta& out) {
    std::vector<std::vector<Datum>> results(calls_.size());
    std::size_t count = 0;
    bool any_set = false;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      std::vector<Datum> arguments;
      for (const Program& program : calls_[i].arguments)
        arguments.push_back(program.evaluate(evaluation, change.row.data()));
      if (calls_[i].function == nullptr) continue;
      any_set = true;
      calls_[i].function->run(evaluation, calls_[i].site, arguments, results[i]);
      count = std::max(count, results[i].size());
    }
    if (evaluation.failed()) {
      evaluation.settle({});
      count = 0;
    }
    if (!any_set || (count == 0 && outer_)) count = 1;
    std::vector<Datum> data;
    for (std::size_t row = 0; row < count; ++row) {
      data.clear();
      for (std::size_t i = 0; i < calls_.size(); ++i) {
        if (calls_[i].function == nullptr)
          data.push_back(calls_[i].arguments[0].evaluate(evaluation, change.row.data()));
        else
          data.push_back(row < results[i].size() ? results[i][row] : Datum::null());
      }
      if (ordinality_) data.push_back(Datum::of(static_cast<std::int64_t>(row + 1)));
      out.push_back({Row::joined(change.row.span(), data), change.weight});
    }
  }

  std::vector<Call> calls_;
  bool ordinality_, outer_;
};

class TimeWindowOperator final : public Operator {
 public:
  explicit TimeWindowOperator(const TimeWindow& node)
      : time_(node.time),
        is_date_(node.time->type.is(TypeKind::date)),
        slide_(microseconds(node.slide)),
        size_(microseconds(node.size)),
        offset_(microseconds(node.offset)) {}
  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    for (const Change& change : inputs[0]) {
      const Datum time = time_.evaluate(step.evaluation, change.row.data());
      if (time.is_null()) continue;
      const std::int64_t at = is_date_ ? time.integer * microseconds_per_day : time.integer;
      std::int64_t rest = (at - offset_) % slide_;
      if (rest < 0) rest += slide_;
      const std::int64_t last = at - rest;
      std::int64_t start = last - (size_ / slide_) * slide_;
      while (start + size_ <= at) start += slide_;
      for (; start <= last; start += slide_) {
        const Datum window[] = {Datum::of(start), Datum::of(start + size_)};
        out.push_back({Row::joined(change.row.span(), window), change.weight});
      }
      step.evaluation.reset();
    }
  }

 private:
  static std::int64_t microseconds(const Interval& interval) {
    return static_cast<std::int64_t>(estimated_microseconds(interval));
  }
  Program time_;
  bool is_date_;
  std::int64_t slide_, size_, offset_;
};

class Union final : public Operator {
 public:
  void step(const Step&, std::span<Delta> inputs, Delta& out) override {
    for (Delta& input : inputs) {
      if (out.empty())
        out = std::move(input);
      else
        out.insert(out.end(), std::make_move_iterator(input.begin()),
                   std::make_move_iterator(input.end()));
    }
  }
};

// Rows in the order of their value, with the bound between those that pass and those that do not.
// The bound rises with time: rows that it has passed for good are forgotten.
class TemporalFilter final : public Operator {
 public:
  TemporalFilter(const ExpressionRef& value, std::string_view sign, const ExpressionRef& bound)
      : value_(value), bound_(bound), above_(sign[0] == '>'), equal_passes_(sign.size() == 2) {}
  bool follows_time() const override { return true; }
  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    const Datum bound = bound_.evaluate(step.evaluation, nullptr);
    if (bound.is_null()) return;
    move(Value(bound), out);
    for (Change& change : inputs[0]) {
      const Datum value = value_.evaluate(step.evaluation, change.row.data());
      if (!value.is_null()) {
        const bool passes = passed(value);
        // Above a rising bound: what passes may expire. Below it: what does not pass may yet.
        if (passes == above_) remember(value, change);
        if (passes) out.push_back(std::move(change));
      }
      step.evaluation.reset();
    }
  }
  void save(StateWriter& out) const override {
    out.put(now_, waiting_.size());
    for (const auto& [value, rows] : waiting_) out.put(value, rows);
  }
  bool restore(StateReader& in) override {
    std::size_t count = 0;
    in.take(now_, count);
    for (std::size_t i = 0; i < count && in.good(); ++i) {
      Value value;
      in.take(value);
      in.take(waiting_[value]);
    }
    return in.good();
  }

 private:
  struct Less {
    bool operator()(const Value& a, const Value& b) const {
      return compare(a.datum(), b.datum()) < 0;
    }
  };

  bool passed(const Datum& value) const {
    const auto order = compare(value, now_.datum());
    if (order == 0) return equal_passes_;
    return (order > 0) == above_;
  }
  void remember(const Datum& value, const Change& change) {
    const auto at = waiting_.emplace(Value(value), Delta{}).first;
    at->second.push_back(change);
    consolidate(at->second);
    if (at->second.empty()) waiting_.erase(at);
  }
  void move(Value bound, Delta& out) {
    now_ = std::move(bound);
    while (!waiting_.empty()) {
      const auto first = waiting_.begin();
      if (passed(first->first.datum()) == above_) break;
      for (Change& change : first->second)
        out.push_back({std::move(change.row), above_ ? -change.weight : change.weight});
      waiting_.erase(first);
    }
  }

  Program value_, bound_;
  bool above_, equal_passes_;
  Value now_;
  std::map<Value, Delta, Less> waiting_;
};

}  // namespace

std::vector<CompiledSortKey> compiled(const std::vector<SortKey>& keys) {
  std::vector<CompiledSortKey> all;
  for (const SortKey& key : keys)
    all.push_back({Program(key.expression), key.descending, key.nulls_first});
  return all;
}

std::strong_ordering compare(std::span<const Datum> a, std::span<const Datum> b,
                             std::span<const CompiledSortKey> keys) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (a[i].is_null() || b[i].is_null()) {
      if (a[i].is_null() && b[i].is_null()) continue;
      return a[i].is_null() == keys[i].nulls_first ? std::strong_ordering::less
                                                   : std::strong_ordering::greater;
    }
    const auto order = compare(a[i], b[i]);
    if (order == 0) continue;
    if (!keys[i].descending) return order;
    return order < 0 ? std::strong_ordering::greater : std::strong_ordering::less;
  }
  return std::strong_ordering::equal;
}

std::unique_ptr<Operator> make_values(const Values& node) {
  return std::make_unique<ValuesOperator>(node);
}
std::unique_ptr<Operator> make_map(const std::vector<ExpressionRef>& conditions,
                                   const std::vector<ExpressionRef>* expressions) {
  return std::make_unique<Map>(conditions, expressions);
}
std::unique_ptr<Operator> make_project_set(const ProjectSet& node) {
  return std::make_unique<ProjectSetOperator>(node);
}
std::unique_ptr<Operator> make_time_window(const TimeWindow& node) {
  return std::make_unique<TimeWindowOperator>(node);
}
std::unique_ptr<Operator> make_temporal_filter(ExpressionRef value, std::string_view sign,
                                               ExpressionRef bound) {
  return std::make_unique<TemporalFilter>(value, sign, bound);
}
std::unique_ptr<Operator> make_union() { return std::make_unique<Union>(); }

}  // namespace levada::query
