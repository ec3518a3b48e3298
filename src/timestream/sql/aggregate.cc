#include "timestream/sql/aggregate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace levada::timestream::sql {
namespace {

using Arguments = std::span<const Value>;

struct Less {
  bool operator()(const Value& a, const Value& b) const { return compare(a, b) < 0; }
};

class Count final : public Aggregate {
 public:
  explicit Count(bool only_true) : only_true_(only_true) {}
  void add(Arguments a) override {
    if (a.empty() || (!a[0].null() && (!only_true_ || a[0].truth()))) ++count_;
  }
  Value result(Runtime&) override { return Value(count_); }

 private:
  bool only_true_;
  std::int64_t count_ = 0;
};

class WholeSum final : public Aggregate {
 public:
  void add(Arguments a) override {
    if (a[0].null()) return;
    over_ = over_ || __builtin_add_overflow(sum_, a[0].number(), &sum_);
    any_ = true;
  }
  Value result(Runtime& runtime) override {
    if (over_) return runtime.fail("bigint overflow");
    return any_ ? Value(sum_) : Value();
  }

 private:
  std::int64_t sum_ = 0;
  bool over_ = false, any_ = false;
};

enum class Moments { sum, mean, var_samp, var_pop, dev_samp, dev_pop, geometric, skewness };

class Statistics final : public Aggregate {
 public:
  explicit Statistics(Moments what) : what_(what) {}
  void add(Arguments a) override {
    if (a[0].null()) return;
    const double x = what_ == Moments::geometric ? std::log(a[0].real()) : a[0].real();
    sum_ += x;
    const double n = ++count_;
    const double delta = x - mean_, step = delta / n, term = delta * step * (n - 1);
    mean_ += step;
    third_ += term * step * (n - 2) - 3 * step * squares_;
    squares_ += term;
  }
  Value result(Runtime&) override {
    const double n = count_;
    if (count_ == 0) return {};
    switch (what_) {
      case Moments::sum:
        return Value(sum_);
      case Moments::mean:
        return Value(sum_ / n);
      case Moments::geometric:
        return Value(std::exp(sum_ / n));
      case Moments::var_pop:
        return Value(squares_ / n);
      case Moments::dev_pop:
        return Value(std::sqrt(squares_ / n));
      case Moments::var_samp:
        return count_ < 2 ? Value() : Value(squares_ / (n - 1));
      case Moments::dev_samp:
        return count_ < 2 ? Value() : Value(std::sqrt(squares_ / (n - 1)));
      case Moments::skewness:
        return count_ < 3 ? Value() : Value(std::sqrt(n) * third_ / std::pow(squares_, 1.5));
    }
    return {};
  }

 private:
  Moments what_;
  std::int64_t count_ = 0;
  double sum_ = 0, mean_ = 0, squares_ = 0, third_ = 0;
};

class Extreme final : public Aggregate {
 public:
  explicit Extreme(int sign) : sign_(sign) {}
  void add(Arguments a) override {
    if (a[0].null()) return;
    if (best_.null() || compare(a[0], best_) * sign_ > 0) best_ = a[0];
  }
  Value result(Runtime&) override { return best_; }

 private:
  int sign_;
  Value best_;
};

class ExtremeBy final : public Aggregate {
 public:
  explicit ExtremeBy(int sign) : sign_(sign) {}
  void add(Arguments a) override {
    if (a[1].null() || (!key_.null() && compare(a[1], key_) * sign_ <= 0)) return;
    value_ = a[0];
    key_ = a[1];
  }
  Value result(Runtime&) override { return value_; }

 private:
  int sign_;
  Value value_, key_;
};

// max(x, n), max_by(x, y, n): the values with the n highest keys.
class Extremes final : public Aggregate {
 public:
  explicit Extremes(int sign) : sign_(sign) {}
  void add(Arguments a) override {
    const Value& key = a[a.size() - 2];
    if (!a.back().null()) wanted_ = a.back().number();
    if (!key.null()) all_.push_back({key, a[0]});
  }
  Value result(Runtime& runtime) override {
    if (wanted_ < 1 || wanted_ > 10'000) return runtime.fail("n must be between 1 and 10000");
    if (all_.empty()) return {};
    std::ranges::sort(all_, [this](const auto& a, const auto& b) {
      return compare(a.first, b.first) * sign_ > 0;
    });
    std::vector<Value> best;
    for (std::size_t i = 0; i < all_.size() && i < static_cast<std::size_t>(wanted_); ++i)
      best.push_back(all_[i].second);
    return Value(std::move(best));
  }

 private:
  int sign_;
  std::int64_t wanted_ = 1;
  std::vector<std::pair<Value, Value>> all_;
};

class Every final : public Aggregate {
 public:
  explicit Every(bool all) : all_(all) {}
  void add(Arguments a) override {
    if (a[0].null()) return;
    if (state_.null() || a[0].truth() != all_) state_ = a[0];
  }
  Value result(Runtime&) override { return state_; }

 private:
  bool all_;
  Value state_;
};

class Arbitrary final : public Aggregate {
 public:
  void add(Arguments a) override {
    if (value_.null()) value_ = a[0];
  }
  Value result(Runtime&) override { return value_; }

 private:
  Value value_;
};

class Collect final : public Aggregate {
 public:
  void add(Arguments a) override { list_.push_back(a[0]); }
  Value result(Runtime&) override { return list_.empty() ? Value() : Value(list_); }

 private:
  std::vector<Value> list_;
};

class CreateTimeSeries final : public Aggregate {
 public:
  void add(Arguments a) override {
    if (a[0].null()) return;
    missing_ = missing_ || a[1].null();
    points_.emplace_back(std::vector<Value>{a[0], a[1]});
  }
  Value result(Runtime& runtime) override {
    if (missing_) return runtime.fail("null value is not allowed in create_time_series");
    if (points_.empty()) return {};
    std::ranges::sort(points_, Less());
    for (std::size_t i = 1; i < points_.size(); ++i)
      if (compare(points_[i - 1].list()[0], points_[i].list()[0]) == 0)
        return runtime.fail("Duplicate timestamps are not allowed in a timeseries.");
    return Value(points_);
  }

 private:
  bool missing_ = false;
  std::vector<Value> points_;
};

class Distinct final : public Aggregate {
 public:
  void add(Arguments a) override {
    if (!a[0].null()) seen_.insert(a[0]);
  }
  Value result(Runtime&) override { return Value(static_cast<std::int64_t>(seen_.size())); }

 private:
  std::set<Value, Less> seen_;
};

// Exact: the nearest rank among all values by weight, which no approximation may be worse than.
class Percentile final : public Aggregate {
 public:
  // (value[, weight], share[, accuracy])
  explicit Percentile(bool weighted) : weighted_(weighted) {}
  void add(Arguments a) override {
    if (const Value& share = a[weighted_ ? 2 : 1]; !share.null()) share_ = share;
    if (a[0].null() || (weighted_ && a[1].null())) return;
    const double weight = weighted_ ? a[1].real() : 1;
    bad_weight_ = bad_weight_ || !(weight > 0);
    values_.emplace_back(a[0], weight);
    whole_ += weight;
  }
  Value result(Runtime& runtime) override {
    if (bad_weight_) return runtime.fail("percentile weight must be > 0");
    if (values_.empty() || share_.null()) return {};
    std::ranges::sort(values_, Less(), &std::pair<Value, double>::first);
    if (share_.is.index() == 3) return at(runtime, share_.real());
    std::vector<Value> all;
    for (const Value& share : share_.list()) all.push_back(at(runtime, share.real()));
    return Value(std::move(all));
  }

 private:
  Value at(Runtime& runtime, double share) const {
    if (!(share >= 0 && share <= 1)) return runtime.fail("Percentile must be between 0 and 1");
    const double wanted = share * whole_;
    double seen = 0;
    for (const auto& [value, weight] : values_)
      if ((seen += weight) >= wanted) return value;
    return values_.back().first;
  }
  bool weighted_, bad_weight_ = false;
  double whole_ = 0;
  Value share_;
  std::vector<std::pair<Value, double>> values_;
};

enum class Pair { corr, covar_pop, covar_samp, slope, intercept };

class PairStatistics final : public Aggregate {
 public:
  explicit PairStatistics(Pair what) : what_(what) {}
  void add(Arguments a) override {  // (y, x)
    if (a[0].null() || a[1].null()) return;
    const double n = ++count_, dy = a[0].real() - mean_y_, dx = a[1].real() - mean_x_;
    mean_y_ += dy / n;
    mean_x_ += dx / n;
    xy_ += dx * (a[0].real() - mean_y_);
    xx_ += dx * (a[1].real() - mean_x_);
    yy_ += dy * (a[0].real() - mean_y_);
  }
  Value result(Runtime&) override {
    const double n = count_;
    if (count_ == 0 || (count_ == 1 && what_ != Pair::covar_pop)) return {};
    switch (what_) {
      case Pair::corr:
        return Value(xy_ / std::sqrt(xx_ * yy_));
      case Pair::covar_pop:
        return Value(xy_ / n);
      case Pair::covar_samp:
        return Value(xy_ / (n - 1));
      case Pair::slope:
        return Value(xy_ / xx_);
      case Pair::intercept:
        return Value(mean_y_ - xy_ / xx_ * mean_x_);
    }
    return {};
  }

 private:
  Pair what_;
  std::int64_t count_ = 0;
  double mean_x_ = 0, mean_y_ = 0, xy_ = 0, xx_ = 0, yy_ = 0;
};

class Bits final : public Aggregate {
 public:
  explicit Bits(bool all) : all_(all) {}
  void add(Arguments a) override {
    if (a[0].null()) return;
    if (state_.null()) state_ = a[0];
    state_ = Value(all_ ? state_.number() & a[0].number() : state_.number() | a[0].number());
  }
  Value result(Runtime&) override { return state_; }

 private:
  bool all_;
  Value state_;
};

template <class Kind, class... Extra>
std::function<std::unique_ptr<Aggregate>()> maker(Extra... extra) {
  return [=]() -> std::unique_ptr<Aggregate> { return std::make_unique<Kind>(extra...); };
}

constexpr std::string_view names[] = {"arbitrary",
                                      "array_agg",
                                      "avg",
                                      "bool_and",
                                      "bool_or",
                                      "every",
                                      "count",
                                      "count_if",
                                      "geometric_mean",
                                      "max_by",
                                      "min_by",
                                      "max",
                                      "min",
                                      "sum",
                                      "bitwise_and_agg",
                                      "bitwise_or_agg",
                                      "approx_distinct",
                                      "approx_percentile",
                                      "corr",
                                      "covar_pop",
                                      "covar_samp",
                                      "regr_slope",
                                      "regr_intercept",
                                      "skewness",
                                      "stddev",
                                      "stddev_pop",
                                      "stddev_samp",
                                      "variance",
                                      "var_pop",
                                      "var_samp",
                                      "create_time_series"};

}  // namespace

bool is_aggregate(const std::string& name) {
  return std::ranges::find(names, name) != std::end(names);
}

std::optional<AggregateKind> aggregate_of(const std::string& name, const std::vector<Type>& types) {
  const Type real{Kind::real}, bigint{Kind::bigint}, boolean{Kind::boolean};
  const std::size_t n = types.size();
  const auto fits = [&](std::size_t i, const Type& to) {
    return i < n && conversion_cost(types[i], to).has_value();
  };
  if (name == "count" && n <= 1) return AggregateKind{bigint, types, maker<Count>(false)};
  if (n == 0) return std::nullopt;
  if (name == "count_if" && fits(0, boolean))
    return AggregateKind{bigint, {boolean}, maker<Count>(true)};
  if (name == "sum" && n == 1) {
    if (types[0].is(Kind::interval_day) || types[0].is(Kind::interval_month))
      return AggregateKind{types[0], types, maker<WholeSum>()};
    if (fits(0, bigint)) return AggregateKind{bigint, {bigint}, maker<WholeSum>()};
  }
  struct Named {
    std::string_view name;
    Moments what;
  };
  constexpr Named moments[] = {{"sum", Moments::sum},
                               {"avg", Moments::mean},
                               {"geometric_mean", Moments::geometric},
                               {"skewness", Moments::skewness},
                               {"stddev", Moments::dev_samp},
                               {"stddev_samp", Moments::dev_samp},
                               {"stddev_pop", Moments::dev_pop},
                               {"variance", Moments::var_samp},
                               {"var_samp", Moments::var_samp},
                               {"var_pop", Moments::var_pop}};
  for (const Named& named : moments)
    if (name == named.name && n == 1 && fits(0, real))
      return AggregateKind{real, {real}, maker<Statistics>(named.what)};
  const int sign = name.starts_with("max") ? 1 : -1;
  if (name == "max" || name == "min") {
    if (n == 1) return AggregateKind{types[0], types, maker<Extreme>(sign)};
    if (n == 2 && fits(1, bigint))
      return AggregateKind{array_of(types[0]), {types[0], bigint}, maker<Extremes>(sign), true};
  }
  if (name == "max_by" || name == "min_by") {
    if (n == 2) return AggregateKind{types[0], types, maker<ExtremeBy>(sign)};
    if (n == 3 && fits(2, bigint))
      return AggregateKind{
          array_of(types[0]), {types[0], types[1], bigint}, maker<Extremes>(sign), true};
  }
  if ((name == "bool_and" || name == "every" || name == "bool_or") && n == 1 && fits(0, boolean))
    return AggregateKind{boolean, {boolean}, maker<Every>(name != "bool_or")};
  if (name == "arbitrary" && n == 1) return AggregateKind{types[0], types, maker<Arbitrary>()};
  if (name == "array_agg" && n == 1)
    return AggregateKind{array_of(types[0]), types, maker<Collect>(), true};
  if (name == "approx_distinct" && n <= 2)
    return AggregateKind{bigint, types, maker<Distinct>(), true};
  if (name == "approx_percentile" && n >= 2 && n <= 4 && types[0].numeric()) {
    const Type value = types[0].is(Kind::integer) ? bigint : types[0];
    const Type shares = array_of(real);
    // (x, p), (x, w, p), (x, w, p, accuracy); p is one share or a list of them. An older form has
    // the accuracy behind p without a weight: (x, p, accuracy).
    for (const bool weighted : {n >= 3 && (fits(2, real) || fits(2, shares)), false}) {
      const std::size_t p = weighted ? 2 : 1;
      const bool list = types[p].is(Kind::array);
      if (!fits(p, list ? shares : real) || n > p + 2) continue;
      std::vector<Type> wanted{value};
      if (weighted) wanted.push_back(real);
      wanted.push_back(list ? shares : real);
      while (wanted.size() < n) wanted.push_back(real);
      bool all_fit = true;
      for (std::size_t i = 0; i < n; ++i) all_fit = all_fit && fits(i, wanted[i]);
      if (!all_fit) continue;
      return AggregateKind{list ? array_of(value) : value, std::move(wanted),
                           maker<Percentile>(weighted), true};
    }
  }
  if (name == "create_time_series" && n == 2 && fits(0, {Kind::timestamp})) {
    const Type value = types[1].is(Kind::integer) ? bigint : types[1];
    return AggregateKind{
        series_of(value), {{Kind::timestamp}, value}, maker<CreateTimeSeries>(), true};
  }
  if (name.starts_with("bitwise_") && n == 1 && fits(0, bigint))
    return AggregateKind{bigint, {bigint}, maker<Bits>(name == "bitwise_and_agg")};
  struct NamedPair {
    std::string_view name;
    Pair what;
  };
  constexpr NamedPair pairs[] = {{"corr", Pair::corr},
                                 {"covar_pop", Pair::covar_pop},
                                 {"covar_samp", Pair::covar_samp},
                                 {"regr_slope", Pair::slope},
                                 {"regr_intercept", Pair::intercept}};
  for (const NamedPair& named : pairs)
    if (name == named.name && n == 2 && fits(0, real) && fits(1, real))
      return AggregateKind{real, {real, real}, maker<PairStatistics>(named.what)};
  return std::nullopt;
}

}  // namespace levada::timestream::sql
