// Aggregates that look at their rows in order: the operator keeps the rows and hands them over for
// each result, so these only append. Without ORDER BY the order is that of the arguments.

#include <algorithm>
#include <cmath>

#include "query/aggregate.h"
#include "query/function_table.h"
#include "query/json.h"
#include "query/text.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;
using Types = std::span<const Type>;

class StringJoin final : public CollectingAccumulator {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (arguments[0].is_null()) return;
    for (; weight > 0; --weight) {
      if (any_ && !arguments[1].is_null()) text_ += arguments[1].text();
      text_ += arguments[0].text();
      any_ = true;
    }
  }
  Datum result(Evaluation& evaluation) const override {
    return any_ ? evaluation.text(text_) : Datum::null();
  }

 private:
  std::string text_;
  bool any_ = false;
};

class ListOf final : public CollectingAccumulator {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    for (; weight > 0; --weight) values_.emplace_back(arguments[0]);
  }
  Datum result(Evaluation& evaluation) const override {
    if (values_.empty()) return Datum::null();
    std::vector<Datum> data;
    for (const Value& value : values_) data.push_back(evaluation.copy(value));
    return evaluation.list(data);
  }

 private:
  std::vector<Value> values_;
};

template <bool first>
class EndValue final : public CollectingAccumulator {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (weight <= 0 || (first && any_)) return;
    value_ = Value(arguments[0]);
    any_ = true;
  }
  Datum result(Evaluation& evaluation) const override { return evaluation.copy(value_); }

 private:
  Value value_;
  bool any_ = false;
};

class JsonList final : public CollectingAccumulator {
 public:
  explicit JsonList(Type type) : type_(std::move(type)) {}
  void add(Arguments arguments, std::int64_t weight) override {
    for (; weight > 0; --weight) list_.items.push_back(json_of(type_, arguments[0]));
  }
  Datum result(Evaluation& evaluation) const override {
    if (list_.items.empty()) return Datum::null();
    Json json = list_;
    json.kind = Json::Kind::list;
    return evaluation.text(json.canonical());
  }

 private:
  Type type_;
  Json list_;
};

class JsonObject final : public CollectingAccumulator {
 public:
  JsonObject(Type key, Type type) : key_(std::move(key)), type_(std::move(type)) {}
  void add(Arguments arguments, std::int64_t weight) override {
    if (weight <= 0 || arguments[0].is_null()) return;
    object_.kind = Json::Kind::object;
    object_.put(to_text(key_, arguments[0]), json_of(type_, arguments[1]));
  }
  Datum result(Evaluation& evaluation) const override {
    if (object_.kind != Json::Kind::object) return Datum::null();
    return evaluation.text(object_.canonical());
  }

 private:
  Type key_, type_;
  Json object_;
};

// percentile_cont(f), percentile_disc(f), mode() WITHIN GROUP (ORDER BY x): arguments are (f, x) or
// (x); rows come in x's order.
template <bool continuous>
class Percentile final : public CollectingAccumulator {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    fraction_ = Value(arguments[0]);
    if (arguments[1].is_null()) return;
    for (; weight > 0; --weight) values_.emplace_back(arguments[1]);
  }
  Datum result(Evaluation& evaluation) const override {
    if (values_.empty() || fraction_.is_null()) return Datum::null();
    const double fraction = fraction_.datum().real;
    if (!(fraction >= 0 && fraction <= 1))
      return evaluation.fail("22003", "percentile value " + to_text(float8, fraction_.datum()) +
                                          " is not between 0 and 1");
    const auto count = static_cast<double>(values_.size());
    if constexpr (!continuous) {
      const auto at = static_cast<std::size_t>(std::max(std::ceil(fraction * count), 1.0)) - 1;
      return evaluation.copy(values_[at]);
    }
    const double at = fraction * (count - 1);
    const double low = values_[static_cast<std::size_t>(std::floor(at))].datum().real;
    const double high = values_[static_cast<std::size_t>(std::ceil(at))].datum().real;
    return Datum::of(low + (high - low) * (at - std::floor(at)));
  }

 private:
  Value fraction_;
  std::vector<Value> values_;
};

template <class Made>
std::unique_ptr<Accumulator> made_for(Types) {
  return std::make_unique<Made>();
}
template <class Made>
std::unique_ptr<Accumulator> make_typed(Types types) {
  return std::make_unique<Made>(types.back());
}
std::unique_ptr<Accumulator> make_object(Types types) {
  return std::make_unique<JsonObject>(types.front(), types.back());
}

constinit const AggregateFunction collecting_rows[] = {
    {"string_agg", {varchar, varchar}, varchar, 0, made_for<StringJoin>, true},
    {"array_agg", {any_element}, any_list, 0, made_for<ListOf>, true},
    {"jsonb_agg", {any}, jsonb, 0, make_typed<JsonList>, true},
    {"jsonb_object_agg", {varchar, any}, jsonb, 0, make_object, true},
    {"jsonb_object_agg", {any, any}, jsonb, 0, make_object, true},
    {"first_value", {any_element}, any_element, 0, made_for<EndValue<true>>, true},
    {"last_value", {any_element}, any_element, 0, made_for<EndValue<false>>, true},
    {"percentile_cont", {float8, float8}, float8, 0, made_for<Percentile<true>>, true, true},
    {"percentile_disc",
     {float8, any_element},
     any_element,
     0,
     made_for<Percentile<false>>,
     true,
     true},
};

}  // namespace

std::span<const AggregateFunction> collecting_aggregates() { return collecting_rows; }

}  // namespace levada::query
