// Window functions: a partition that a step touches is computed before and after, and the
// difference goes on. Frames are evaluated row by row from their definition.

#include <algorithm>

#include "query/aggregate.h"
#include "query/bag.h"
#include "query/calendar.h"
#include "query/function_table.h"
#include "query/interval.h"
#include "query/keyed_state.h"
#include "query/operator.h"

namespace levada::query {

namespace {

struct CompiledCall {
  WindowKind kind;
  const AggregateFunction* function = nullptr;
  std::vector<Type> types;
  std::vector<Program> arguments;
  Program filter;
  Type type;
  Frame frame;
  Value start_offset, end_offset;
  bool ignore_nulls = false;
};

class WindowOperator final : public Operator {
 public:
  explicit WindowOperator(const Window& node)
      : order_(compiled(node.order)), on_close_(node.on_close) {
    for (const SortKey& key : node.order) order_types_.push_back(key.expression->type);
    for (const ExpressionRef& expression : node.partition) partition_.emplace_back(expression);
    static const SessionFacts no_facts;
    for (const WindowCall& from : node.calls) {
      CompiledCall call;
      call.kind = from.kind;
      call.type = from.type;
      call.frame = from.frame;
      call.ignore_nulls = from.ignore_nulls;
      const bool aggregate = from.kind == WindowKind::aggregate;
      if (aggregate) call.function = from.aggregate.function;
      for (const ExpressionRef& argument : aggregate ? from.aggregate.arguments : from.arguments) {
        call.arguments.emplace_back(argument);
        call.types.push_back(argument->type);
      }
      if (aggregate && from.aggregate.filter != nullptr)
        call.filter = Program(from.aggregate.filter);
      const auto offset = [&](const FrameBound& bound) {
        if (bound.offset == nullptr) return Value();
        auto value = evaluate_constant(bound.offset, no_facts);
        return value ? *value : Value();
      };
      call.start_offset = offset(from.frame.start);
      call.end_offset = offset(from.frame.end);
      calls_.push_back(std::move(call));
    }
  }

  void step(const Step& step, std::span<Delta> inputs, Delta& out) override {
    std::vector<Partition*> touched;
    std::vector<Datum> key;
    for (const Change& change : inputs[0]) {
      key.clear();
      for (const Program& program : partition_)
        key.push_back(program.evaluate(step.evaluation, change.row.data()));
      const std::uint64_t h = hash(std::span<const Datum>(key));
      Partition* at = table_.find(h, [&](const Partition& candidate) {
        return equal(candidate.key.span(), std::span<const Datum>(key));
      });
      if (at == nullptr) {
        at = &table_.insert(h);
        at->key = Row::of(key);
      }
      step.evaluation.reset();
      if (!std::exchange(at->touched, true)) {
        if (!step.once) at->before = computed(step.evaluation, at->bag);
        touched.push_back(at);
      }
      at->bag.add(change.row, change.weight);
    }
    for (Partition* at : touched) {
      at->touched = false;
      Delta difference;
      for (Change& change : at->before) difference.push_back({std::move(change.row), -1});
      at->before.clear();
      Delta after = computed(step.evaluation, at->bag);
      difference.insert(difference.end(), std::make_move_iterator(after.begin()),
                        std::make_move_iterator(after.end()));
      if (!step.once) consolidate(difference);
      out.insert(out.end(), std::make_move_iterator(difference.begin()),
                 std::make_move_iterator(difference.end()));
      if (at->bag.empty()) table_.erase(at);
    }
  }
  void save(StateWriter& out) const override {
    save_entries(table_, out, [&](const Partition& one) { one.bag.save(out); });
  }
  bool restore(StateReader& in) override {
    return restore_entries(table_, in, [&](Partition& one) {
      one.bag.restore(in);
      return true;
    });
  }

 private:
  struct Partition {
    std::uint64_t hash = 0;
    Row key;
    Bag bag;
    Delta before;
    bool touched = false;
  };
  // A partition in order, while it is computed.
  struct Ordered {
    std::vector<Row> rows, keys;
    std::vector<std::size_t> peer_start, peer_end, group;  // of each row: its peers
    std::vector<std::size_t> session_start, session_end;   // of each row, for the call in work
  };

  Ordered ordered(Evaluation& evaluation, const Bag& bag) const {
    std::vector<std::pair<Row, Row>> all;  // keys, row
    std::vector<Datum> data;
    for (const BagItem& item : bag.items()) {
      data.clear();
      for (const CompiledSortKey& key : order_)
        data.push_back(key.program.evaluate(evaluation, item.row.data()));
      const Row keys = Row::of(data);
      for (std::int64_t i = 0; i < item.weight; ++i) all.emplace_back(keys, item.row);
      evaluation.reset();
    }
    std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
      const auto order = compare(a.first.span(), b.first.span(), order_);
      return order != 0 ? order < 0 : compare(a.second.span(), b.second.span()) < 0;
    });
    Ordered result;
    const std::size_t count = all.size();
    for (auto& [keys, row] : all) {
      result.keys.push_back(std::move(keys));
      result.rows.push_back(std::move(row));
    }
    result.peer_start.resize(count);
    result.peer_end.resize(count);
    result.group.resize(count);
    std::size_t group = 0;
    for (std::size_t start = 0; start < count; ++group) {
      std::size_t end = start + 1;
      while (end < count &&
             compare(result.keys[start].span(), result.keys[end].span(), order_) == 0)
        ++end;
      for (std::size_t i = start; i < end; ++i) {
        result.peer_start[i] = start;
        result.peer_end[i] = end;
        result.group[i] = group;
      }
      start = end;
    }
    return result;
  }

  Delta computed(Evaluation& evaluation, const Bag& bag) const {
    Ordered rows = ordered(evaluation, bag);
    const std::size_t count = rows.rows.size();
    std::vector<std::vector<Value>> results;
    std::vector<bool> waits(count, false);
    for (const CompiledCall& call : calls_) {
      if (call.frame.unit == FrameUnit::session) find_sessions(call, rows);
      results.push_back(results_of(evaluation, call, rows));
      for (std::size_t i = 0; on_close_ && i < count; ++i)
        if (!is_final(evaluation, call, rows, i)) waits[i] = true;
    }
    Delta out;
    std::vector<Datum> more(calls_.size());
    for (std::size_t i = 0; i < count; ++i) {
      if (waits[i]) continue;
      for (std::size_t c = 0; c < calls_.size(); ++c) more[c] = results[c][i].datum();
      out.push_back({Row::joined(rows.rows[i].span(), more), 1});
    }
    return out;
  }

  std::vector<Value> results_of(Evaluation& evaluation, const CompiledCall& call,
                                const Ordered& rows) const {
    std::vector<Value> results;
    const std::size_t count = rows.rows.size();
    results.reserve(count);
    std::int64_t whole = 0;
    const auto argument = [&](std::size_t index, std::size_t row) {
      return call.arguments[index].evaluate(evaluation, rows.rows[row].data());
    };
    const bool grows = call.kind == WindowKind::aggregate && frame_only_grows(call);
    std::unique_ptr<Accumulator> running = grows ? call.function->make(call.types) : nullptr;
    std::size_t running_end = 0;
    for (std::size_t i = 0; i < count; ++i) {
      Datum result;
      const auto n = static_cast<std::int64_t>(count);
      switch (call.kind) {
        case WindowKind::row_number:
          result = Datum::of(static_cast<std::int64_t>(i + 1));
          break;
        case WindowKind::rank:
          result = Datum::of(static_cast<std::int64_t>(rows.peer_start[i] + 1));
          break;
        case WindowKind::dense_rank:
          result = Datum::of(static_cast<std::int64_t>(rows.group[i] + 1));
          break;
        case WindowKind::percent_rank:
          result = Datum::of(count < 2 ? 0.0
                                       : static_cast<double>(rows.peer_start[i]) /
                                             static_cast<double>(count - 1));
          break;
        case WindowKind::cume_dist:
          result = Datum::of(static_cast<double>(rows.peer_end[i]) / static_cast<double>(count));
          break;
        case WindowKind::ntile: {
          const Datum buckets = argument(0, i);
          if (buckets.is_null() || buckets.integer <= 0) break;
          const std::int64_t b = buckets.integer, size = n / b, larger = n % b;
          const auto at = static_cast<std::int64_t>(i);
          whole = at < larger * (size + 1)
                      ? at / (size + 1)
                      : larger + (size == 0 ? 0 : (at - larger * (size + 1)) / size);
          result = Datum::of(whole + 1);
          break;
        }
        case WindowKind::lag:
        case WindowKind::lead:
          result = shifted(evaluation, call, rows, i);
          break;
        case WindowKind::first_value:
        case WindowKind::last_value:
        case WindowKind::nth_value: {
          std::vector<std::size_t> frame = frame_of(call, rows, i);
          if (call.ignore_nulls)
            std::erase_if(frame, [&](std::size_t row) { return argument(0, row).is_null(); });
          std::size_t at = 0;
          if (call.kind == WindowKind::last_value) at = frame.empty() ? 0 : frame.size() - 1;
          if (call.kind == WindowKind::nth_value) {
            const Datum nth = argument(1, i);
            at = nth.is_null() || nth.integer < 1 ? frame.size()
                                                  : static_cast<std::size_t>(nth.integer - 1);
          }
          if (at < frame.size()) result = argument(0, frame[at]);
          break;
        }
        case WindowKind::aggregate: {
          std::vector<Datum> arguments;
          const auto add = [&](Accumulator& into, std::size_t row) {
            if (call.filter && !call.filter.evaluate(evaluation, rows.rows[row].data()).is_true())
              return;
            arguments.clear();
            for (std::size_t a = 0; a < call.arguments.size(); ++a)
              arguments.push_back(argument(a, row));
            into.add(arguments, 1);
          };
          if (running != nullptr) {
            const std::size_t end = end_of(call, rows, i);
            for (; running_end < end; ++running_end) add(*running, running_end);
            result = running->result(evaluation);
          } else {
            const auto fresh = call.function->make(call.types);
            for (const std::size_t row : frame_of(call, rows, i)) add(*fresh, row);
            result = fresh->result(evaluation);
          }
          break;
        }
      }
      results.emplace_back(evaluation.settle(result));
      evaluation.reset();
    }
    return results;
  }

  // A row begins a session when the one before it lies a gap or more behind.
  void find_sessions(const CompiledCall& call, Ordered& rows) const {
    const std::size_t count = rows.rows.size();
    rows.session_start.assign(count, 0);
    rows.session_end.assign(count, count);
    static const SessionFacts no_facts;
    Evaluation evaluation(no_facts, Evaluation::Mode::lenient);
    std::size_t start = 0;
    for (std::size_t i = 1; i <= count; ++i) {
      bool begins = i == count;
      if (!begins && order_.size() == 1 && !rows.keys[i - 1][0].is_null()) {
        const Datum limit = displaced(evaluation, rows.keys[i - 1][0], call.start_offset.datum(),
                                      order_[0].descending);
        begins = compare(rows.keys[i].span(), Row::of({limit}).span(), order_) >= 0;
        evaluation.reset();
      }
      if (!begins) continue;
      for (std::size_t row = start; row < i; ++row) {
        rows.session_start[row] = start;
        rows.session_end[row] = i;
      }
      start = i;
    }
  }

  // Whether rows that come later, which stand behind all that are here, leave the row's result.
  bool is_final(Evaluation& evaluation, const CompiledCall& call, const Ordered& rows,
                std::size_t i) const {
    const std::size_t count = rows.rows.size();
    switch (call.kind) {
      case WindowKind::row_number:
      case WindowKind::rank:
      case WindowKind::dense_rank:
      case WindowKind::lag:
        return true;
      case WindowKind::lead: {
        std::int64_t by = 1;
        if (call.arguments.size() > 1) {
          const Datum offset = call.arguments[1].evaluate(evaluation, rows.rows[i].data());
          by = offset.is_null() ? 0 : offset.integer;
        }
        return static_cast<std::int64_t>(i) + by < static_cast<std::int64_t>(count);
      }
      case WindowKind::percent_rank:
      case WindowKind::cume_dist:
      case WindowKind::ntile:
        return false;
      case WindowKind::first_value:
      case WindowKind::last_value:
      case WindowKind::nth_value:
      case WindowKind::aggregate:
        break;
    }
    if (call.frame.unit == FrameUnit::session) return rows.session_end[i] < count;
    const FrameBoundKind end = call.frame.end.kind;
    if (end == FrameBoundKind::unbounded_following) return false;
    if (end != FrameBoundKind::following) return true;
    if (call.frame.unit != FrameUnit::rows) return end_of(call, rows, i) < count;
    const std::int64_t by = call.end_offset.is_null() ? 0 : call.end_offset.datum().integer;
    return static_cast<std::int64_t>(i) + by < static_cast<std::int64_t>(count);
  }

  Datum shifted(Evaluation& evaluation, const CompiledCall& call, const Ordered& rows,
                std::size_t i) const {
    std::int64_t by = 1;
    if (call.arguments.size() > 1) {
      const Datum offset = call.arguments[1].evaluate(evaluation, rows.rows[i].data());
      if (offset.is_null()) return Datum::null();
      by = offset.integer;
    }
    const std::int64_t at =
        static_cast<std::int64_t>(i) + (call.kind == WindowKind::lag ? -by : by);
    if (at >= 0 && at < static_cast<std::int64_t>(rows.rows.size()))
      return call.arguments[0].evaluate(evaluation, rows.rows[static_cast<std::size_t>(at)].data());
    if (call.arguments.size() > 2)
      return call.arguments[2].evaluate(evaluation, rows.rows[i].data());
    return Datum::null();
  }

  static bool frame_only_grows(const CompiledCall& call) {
    const FrameBoundKind end = call.frame.end.kind;
    return call.frame.unit != FrameUnit::session &&
           call.frame.start.kind == FrameBoundKind::unbounded_preceding &&
           call.frame.exclusion == FrameExclusion::no_others &&
           (end == FrameBoundKind::current_row || end == FrameBoundKind::unbounded_following);
  }

  // The first row of the frame, and the row behind its last.
  std::size_t start_of(const CompiledCall& call, const Ordered& rows, std::size_t i) const {
    return edge(call, rows, i, call.frame.start.kind, call.start_offset, true);
  }
  std::size_t end_of(const CompiledCall& call, const Ordered& rows, std::size_t i) const {
    return edge(call, rows, i, call.frame.end.kind, call.end_offset, false);
  }

  std::size_t edge(const CompiledCall& call, const Ordered& rows, std::size_t i,
                   FrameBoundKind kind, const Value& offset, bool start) const {
    const std::size_t count = rows.rows.size();
    if (call.frame.unit == FrameUnit::session)
      return start ? rows.session_start[i] : rows.session_end[i];
    switch (kind) {
      case FrameBoundKind::unbounded_preceding:
        return 0;
      case FrameBoundKind::unbounded_following:
        return count;
      case FrameBoundKind::current_row:
        if (call.frame.unit == FrameUnit::rows) return start ? i : i + 1;
        return start ? rows.peer_start[i] : rows.peer_end[i];
      case FrameBoundKind::preceding:
      case FrameBoundKind::following:
        break;
    }
    const bool back = kind == FrameBoundKind::preceding;
    if (call.frame.unit == FrameUnit::rows) {
      const std::int64_t by = offset.is_null() ? 0 : offset.datum().integer;
      const std::int64_t at = static_cast<std::int64_t>(i) + (back ? -by : by) + (start ? 0 : 1);
      return static_cast<std::size_t>(
          std::clamp<std::int64_t>(at, 0, static_cast<std::int64_t>(count)));
    }
    if (call.frame.unit == FrameUnit::groups) {
      const std::int64_t by = offset.is_null() ? 0 : offset.datum().integer;
      const std::int64_t wanted = static_cast<std::int64_t>(rows.group[i]) + (back ? -by : by);
      std::size_t at = 0;
      if (start)
        while (at < count && static_cast<std::int64_t>(rows.group[at]) < wanted) ++at;
      else
        while (at < count && static_cast<std::int64_t>(rows.group[at]) <= wanted) ++at;
      return at;
    }
    return range_edge(rows, i, back, offset, start);
  }

  std::size_t range_edge(const Ordered& rows, std::size_t i, bool back, const Value& offset,
                         bool start) const {
    const std::size_t count = rows.rows.size();
    if (order_.size() != 1 || rows.keys[i][0].is_null())
      return start ? rows.peer_start[i] : rows.peer_end[i];
    static const SessionFacts no_facts;
    Evaluation evaluation(no_facts, Evaluation::Mode::lenient);
    const Datum limit =
        displaced(evaluation, rows.keys[i][0], offset.datum(), back != order_[0].descending);
    const Row bound = Row::of({limit});
    for (std::size_t at = 0; at < count; ++at) {
      const auto order = compare(rows.keys[at].span(), bound.span(), order_);
      if (start ? order >= 0 : order > 0) return at;
    }
    return count;
  }

  Datum displaced(Evaluation& evaluation, const Datum& value, const Datum& by, bool back) const {
    Type types[] = {order_types_[0], order_types_[0]};
    if (by.form == Form::interval) types[1] = TypeKind::interval;
    const Function* function = exact_function(back ? "-" : "+", types);
    if (function == nullptr) return value;
    const Type result = *result_type(*function, types);
    const CallSite site{&result, types};
    const Datum arguments[] = {value, by};
    const Datum moved = function->run(evaluation, site, std::span<const Datum>(arguments));
    // A date moved by an interval is a timestamp; frames compare dates.
    if (order_types_[0].is(TypeKind::date) && result.is(TypeKind::timestamp))
      return Datum::of(day_of(moved.integer));
    return moved;
  }

  std::vector<std::size_t> frame_of(const CompiledCall& call, const Ordered& rows,
                                    std::size_t i) const {
    std::vector<std::size_t> frame;
    const std::size_t end = end_of(call, rows, i);
    for (std::size_t at = start_of(call, rows, i); at < end; ++at) {
      const bool peer = at >= rows.peer_start[i] && at < rows.peer_end[i];
      switch (call.frame.exclusion) {
        case FrameExclusion::no_others:
          break;
        case FrameExclusion::current_row:
          if (at == i) continue;
          break;
        case FrameExclusion::group:
          if (peer) continue;
          break;
        case FrameExclusion::ties:
          if (peer && at != i) continue;
          break;
      }
      frame.push_back(at);
    }
    return frame;
  }

  std::vector<Program> partition_;
  std::vector<CompiledSortKey> order_;
  std::vector<Type> order_types_;
  std::vector<CompiledCall> calls_;
  bool on_close_ = false;
  GrowingMap<Partition> table_;
};

}  // namespace

std::unique_ptr<Operator> make_window(const Window& node) {
  return std::make_unique<WindowOperator>(node);
}

}  // namespace levada::query
