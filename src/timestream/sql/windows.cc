// Execution: window functions. Rows are divided by PARTITION BY and ordered; each call sees the
// rows of its frame, or the place that its row has among the others.

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "timestream/refusal.h"
#include "timestream/sql/calendar.h"
#include "timestream/sql/opened.h"
#include "timestream/sql/rows.h"

namespace levada::timestream::sql {
namespace {

using Row = std::vector<Value>;

struct WindowFunction {
  std::string_view name;
  std::size_t least, most;  // arguments
  Kind result;              // unknown: the type of the first argument
};
constexpr WindowFunction window_functions[] = {
    {"cume_dist", 0, 0, Kind::real},      {"dense_rank", 0, 0, Kind::bigint},
    {"first_value", 1, 1, Kind::unknown}, {"lag", 1, 3, Kind::unknown},
    {"last_value", 1, 1, Kind::unknown},  {"lead", 1, 3, Kind::unknown},
    {"nth_value", 2, 2, Kind::unknown},   {"ntile", 1, 1, Kind::bigint},
    {"percent_rank", 0, 0, Kind::real},   {"rank", 0, 0, Kind::bigint},
    {"row_number", 0, 0, Kind::bigint}};

const WindowFunction* find_function(std::string_view name) {
  const auto* at = std::ranges::find(window_functions, name, &WindowFunction::name);
  return at == std::end(window_functions) ? nullptr : at;
}

// The rows of one partition in their order: what of each was computed, and who are its peers.
struct Partition {
  std::vector<std::size_t> rows;         // in the relation
  std::vector<std::size_t> first, end;   // by place: the rows that are its peers
  std::vector<std::size_t> group;        // by place: which group of peers
  std::vector<std::size_t> group_first;  // by group, and behind the last one the end
};

struct Span {  // places of a partition, the end not inside
  std::size_t begin, end;
};

std::int64_t whole(std::size_t n) { return static_cast<std::int64_t>(n); }

// `at` moved by an offset of RANGE, as far as the type goes.
Value moved(const Value& at, const Type& type, const Value& by, bool months, bool back) {
  if (type.is(Kind::real)) return Value(back ? at.real() - by.real() : at.real() + by.real());
  if (months) {
    const std::int64_t count = back ? -by.number() : by.number();
    return Value(type.is(Kind::date) ? add_months(at.number() * day, count) / day
                                     : add_months(at.number(), count));
  }
  std::int64_t step = type.is(Kind::date) ? by.number() / day : by.number(), out = 0;
  if (back ? __builtin_sub_overflow(at.number(), step, &out)
           : __builtin_add_overflow(at.number(), step, &out))
    out = (step < 0) != back ? INT64_MIN : INT64_MAX;
  return Value(out);
}

}  // namespace

bool is_window_function(const std::string& name) { return find_function(name) != nullptr; }

Result<std::vector<Execution::WindowCall>> Execution::window_calls(
    const std::vector<const Node*>& roots, Compiler& compiler) {
  std::vector<WindowCall> calls;
  for (const Node* node : roots) {
    WindowCall call;
    call.node = node;
    const Window& window = *node->window;
    if (node->distinct)
      return refuse_at(node->place,
                       "DISTINCT in window function parameters not yet supported: " + node->text);
    for (const NodePointer& part : window.partition) {
      Compiled key = TRY(compiler.compile(*part));
      call.partition.push_back(std::move(key.run));
    }
    for (const OrderItem& item : window.order) {
      Compiled key = TRY(compiler.compile(*item.node));
      call.order_type = key.type;
      call.order.push_back(std::move(key.run));
    }
    std::vector<Compiled> arguments;
    std::vector<Type> types;
    std::string shown;
    for (const NodePointer& child : node->children) {
      arguments.push_back(TRY(compiler.compile(*child)));
      types.push_back(arguments.back().type);
      shown += (shown.empty() ? "" : ", ") + name_of(types.back());
    }
    const auto bad = [&]() {
      return refuse_at(node->place,
                       "Unexpected parameters (" + shown + ") for function " + node->text);
    };
    if (const WindowFunction* function = find_function(node->text)) {
      if (types.size() < function->least || types.size() > function->most) return bad();
      if (node->filter)
        return refuse_at(node->place, "FILTER is for aggregates only: " + node->text);
      call.type = function->result == Kind::unknown ? types[0] : Type(function->result);
      const std::size_t number = node->text == "ntile" ? 0 : 1;
      if (types.size() > number && !conversion_cost(types[number], {Kind::bigint})) return bad();
      if (types.size() > number) arguments[number] = convert(arguments[number], {Kind::bigint});
      if (types.size() > 2) {
        const auto both = common_type(types[0], types[2]);
        if (!both) return bad();
        call.type = *both;
        arguments[0] = convert(arguments[0], *both);
        arguments[2] = convert(arguments[2], *both);
      }
    } else if (is_aggregate(node->text)) {
      auto kind = aggregate_of(node->text, types);
      if (!kind) return bad();
      call.aggregate = std::move(*kind);
      call.type = call.aggregate.result;
      for (std::size_t i = 0; i < arguments.size() && i < call.aggregate.arguments.size(); ++i)
        arguments[i] = convert(arguments[i], call.aggregate.arguments[i]);
    } else {
      return refuse_at(node->place, "Function " + node->text + " not registered");
    }
    for (Compiled& argument : arguments) call.arguments.push_back(std::move(argument.run));
    if (node->filter) {
      Compiled filter = TRY(compiler.compile_condition(*node->filter, "FILTER clause"));
      call.filter = std::move(filter.run);
    }
    for (const bool of_last : {false, true}) {
      const FrameEnd& end = of_last ? window.last : window.first;
      if (!end.offset) continue;
      Compiled offset = TRY(compiler.compile(*end.offset));
      const bool range = window.unit == FrameUnit::range;
      if (range && window.order.size() != 1)
        return refuse_at(end.offset->place,
                         "Window frame of type RANGE PRECEDING or FOLLOWING requires one sort item "
                         "in ORDER BY");
      const bool months = offset.type.is(Kind::interval_month);
      const bool instant = call.order_type.is(Kind::timestamp) || call.order_type.is(Kind::date) ||
                           call.order_type.is(Kind::time) || call.order_type.is(Kind::interval_day);
      const bool interval = months || offset.type.is(Kind::interval_day);
      const bool fits = !range ? conversion_cost(offset.type, {Kind::bigint}).has_value()
                        : call.order_type.numeric() ? offset.type.numeric()
                                                    : instant && interval;
      if (!fits)
        return refuse_at(end.offset->place,
                         "Window frame offset of type " + name_of(offset.type) + " does not fit");
      if (!range)
        offset = convert(std::move(offset), {Kind::bigint});
      else if (call.order_type.is(Kind::real))
        offset = convert(std::move(offset), {Kind::real});
      else if (call.order_type.numeric() && offset.type.is(Kind::real))
        return refuse_at(end.offset->place, "Window frame offset of type double does not fit");
      (of_last ? call.last : call.first) = std::move(offset.run);
      (of_last ? call.last_months : call.first_months) = months;
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

namespace {

// One call over one partition. What it needs of every row was computed before.
class Frames {
 public:
  Frames(const Window& window, const Partition& partition, const std::vector<Row>& order,
         const Type& order_type, const std::vector<Row>& offsets, bool first_months,
         bool last_months)
      : window_(window),
        partition_(partition),
        order_(order),
        type_(order_type),
        offsets_(offsets),
        months_{first_months, last_months} {}

  Result<Span> of(std::size_t place) const {
    const std::size_t size = partition_.rows.size();
    // Without ORDER BY all rows are peers.
    Span span{0, size};
    span.begin = TRY(edge(place, window_.first, false));
    span.end = TRY(edge(place, window_.last, true));
    if (span.end < span.begin) span.end = span.begin;
    return span;
  }

 private:
  Result<std::size_t> edge(std::size_t place, const FrameEnd& end, bool last) const {
    using End = FrameEnd::Kind;
    const std::size_t size = partition_.rows.size();
    if (end.kind == End::unbounded) return last ? size : std::size_t{0};
    const bool rows = window_.unit == FrameUnit::rows;
    if (end.kind == End::current) {
      if (rows) return last ? place + 1 : place;
      return last ? partition_.end[place] : partition_.first[place];
    }
    const bool back = end.kind == End::preceding;
    const Value& offset = offsets_[partition_.rows[place]][last ? 1 : 0];
    const bool negative =
        !offset.null() && (offset.is.index() == 3 ? offset.real() < 0 : offset.number() < 0);
    if (offset.null() || negative)
      return refuse(Refusal::query_execution, "Window frame " +
                                                  std::string(last ? "ending" : "starting") +
                                                  " offset must not be negative or null");
    if (window_.unit == FrameUnit::range) return range_edge(place, offset, back, last);
    const auto by = static_cast<std::size_t>(offset.number());
    if (rows) {
      if (back) return by > place ? std::size_t{0} : place - by + (last ? 1 : 0);
      const std::size_t at = by > size ? size : place + by + (last ? 1 : 0);
      return std::min(at, size);
    }
    const std::size_t own = partition_.group[place], groups = partition_.group_first.size() - 1;
    if (back && by > own) return std::size_t{0};
    const std::size_t group = back ? own - by : by > groups ? groups : own + by;
    if (group >= groups) return size;
    return partition_.group_first[group + (last ? 1 : 0)];
  }

  // Where the values begin, or have ended, that are as far from the row's as the offset says.
  Result<std::size_t> range_edge(std::size_t place, const Value& offset, bool back,
                                 bool last) const {
    const Value& own = order_[partition_.rows[place]][0];
    if (own.null()) return last ? partition_.end[place] : partition_.first[place];
    const OrderItem& item = window_.order[0];
    const Value bound = moved(own, type_, offset, months_[last ? 1 : 0], back != item.descending);
    const auto before = [&](std::size_t row) {  // whether the row lies before the edge
      const Value& value = order_[row][0];
      if (value.null()) return item.nulls_first.value_or(false);
      const int order = item.descending ? compare(bound, value) : compare(value, bound);
      return last ? order <= 0 : order < 0;
    };
    const auto at = std::ranges::partition_point(partition_.rows, before);
    return static_cast<std::size_t>(at - partition_.rows.begin());
  }

  const Window& window_;
  const Partition& partition_;
  const std::vector<Row>& order_;
  const Type& type_;
  const std::vector<Row>& offsets_;
  bool months_[2];
};

// Functions that tell where a row is among the others.
std::optional<Value> placed(const std::string& name, const Partition& partition,
                            std::size_t place) {
  const std::size_t size = partition.rows.size();
  if (name == "row_number") return Value(whole(place + 1));
  if (name == "rank") return Value(whole(partition.first[place] + 1));
  if (name == "dense_rank") return Value(whole(partition.group[place] + 1));
  if (name == "percent_rank")
    return Value(size < 2
                     ? 0.0
                     : static_cast<double>(partition.first[place]) / static_cast<double>(size - 1));
  if (name == "cume_dist")
    return Value(static_cast<double>(partition.end[place]) / static_cast<double>(size));
  return std::nullopt;
}

std::int64_t tile_of(std::size_t place, std::size_t size, std::int64_t buckets) {
  const auto n = static_cast<std::size_t>(buckets);
  const std::size_t each = size / n, larger = size % n;
  if (place < larger * (each + 1)) return whole(place / (each + 1) + 1);
  return whole(larger + (place - larger * (each + 1)) / each + 1);
}

// Functions that show another row's first argument.
class Shown {
 public:
  Shown(const Node& node, const Partition& partition, const std::vector<Row>& arguments)
      : node_(node), partition_(partition), arguments_(arguments) {}

  Result<Value> of(std::size_t place, Span frame) const {
    const Row& own = arguments_[partition_.rows[place]];
    const std::string& name = node_.text;
    const auto size = whole(partition_.rows.size());
    if (name == "lead" || name == "lag") {
      const Value offset = own.size() > 1 ? own[1] : Value(std::int64_t{1});
      if (offset.null()) return refuse(Refusal::query_execution, "Offset must not be null");
      if (offset.number() < 0) return refuse(Refusal::query_execution, "Offset must be at least 0");
      const std::int64_t step = name == "lead" ? 1 : -1;
      const Value otherwise = own.size() > 2 ? own[2] : Value();
      std::int64_t at = whole(place);
      if (!node_.ignore_nulls) {
        if (offset.number() > size) return otherwise;
        at += step * offset.number();
        return at < 0 || at >= size ? otherwise : value(static_cast<std::size_t>(at));
      }
      for (std::int64_t left = offset.number(); left > 0;) {
        at += step;
        if (at < 0 || at >= size) return otherwise;
        if (!value(static_cast<std::size_t>(at)).null()) --left;
      }
      return value(static_cast<std::size_t>(at));
    }
    std::int64_t wanted = 1;
    if (name == "nth_value") {
      if (own[1].null()) return Value();
      wanted = own[1].number();
      if (wanted < 1) return refuse(Refusal::query_execution, "Offset must be at least 1");
    }
    const bool from_end = name == "last_value";
    for (std::size_t n = 0; n < frame.end - frame.begin; ++n) {
      const Value& each = value(from_end ? frame.end - 1 - n : frame.begin + n);
      if (node_.ignore_nulls && each.null()) continue;
      if (--wanted == 0) return each;
      if (!node_.ignore_nulls) {
        n += static_cast<std::size_t>(wanted) - 1;
        wanted = 1;
      }
    }
    return Value();
  }

 private:
  const Value& value(std::size_t place) const { return arguments_[partition_.rows[place]][0]; }
  const Node& node_;
  const Partition& partition_;
  const std::vector<Row>& arguments_;
};

// How the rows of a partition are ordered, by their places.
struct WindowOrder {
  const std::vector<Row>& order;
  const std::vector<OrderItem>& items;
  int compared(std::size_t a, std::size_t b) const {
    for (std::size_t i = 0; i < items.size(); ++i)
      if (const int c = compare_for_order(order[a][i], order[b][i], items[i]); c != 0) return c;
    return 0;
  }
  bool operator()(std::size_t a, std::size_t b) const {
    const int c = compared(a, b);
    return c != 0 ? c < 0 : a < b;
  }
};

Partition in_order(std::vector<std::size_t> rows, const WindowOrder& order) {
  Partition partition;
  partition.rows = std::move(rows);
  const std::size_t size = partition.rows.size();
  partition.first.resize(size);
  partition.end.resize(size);
  partition.group.resize(size);
  for (std::size_t begin = 0; begin < size;) {
    std::size_t end = begin + 1;
    while (end < size && order.compared(partition.rows[begin], partition.rows[end]) == 0) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      partition.first[i] = begin;
      partition.end[i] = end;
      partition.group[i] = partition.group_first.size();
    }
    partition.group_first.push_back(begin);
    begin = end;
  }
  partition.group_first.push_back(size);
  return partition;
}

}  // namespace

Task<Unit> Execution::add_windows(const std::vector<WindowCall>& calls, std::vector<Row>& rows) {
  std::size_t work = 0;
  for (const WindowCall& call : calls) {
    const Node& node = *call.node;
    std::vector<Row> order(rows.size()), arguments(rows.size()), offsets(rows.size());
    std::vector<bool> counted(rows.size(), true);
    std::unordered_map<Row, std::vector<std::size_t>, RowHash, RowEqual> places;
    std::vector<const Row*> partitions;  // in the order of their first rows
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (due(work)) co_await pause();
      const Frame frame{rows[i], runtime_};
      Row key;
      for (const Run& run : call.partition) key.push_back(run(frame));
      for (const Run& run : call.order) order[i].push_back(run(frame));
      for (const Run& run : call.arguments) arguments[i].push_back(run(frame));
      if (call.first || call.last)
        offsets[i] = {call.first ? call.first(frame) : Value(),
                      call.last ? call.last(frame) : Value()};
      if (call.filter) {
        const Value yes = call.filter(frame);
        counted[i] = !yes.null() && yes.truth();
      }
      co_await check();
      co_await hold(order[i].size() + arguments[i].size() + offsets[i].size() + 8);
      const auto [at, fresh] = places.try_emplace(std::move(key));
      if (fresh) partitions.push_back(&at->first);
      at->second.push_back(i);
    }
    for (const Row* key : partitions) {
      std::vector<std::size_t> members = std::move(places.find(*key)->second);
      const WindowOrder less{order, node.window->order};
      co_await sort_pausing(members, less, pauses());
      const Partition partition = in_order(std::move(members), less);
      const Frames frames(*node.window, partition, order, call.order_type, offsets,
                          call.first_months, call.last_months);
      const Shown shown(node, partition, arguments);
      const std::size_t size = partition.rows.size();
      std::unique_ptr<Aggregate> state;
      Span folded{0, 0};
      Value latest;
      for (std::size_t place = 0; place < size; ++place) {
        if (due(work)) co_await pause();
        const std::size_t at = partition.rows[place];
        Value value;
        if (auto simple = placed(node.text, partition, place)) {
          value = std::move(*simple);
        } else if (node.text == "ntile") {
          const Value& buckets = arguments[at][0];
          if (!buckets.null() && buckets.number() < 1)
            co_return refuse(Refusal::query_execution, "Buckets must be greater than 0");
          if (!buckets.null()) value = Value(tile_of(place, size, buckets.number()));
        } else {
          const Span span = co_await frames.of(place);
          if (!call.aggregate.make) {
            value = co_await shown.of(place, span);
          } else {
            // What was folded is used again while the frame only grows.
            const bool grows =
                state != nullptr && span.begin == folded.begin && span.end >= folded.end;
            if (!grows) {
              state = call.aggregate.make();
              folded = {span.begin, span.begin};
            }
            const bool same = grows && span.end == folded.end;
            for (; folded.end < span.end; ++folded.end) {
              if (due(work)) co_await pause();
              const std::size_t from = partition.rows[folded.end];
              if (counted[from]) state->add(arguments[from]);
            }
            if (!same) latest = state->result(runtime_);
            value = latest;
          }
        }
        co_await check();
        co_await hold(1);
        rows[at].push_back(std::move(value));
      }
    }
  }
  co_return Unit{};
}

}  // namespace levada::timestream::sql
