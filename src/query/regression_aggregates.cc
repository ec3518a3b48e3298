// Aggregates of pairs (y, x): correlation, covariance, linear regression, as SQL names them. Exact
// sums underneath, so that rows can leave again.

#include <cmath>

#include "query/aggregate.h"
#include "query/exact_sum.h"
#include "query/function_table.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

enum class Regression : std::uint8_t {
  correlation,
  covariance_population,
  covariance_sample,
  average_x,
  average_y,
  count,
  intercept,
  determination,  // r squared
  slope,
  squares_x,
  products,
  squares_y,
};

// A sum of products, with what each product's rounding lost.
void add_product(ExactSum& sum, double a, double b, std::int64_t weight) {
  const double product = a * b;
  sum.add(product, weight);
  sum.add(std::fma(a, b, -product), weight);
}

template <Regression which>
class RegressionOf final : public KeptAccumulator<RegressionOf<which>> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (arguments[0].is_null() || arguments[1].is_null()) return;
    const double y = arguments[0].real, x = arguments[1].real;
    x_.add(x, weight);
    y_.add(y, weight);
    add_product(xx_, x, x, weight);
    add_product(yy_, y, y, weight);
    add_product(xy_, x, y, weight);
  }

  Datum result(Evaluation&) const override {
    if constexpr (which == Regression::count) return Datum::of(x_.count());
    if (x_.count() == 0) return Datum::null();
    const auto value = of_sums(static_cast<long double>(x_.count()));
    return value ? Datum::of(static_cast<double>(*value)) : Datum::null();
  }

  auto fields() { return std::tie(x_, y_, xx_, yy_, xy_); }

 private:
  // nullopt: it is not defined for these rows.
  std::optional<long double> of_sums(long double count) const {
    const long double x = x_.extended(), y = y_.extended();
    const long double xx = xx_.extended() - x * x / count, yy = yy_.extended() - y * y / count;
    const long double xy = xy_.extended() - x * y / count;
    switch (which) {
      case Regression::correlation:
        if (xx <= 0 || yy <= 0) return std::nullopt;
        return xy / std::sqrt(xx * yy);
      case Regression::covariance_population:
        return xy / count;
      case Regression::covariance_sample:
        if (count < 2) return std::nullopt;
        return xy / (count - 1);
      case Regression::average_x:
        return x / count;
      case Regression::average_y:
        return y / count;
      case Regression::intercept:
        if (xx <= 0) return std::nullopt;
        return (y - x * xy / xx) / count;
      case Regression::determination:
        if (xx <= 0) return std::nullopt;
        if (yy <= 0) return 1;
        return xy * xy / (xx * yy);
      case Regression::slope:
        if (xx <= 0) return std::nullopt;
        return xy / xx;
      case Regression::squares_x:
        return xx;
      case Regression::products:
        return xy;
      case Regression::squares_y:
        return yy;
      case Regression::count:
        break;
    }
    return std::nullopt;
  }

  ExactSum x_, y_, xx_, yy_, xy_;
};

template <Regression which>
std::unique_ptr<Accumulator> make(std::span<const Type>) {
  return std::make_unique<RegressionOf<which>>();
}

constinit const AggregateFunction regression_rows[] = {
    {"corr", {float8, float8}, float8, 0, make<Regression::correlation>},
    {"covar_pop", {float8, float8}, float8, 0, make<Regression::covariance_population>},
    {"covar_samp", {float8, float8}, float8, 0, make<Regression::covariance_sample>},
    {"regr_avgx", {float8, float8}, float8, 0, make<Regression::average_x>},
    {"regr_avgy", {float8, float8}, float8, 0, make<Regression::average_y>},
    {"regr_count", {float8, float8}, int8, 0, make<Regression::count>},
    {"regr_intercept", {float8, float8}, float8, 0, make<Regression::intercept>},
    {"regr_r2", {float8, float8}, float8, 0, make<Regression::determination>},
    {"regr_slope", {float8, float8}, float8, 0, make<Regression::slope>},
    {"regr_sxx", {float8, float8}, float8, 0, make<Regression::squares_x>},
    {"regr_sxy", {float8, float8}, float8, 0, make<Regression::products>},
    {"regr_syy", {float8, float8}, float8, 0, make<Regression::squares_y>},
};

}  // namespace

std::span<const AggregateFunction> regression_aggregates() { return regression_rows; }

}  // namespace levada::query
