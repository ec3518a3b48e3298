// The aggregates. Sums and counts go forth and back by arithmetic; extremes and collections keep
// the multiset of their values.

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "query/aggregate.h"
#include "query/exact_sum.h"
#include "query/function_table.h"
#include "query/interval.h"
#include "query/text.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;
using Types = std::span<const Type>;

struct DatumLess {
  using is_transparent = void;
  static const Datum& of(const Value& value) { return value.datum(); }
  static const Datum& of(const Datum& datum) { return datum; }
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return compare(of(a), of(b)) < 0;
  }
};
using Multiset = std::map<Value, std::int64_t, DatumLess>;

void add_to(Multiset& multiset, const Datum& datum, std::int64_t weight) {
  const auto found = multiset.find(datum);
  if (found == multiset.end()) {
    multiset.emplace(Value(datum), weight);
  } else if ((found->second += weight) == 0) {
    multiset.erase(found);
  }
}

class CountRows final : public KeptAccumulator<CountRows> {
 public:
  void add(Arguments, std::int64_t weight) override { count_ += weight; }
  Datum result(Evaluation&) const override { return Datum::of(count_); }

  auto fields() { return std::tie(count_); }

 private:
  std::int64_t count_ = 0;
};

class Count final : public KeptAccumulator<Count> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (!arguments[0].is_null()) count_ += weight;
  }
  Datum result(Evaluation&) const override { return Datum::of(count_); }

  auto fields() { return std::tie(count_); }

 private:
  std::int64_t count_ = 0;
};

// sum of int2 and int4: bigint; sum of bigint: numeric; both exact in 128 bits.
template <bool to_numeric, bool average>
class IntegerSum final : public KeptAccumulator<IntegerSum<to_numeric, average>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (arguments[0].is_null()) return;
    sum_ += Int128{arguments[0].integer} * weight;
    count_ += weight;
  }
  Datum result(Evaluation& evaluation) const override {
    if (count_ == 0) return Datum::null();
    if constexpr (average) {
      const auto quotient = divide({sum_, 0, Decimal::Special::none}, Decimal::of(count_));
      if (!quotient) return out_of_range(evaluation, "numeric");
      return evaluation.decimal(*quotient);
    }
    if constexpr (to_numeric) return evaluation.decimal({sum_, 0, Decimal::Special::none});
    if (sum_ > std::numeric_limits<std::int64_t>::max() ||
        sum_ < std::numeric_limits<std::int64_t>::min())
      return out_of_range(evaluation, "bigint");
    return Datum::of(static_cast<std::int64_t>(sum_));
  }

  auto fields() { return std::tie(sum_, count_); }

 private:
  Int128 sum_ = 0;
  std::int64_t count_ = 0;
};

// How many values of each scale are there. A sum's scale is the largest of what is in it now, as
// adding one after the other gives; what has left again does not count.
class Scales {
 public:
  void add(std::uint8_t scale, std::int64_t weight) {
    for (auto one = counts_.begin(); one != counts_.end(); ++one) {
      if (one->first != scale) continue;
      one->second += weight;
      if (one->second == 0) counts_.erase(one);
      return;
    }
    counts_.push_back({scale, weight});
  }
  std::uint8_t largest() const {
    std::uint8_t scale = 0;
    for (const auto& [one, count] : counts_)
      if (count > 0) scale = std::max(scale, one);
    return scale;
  }

  auto fields() { return std::tie(counts_); }

 private:
  std::vector<std::pair<std::uint8_t, std::int64_t>> counts_;  // one or two, mostly
};

// Special values are counted apart, so that they can leave again.
template <bool average>
class NumericSum final : public KeptAccumulator<NumericSum<average>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (arguments[0].is_null()) return;
    count_ += weight;
    const Decimal value = Decimal::of(arguments[0]);
    if (value.is_special()) {
      specials_[static_cast<std::size_t>(value.special)] += weight;
      return;
    }
    scales_.add(value.scale, weight);
    const auto product = multiply(value, Decimal::of(weight));
    const auto sum = product ? query::add(sum_, *product) : std::nullopt;
    if (sum)
      sum_ = *sum;
    else
      overflow_ = true;
  }
  Datum result(Evaluation& evaluation) const override {
    if (count_ == 0) return Datum::null();
    using Special = Decimal::Special;
    const bool up = specials_[static_cast<std::size_t>(Special::infinity)] > 0;
    const bool down = specials_[static_cast<std::size_t>(Special::negative_infinity)] > 0;
    if (specials_[static_cast<std::size_t>(Special::nan)] > 0 || (up && down))
      return evaluation.decimal({0, 0, Special::nan});
    if (up || down)
      return evaluation.decimal({0, 0, up ? Special::infinity : Special::negative_infinity});
    if (overflow_) return out_of_range(evaluation, "numeric");
    const auto sum = round(sum_, scales_.largest());  // only zeros go
    CHECK(sum.has_value());
    if constexpr (!average) return evaluation.decimal(*sum);
    const auto quotient = divide(*sum, Decimal::of(count_));
    if (!quotient) return out_of_range(evaluation, "numeric");
    return evaluation.decimal(*quotient);
  }

  auto fields() { return std::tie(sum_, scales_, count_, specials_, overflow_); }

 private:
  Decimal sum_;
  Scales scales_;
  std::int64_t count_ = 0;
  std::array<std::int64_t, 4> specials_ = {};
  bool overflow_ = false;
};

// Rounded only when it is asked for: the result depends on the values alone, as a batch run's does.
template <class Float, bool average>
class FloatSum final : public KeptAccumulator<FloatSum<Float, average>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (!arguments[0].is_null()) sum_.add(arguments[0].real, weight);
  }
  Datum result(Evaluation&) const override {
    if (sum_.empty()) return Datum::null();
    if constexpr (average)
      return Datum::of(
          static_cast<double>(sum_.extended() / static_cast<long double>(sum_.count())));
    return Datum::of(static_cast<double>(static_cast<Float>(sum_.value())));
  }

  auto fields() { return std::tie(sum_); }

 private:
  ExactSum sum_;
};

template <bool average>
class IntervalSum final : public KeptAccumulator<IntervalSum<average>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (arguments[0].is_null()) return;
    const Interval& value = *arguments[0].interval;
    months_ += value.months * weight;
    days_ += value.days * weight;
    microseconds_ += value.microseconds * weight;
    count_ += weight;
  }
  Datum result(Evaluation& evaluation) const override {
    if (count_ == 0) return Datum::null();
    const Interval sum{static_cast<std::int32_t>(months_), static_cast<std::int32_t>(days_),
                       microseconds_};
    if constexpr (!average) return evaluation.interval(sum);
    return evaluation.interval(
        multiply(sum, 1.0 / static_cast<double>(count_)).value_or(Interval{}));
  }

  auto fields() { return std::tie(months_, days_, microseconds_, count_); }

 private:
  std::int64_t months_ = 0, days_ = 0, microseconds_ = 0, count_ = 0;
};

template <bool greatest>
class Extreme final : public KeptAccumulator<Extreme<greatest>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (!arguments[0].is_null()) add_to(values_, arguments[0], weight);
  }
  Datum result(Evaluation& evaluation) const override {
    if (values_.empty()) return Datum::null();
    return evaluation.copy(greatest ? values_.rbegin()->first : values_.begin()->first);
  }

  auto fields() { return std::tie(values_); }

 private:
  Multiset values_;
};

template <bool greatest>
class AppendOnlyExtreme final : public KeptAccumulator<AppendOnlyExtreme<greatest>> {
 public:
  void add(Arguments arguments, std::int64_t) override {
    const Datum& datum = arguments[0];
    if (datum.is_null()) return;
    const Datum& best = best_.datum();
    if (best.is_null() || (greatest ? compare(datum, best) > 0 : compare(datum, best) < 0))
      best_ = Value(datum);
  }
  Datum result(Evaluation& evaluation) const override { return evaluation.copy(best_); }

  auto fields() { return std::tie(best_); }

 private:
  Value best_;
};

template <bool all>
class BooleanTest final : public KeptAccumulator<BooleanTest<all>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (!arguments[0].is_null()) (arguments[0].boolean() ? yes_ : no_) += weight;
  }
  Datum result(Evaluation&) const override {
    if (yes_ == 0 && no_ == 0) return Datum::null();
    return Datum::of(all ? no_ == 0 : yes_ > 0);
  }

  auto fields() { return std::tie(yes_, no_); }

 private:
  std::int64_t yes_ = 0, no_ = 0;
};

enum class Bits : std::uint8_t { conjunction, disjunction, parity };

template <Bits which>
class BitCounts final : public KeptAccumulator<BitCounts<which>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (arguments[0].is_null()) return;
    count_ += weight;
    for (std::size_t bit = 0; bit < ones_.size(); ++bit)
      if ((arguments[0].integer >> bit & 1) != 0) ones_[bit] += weight;
  }
  Datum result(Evaluation&) const override {
    if (count_ == 0) return Datum::null();
    std::uint64_t result = 0;
    for (std::size_t bit = 0; bit < ones_.size(); ++bit) {
      const bool set = which == Bits::conjunction   ? ones_[bit] == count_
                       : which == Bits::disjunction ? ones_[bit] > 0
                                                    : ones_[bit] % 2 != 0;
      if (set) result |= std::uint64_t{1} << bit;
    }
    return Datum::of(static_cast<std::int64_t>(result));
  }

  auto fields() { return std::tie(count_, ones_); }

 private:
  std::int64_t count_ = 0;
  std::array<std::int64_t, 64> ones_ = {};
};

enum class Spread : std::uint8_t {
  variance_sample,
  variance_population,
  deviation_sample,
  deviation_population
};

// Exact sums of values and squares; RisingWave and PostgreSQL give numeric for exact inputs.
template <Spread which>
class NumericSpread final : public KeptAccumulator<NumericSpread<which>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (arguments[0].is_null()) return;
    count_ += weight;
    const Decimal value = Decimal::of(arguments[0]);
    const auto square = multiply(value, value);
    const auto times = Decimal::of(weight);
    const auto sum = multiply(value, times);
    const auto squares = square ? multiply(*square, times) : std::nullopt;
    const auto a = sum ? query::add(sum_, *sum) : std::nullopt;
    const auto b = squares ? query::add(squares_, *squares) : std::nullopt;
    if (a && b) {
      sum_ = *a;
      squares_ = *b;
    } else {
      overflow_ = true;
    }
  }
  Datum result(Evaluation& evaluation) const override {
    constexpr bool sample = which == Spread::variance_sample || which == Spread::deviation_sample;
    if (count_ == 0 || (sample && count_ == 1)) return Datum::null();
    const auto mean = divide(sum_, Decimal::of(count_));
    const auto square = mean ? multiply(*mean, sum_) : std::nullopt;
    const auto rest = square ? subtract(squares_, *square) : std::nullopt;
    if (overflow_ || !rest) return out_of_range(evaluation, "numeric");
    auto variance = divide(*rest, Decimal::of(sample ? count_ - 1 : count_));
    if (!variance) return out_of_range(evaluation, "numeric");
    if (variance->is_negative()) variance = Decimal{};
    if constexpr (which == Spread::variance_sample || which == Spread::variance_population)
      return evaluation.decimal(variance->without_trailing_zeros());
    const auto root = Decimal::of(std::sqrt(variance->to_double()), 15);
    return evaluation.decimal(root.value_or(Decimal{}));
  }

  auto fields() { return std::tie(sum_, squares_, count_, overflow_); }

 private:
  Decimal sum_, squares_;
  std::int64_t count_ = 0;
  bool overflow_ = false;
};

template <Spread which>
class FloatSpread final : public KeptAccumulator<FloatSpread<which>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (arguments[0].is_null()) return;
    const double value = arguments[0].real, square = value * value;
    sum_.add(value, weight);
    squares_.add(square, weight);
    squares_.add(std::fma(value, value, -square), weight);  // what the square lost
  }
  Datum result(Evaluation&) const override {
    constexpr bool sample = which == Spread::variance_sample || which == Spread::deviation_sample;
    const auto count = static_cast<long double>(sum_.count());
    if (count == 0 || (sample && count == 1)) return Datum::null();
    const long double sum = sum_.extended();
    const long double variance = std::max<long double>(
        (squares_.extended() - sum * sum / count) / (sample ? count - 1 : count), 0);
    if constexpr (which == Spread::variance_sample || which == Spread::variance_population)
      return Datum::of(static_cast<double>(variance));
    return Datum::of(static_cast<double>(std::sqrt(variance)));
  }

  auto fields() { return std::tie(sum_, squares_); }

 private:
  ExactSum sum_, squares_;
};

// arg_min(value, by), arg_max(value, by): ordered by `by` in the operator is not needed.
template <bool greatest>
class ArgumentOfExtreme final : public KeptAccumulator<ArgumentOfExtreme<greatest>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (arguments[1].is_null()) return;
    const Datum pair[] = {arguments[1], arguments[0]};
    add_to(pairs_, Datum::of(std::span<const Datum>(pair)), weight);
  }
  Datum result(Evaluation& evaluation) const override {
    if (pairs_.empty()) return Datum::null();
    auto at = pairs_.begin();
    if (greatest) {  // the first of those with the greatest `by`
      at = std::prev(pairs_.end());
      while (at != pairs_.begin() &&
             equal(std::prev(at)->first.datum().elements[0], at->first.datum().elements[0]))
        --at;
    }
    return evaluation.copy(Value(at->first.datum().elements[1]));
  }

  auto fields() { return std::tie(pairs_); }

 private:
  Multiset pairs_;
};

// mode(), and approx_count_distinct(), which is exact.
template <bool most_frequent>
class ValueCounts final : public KeptAccumulator<ValueCounts<most_frequent>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (!arguments[0].is_null()) add_to(values_, arguments[0], weight);
  }
  Datum result(Evaluation& evaluation) const override {
    if constexpr (!most_frequent) return Datum::of(static_cast<std::int64_t>(values_.size()));
    if (values_.empty()) return Datum::null();
    const auto most =
        std::max_element(values_.begin(), values_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    return evaluation.copy(most->first);
  }

  auto fields() { return std::tie(values_); }

 private:
  Multiset values_;
};

template <class Made>
std::unique_ptr<Accumulator> make(Types) {
  return std::make_unique<Made>();
}

constinit const AggregateFunction aggregate_rows[] = {
    {"count", {}, int8, 0, make<CountRows>},
    {"count", {any}, int8, 0, make<Count>},
    {"approx_count_distinct", {any}, int8, 0, make<ValueCounts<false>>},
    {"sum", {int2}, int8, 0, make<IntegerSum<false, false>>},
    {"sum", {int4}, int8, 0, make<IntegerSum<false, false>>},
    {"sum", {int8}, numeric, 0, make<IntegerSum<true, false>>},
    {"sum", {numeric}, numeric, 0, make<NumericSum<false>>},
    {"sum", {float4}, float4, 0, make<FloatSum<float, false>>},
    {"sum", {float8}, float8, 0, make<FloatSum<double, false>>},
    {"sum", {interval}, interval, 0, make<IntervalSum<false>>},
    {"sum0", {int8}, int8, 0, make<IntegerSum<false, false>>},
    {"avg", {int2}, numeric, 0, make<IntegerSum<true, true>>},
    {"avg", {int4}, numeric, 0, make<IntegerSum<true, true>>},
    {"avg", {int8}, numeric, 0, make<IntegerSum<true, true>>},
    {"avg", {numeric}, numeric, 0, make<NumericSum<true>>},
    {"avg", {float4}, float8, 0, make<FloatSum<double, true>>},
    {"avg", {float8}, float8, 0, make<FloatSum<double, true>>},
    {"avg", {interval}, interval, 0, make<IntervalSum<true>>},
    {"min", {any_element}, any_element, 0, make<Extreme<false>>},
    {"max", {any_element}, any_element, 0, make<Extreme<true>>},
    {"bool_and", {boolean}, boolean, 0, make<BooleanTest<true>>},
    {"every", {boolean}, boolean, 0, make<BooleanTest<true>>},
    {"bool_or", {boolean}, boolean, 0, make<BooleanTest<false>>},
    {"bit_and", {int2}, int2, 0, make<BitCounts<Bits::conjunction>>},
    {"bit_and", {int4}, int4, 0, make<BitCounts<Bits::conjunction>>},
    {"bit_and", {int8}, int8, 0, make<BitCounts<Bits::conjunction>>},
    {"bit_or", {int2}, int2, 0, make<BitCounts<Bits::disjunction>>},
    {"bit_or", {int4}, int4, 0, make<BitCounts<Bits::disjunction>>},
    {"bit_or", {int8}, int8, 0, make<BitCounts<Bits::disjunction>>},
    {"bit_xor", {int2}, int2, 0, make<BitCounts<Bits::parity>>},
    {"bit_xor", {int4}, int4, 0, make<BitCounts<Bits::parity>>},
    {"bit_xor", {int8}, int8, 0, make<BitCounts<Bits::parity>>},
    {"var_samp", {numeric}, numeric, 0, make<NumericSpread<Spread::variance_sample>>},
    {"var_samp", {float8}, float8, 0, make<FloatSpread<Spread::variance_sample>>},
    {"variance", {numeric}, numeric, 0, make<NumericSpread<Spread::variance_sample>>},
    {"variance", {float8}, float8, 0, make<FloatSpread<Spread::variance_sample>>},
    {"var_pop", {numeric}, numeric, 0, make<NumericSpread<Spread::variance_population>>},
    {"var_pop", {float8}, float8, 0, make<FloatSpread<Spread::variance_population>>},
    {"stddev_samp", {numeric}, numeric, 0, make<NumericSpread<Spread::deviation_sample>>},
    {"stddev_samp", {float8}, float8, 0, make<FloatSpread<Spread::deviation_sample>>},
    {"stddev", {numeric}, numeric, 0, make<NumericSpread<Spread::deviation_sample>>},
    {"stddev", {float8}, float8, 0, make<FloatSpread<Spread::deviation_sample>>},
    {"stddev_pop", {numeric}, numeric, 0, make<NumericSpread<Spread::deviation_population>>},
    {"stddev_pop", {float8}, float8, 0, make<FloatSpread<Spread::deviation_population>>},
    {"arg_min", {any_element, any}, any_element, 0, make<ArgumentOfExtreme<false>>},
    {"arg_max", {any_element, any}, any_element, 0, make<ArgumentOfExtreme<true>>},
    {"mode", {any_element}, any_element, 0, make<ValueCounts<true>>, false, true},
};

}  // namespace

std::unique_ptr<Accumulator> append_only_accumulator(const AggregateFunction& function,
                                                     std::span<const Type> arguments) {
  if (function.name == "min") return std::make_unique<AppendOnlyExtreme<false>>();
  if (function.name == "max") return std::make_unique<AppendOnlyExtreme<true>>();
  return function.make(arguments);
}

std::span<const AggregateFunction> aggregate_functions() { return aggregate_rows; }

}  // namespace levada::query
