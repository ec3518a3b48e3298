// approx_percentile(fraction, relative_error) WITHIN GROUP (ORDER BY x): a DDSketch. Values are
// counted in buckets whose bounds grow by a constant factor, so that the answer is within the
// relative error of a true one; rows may leave again. (Masson, Rim, Lee, "DDSketch", VLDB 2019.)

#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>

#include "query/aggregate.h"
#include "query/function_table.h"
#include "query/text.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

class PercentileSketch final : public KeptAccumulator<PercentileSketch> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (!arguments[0].is_null()) fraction_ = arguments[0].real;
    const Datum& given = arguments.back();
    if (arguments.size() == 2)
      error_ = usual_error;
    else if (!arguments[1].is_null())
      error_ = arguments[1].real;
    if (given.is_null() || std::isnan(given.real) || !is_share(error_)) return;
    const double value = given.real;
    count_ += weight;
    if (value == 0)
      zeros_ += weight;
    else
      put(value < 0 ? below_ : above_, std::abs(value), weight);
  }

  Datum result(Evaluation& evaluation) const override {
    if (!(fraction_ >= 0 && fraction_ <= 1))
      return evaluation.fail("22003", "percentile value " + to_text(float8, Datum::of(fraction_)) +
                                          " is not between 0 and 1");
    if (!is_share(error_))
      return evaluation.fail("22003", "relative error " + to_text(float8, Datum::of(error_)) +
                                          " is not between 0 and 1");
    if (count_ == 0) return Datum::null();
    const auto before =
        std::min(static_cast<std::int64_t>(fraction_ * static_cast<double>(count_)), count_ - 1);
    std::int64_t passed = 0;
    for (auto at = below_.rbegin(); at != below_.rend(); ++at)
      if ((passed += at->second) > before) return Datum::of(-middle(at->first));
    if ((passed += zeros_) > before) return Datum::of(0.0);
    for (const auto& [bucket, count] : above_)
      if ((passed += count) > before) return Datum::of(middle(bucket));
    return Datum::null();
  }

  auto fields() { return std::tie(fraction_, error_, count_, zeros_, below_, above_); }

 private:
  using Buckets =
      std::map<std::int32_t, std::int64_t>;  // number n holds factor^(n-1) < |x| <= factor^n

  static constexpr double usual_error = 0.01;  // RisingWave's, where none is given

  static bool is_share(double error) { return error > 0 && error < 1; }
  double factor() const { return (1 + error_) / (1 - error_); }
  double middle(std::int32_t bucket) const { return 2 * power(factor(), bucket) / (factor() + 1); }
  // By squares, as RisingWave does: std::pow's last digits are others.
  static double power(double base, std::int32_t exponent) {
    double result = 1;
    for (std::int64_t left = std::abs(std::int64_t{exponent}); left > 0; left /= 2, base *= base)
      if (left % 2 == 1) result *= base;
    return exponent < 0 ? 1 / result : result;
  }
  void put(Buckets& buckets, double size, std::int64_t weight) const {
    // Infinity has the last bucket; its middle is infinite as well.
    constexpr std::int32_t last = std::numeric_limits<std::int32_t>::max();
    const double place = std::ceil(std::log(size) / std::log(factor()));
    const auto bucket = place >= last ? last : static_cast<std::int32_t>(place);
    if ((buckets[bucket] += weight) == 0) buckets.erase(bucket);
  }

  double fraction_ = 0, error_ = 0.5;
  std::int64_t count_ = 0, zeros_ = 0;
  Buckets below_, above_;
};

std::unique_ptr<Accumulator> make(std::span<const Type>) {
  return std::make_unique<PercentileSketch>();
}

constinit const AggregateFunction percentile_sketch_rows[] = {
    {"approx_percentile", {float8, float8}, float8, 0, make, false, true},
    {"approx_percentile", {float8, float8, float8}, float8, 0, make, false, true},
};

}  // namespace

std::span<const AggregateFunction> sketch_aggregates() { return percentile_sketch_rows; }

}  // namespace levada::query
