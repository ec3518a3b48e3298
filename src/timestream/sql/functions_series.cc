// Functions of time series.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "timestream/sql/calendar.h"
#include "timestream/sql/expression.h"

namespace levada::timestream::sql {
namespace {

using Arguments = std::span<const Value>;
using Values = std::vector<Value>;

std::int64_t time_of(const Value& point) { return point.list()[0].number(); }
double value_of(const Value& point) { return point.list()[1].real(); }
Value point(std::int64_t time, Value value) { return Value(Values{Value(time), std::move(value)}); }

// The value of the series at a time that lies within it; nothing outside.
using At = Value (*)(const Values& series, std::int64_t time);

Value linear(const Values& series, std::int64_t time) {
  const auto after = std::ranges::lower_bound(series, time, {}, time_of);
  if (after == series.end()) return {};
  if (time_of(*after) == time) return after->list()[1];
  if (after == series.begin()) return {};
  const auto before = after - 1;
  const auto span = static_cast<double>(time_of(*after) - time_of(*before));
  const auto part = static_cast<double>(time - time_of(*before)) / span;
  return Value(value_of(*before) + (value_of(*after) - value_of(*before)) * part);
}

Value last(const Values& series, std::int64_t time) {
  const auto after = std::ranges::upper_bound(series, time, {}, time_of);
  return after == series.begin() ? Value() : (after - 1)->list()[1];
}

// A natural cubic spline through all points.
class Spline {
 public:
  explicit Spline(const Values& series) : series_(series) {
    const std::size_t n = series.size();
    x_.resize(n);
    y_.resize(n);
    second_.resize(n);
    std::vector<double> work(n);
    for (std::size_t i = 0; i < n; ++i) {
      x_[i] = seconds(time_of(series[i]));
      y_[i] = value_of(series[i]);
    }
    for (std::size_t i = 1; i + 1 < n; ++i) {
      const double sigma = (x_[i] - x_[i - 1]) / (x_[i + 1] - x_[i - 1]);
      const double p = sigma * second_[i - 1] + 2;
      second_[i] = (sigma - 1) / p;
      const double slope =
          (y_[i + 1] - y_[i]) / (x_[i + 1] - x_[i]) - (y_[i] - y_[i - 1]) / (x_[i] - x_[i - 1]);
      work[i] = (6 * slope / (x_[i + 1] - x_[i - 1]) - sigma * work[i - 1]) / p;
    }
    for (std::size_t i = n - 1; n > 1 && i-- > 0;)
      second_[i] = i == 0 ? 0 : second_[i] * second_[i + 1] + work[i];
  }

  Value operator()(std::int64_t time) const {
    if (series_.size() < 3) return linear(series_, time);
    const auto after = std::ranges::lower_bound(series_, time, {}, time_of);
    if (after == series_.end()) return {};
    if (time_of(*after) == time) return after->list()[1];
    if (after == series_.begin()) return {};
    const auto high = static_cast<std::size_t>(after - series_.begin()), low = high - 1;
    const double at = seconds(time);
    const double h = x_[high] - x_[low], a = (x_[high] - at) / h, b = (at - x_[low]) / h;
    return Value(a * y_[low] + b * y_[high] +
                 ((a * a * a - a) * second_[low] + (b * b * b - b) * second_[high]) * h * h / 6);
  }

 private:
  double seconds(std::int64_t time) const {
    return static_cast<double>(time - time_of(series_[0])) / 1e9;
  }
  const Values& series_;
  std::vector<double> x_, y_, second_;
};

Value spline_one(Runtime&, Arguments a) {
  return a[0].list().empty() ? Value() : Spline(a[0].list())(a[1].number());
}
Value spline_all(Runtime&, Arguments a) {
  Values made;
  if (a[0].list().empty()) return Value(std::move(made));
  const Spline spline(a[0].list());
  for (const Value& time : a[1].list()) {
    if (time.null()) continue;
    Value value = spline(time.number());
    if (!value.null()) made.push_back(point(time.number(), std::move(value)));
  }
  return Value(std::move(made));
}

template <At at>
Value interpolate_one(Runtime&, Arguments a) {
  return at(a[0].list(), a[1].number());
}
template <At at>
Value interpolate_all(Runtime&, Arguments a) {
  Values made;
  for (const Value& time : a[1].list()) {
    if (time.null()) continue;
    Value value = at(a[0].list(), time.number());
    if (!value.null()) made.push_back(point(time.number(), std::move(value)));
  }
  return Value(std::move(made));
}

Value fill(Runtime&, Arguments a) {
  Values made;
  for (const Value& time : a[1].list()) {
    if (time.null()) continue;
    const auto at = std::ranges::lower_bound(a[0].list(), time.number(), {}, time_of);
    const bool there = at != a[0].list().end() && time_of(*at) == time.number();
    made.push_back(point(time.number(), there ? at->list()[1] : a[2]));
  }
  return Value(std::move(made));
}

Value derivative(Runtime& runtime, Arguments a, bool keep_negative) {
  if (a[1].number() <= 0) return runtime.fail("The interval must be positive");
  const auto unit = static_cast<double>(a[1].number());
  const Values& series = a[0].list();
  Values made;
  for (std::size_t i = 1; i < series.size(); ++i) {
    const auto span = static_cast<double>(time_of(series[i]) - time_of(series[i - 1]));
    const double slope = (value_of(series[i]) - value_of(series[i - 1])) * unit / span;
    if (slope >= 0 || keep_negative) made.push_back(point(time_of(series[i]), Value(slope)));
  }
  return Value(std::move(made));
}

Value integral(Runtime& runtime, const Values& series, std::int64_t unit) {
  if (unit <= 0) return runtime.fail("The interval must be positive");
  double sum = 0;
  for (std::size_t i = 1; i < series.size(); ++i)
    sum += (value_of(series[i]) + value_of(series[i - 1])) / 2 *
           static_cast<double>(time_of(series[i]) - time_of(series[i - 1]));
  return Value(sum / static_cast<double>(unit));
}

// The values of the times that both have.
bool pairs_of(Arguments a, std::vector<double>& x, std::vector<double>& y) {
  for (const Value& p : a[0].list()) {
    const auto at = std::ranges::lower_bound(a[1].list(), time_of(p), {}, time_of);
    if (at == a[1].list().end() || time_of(*at) != time_of(p)) continue;
    x.push_back(value_of(p));
    y.push_back(value_of(*at));
  }
  return x.size() >= 2;
}

Value correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  return Value(xy / std::sqrt(xx * yy));
}

std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t j = i; j < end; ++j) ranks[order[j]] = static_cast<double>(i + end + 1) / 2;
    i = end;
  }
  return ranks;
}

constexpr Function series_rows[] = {
    {"interpolate_linear(series(double), timestamp) double", interpolate_one<linear>},
    {"interpolate_linear(series(double), array(timestamp)) series(double)",
     interpolate_all<linear>},
    {"interpolate_locf(series(T), timestamp) T", interpolate_one<last>},
    {"interpolate_locf(series(T), array(timestamp)) series(T)", interpolate_all<last>},
    {"interpolate_spline_cubic(series(double), timestamp) double", spline_one},
    {"interpolate_spline_cubic(series(double), array(timestamp)) series(double)", spline_all},
    {"interpolate_fill(series(double), array(timestamp), double) series(double)", fill},
    {"interpolate_fill(series(double), timestamp, double) double",
     [](Runtime&, Arguments a) {
       const auto at = std::ranges::lower_bound(a[0].list(), a[1].number(), {}, time_of);
       const bool there = at != a[0].list().end() && time_of(*at) == a[1].number();
       return there ? at->list()[1] : a[2];
     }},
    {"derivative_by_time(series(double), interval) series(double)",
     [](Runtime& r, Arguments a) { return derivative(r, a, true); }},
    {"non_negative_derivative_by_time(series(double), interval) series(double)",
     [](Runtime& r, Arguments a) { return derivative(r, a, false); }},
    {"integral_trapezoidal(series(double)) double",
     [](Runtime& r, Arguments a) { return integral(r, a[0].list(), second); }},
    {"integral_trapezoidal(series(double), interval) double",
     [](Runtime& r, Arguments a) { return integral(r, a[0].list(), a[1].number()); }},
    {"correlate_pearson(series(double), series(double)) double",
     [](Runtime&, Arguments a) {
       std::vector<double> x, y;
       return pairs_of(a, x, y) ? correlation(x, y) : Value();
     }},
    {"correlate_spearman(series(double), series(double)) double",
     [](Runtime&, Arguments a) {
       std::vector<double> x, y;
       return pairs_of(a, x, y) ? correlation(ranks_of(x), ranks_of(y)) : Value();
     }},
};

}  // namespace

std::span<const Function> series_functions() { return series_rows; }

}  // namespace levada::timestream::sql
