// Functions of numbers.

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "timestream/sql/expression.h"

namespace levada::timestream::sql {
namespace {

using Arguments = std::span<const Value>;

template <double (*function)(double)>
Value real_function(Runtime&, Arguments a) {
  return Value(function(a[0].real()));
}

double degrees(double x) { return x * 180 / std::numbers::pi; }
double radians(double x) { return x * std::numbers::pi / 180; }
double cube_root(double x) {  // the library's may be off by a unit of the last place
  const double root = std::cbrt(x);
  if (!std::isfinite(root) || root == 0) return root;
  return root - (root * root * root - x) / (3 * root * root);
}
double sign_of(double x) { return std::isnan(x) ? x : static_cast<double>((x > 0) - (x < 0)); }

double rounded(double x, std::int64_t digits) {
  if (!std::isfinite(x)) return x;
  const double scale = std::pow(10.0, static_cast<double>(digits));
  const double out = std::round(x * scale) / scale;
  return std::isfinite(out) ? out : x;
}

double random_real(Runtime& runtime) {  // SplitMix64
  std::uint64_t z = (runtime.seed += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

Value random_below(Runtime& runtime, Arguments a) {
  const std::int64_t bound = a[0].number();
  if (bound <= 0) return runtime.fail("bound must be positive");
  return Value(static_cast<std::int64_t>(random_real(runtime) * static_cast<double>(bound)));
}

Value bit_count(Runtime& runtime, Arguments a) {
  constexpr int all = 64;
  const std::int64_t number = a[0].number(), bits = a[1].number();
  if (bits < 2 || bits > all)
    return runtime.fail("Bits specified in bit_count must be between 2 and 64, got " +
                        std::to_string(bits));
  if (const std::int64_t rest = number >> (bits - 1); rest != 0 && rest != -1)
    return runtime.fail("Number must be representable with the bits specified. " +
                        std::to_string(number) + " cannot be represented with " +
                        std::to_string(bits) + " bits");
  const std::uint64_t mask = ~std::uint64_t{0} >> (all - bits);
  return Value(std::int64_t{std::popcount(static_cast<std::uint64_t>(number) & mask)});
}

Value from_base(Runtime& runtime, Arguments a) {
  const std::string& text = a[0].text();
  try {
    std::size_t read = 0;
    const long long number = std::stoll(text, &read, static_cast<int>(a[1].number()));
    if (read == text.size()) return Value(static_cast<std::int64_t>(number));
  } catch (...) {  // std::stoll has no other way
  }
  return runtime.fail("Not a valid base-" + std::to_string(a[1].number()) + " number: " + text);
}

Value to_base(Runtime& runtime, Arguments a) {
  const std::int64_t base = a[1].number();
  if (base < 2 || base > 36) return runtime.fail("Radix must be between 2 and 36");
  auto left = a[0].number() < 0 ? 0 - static_cast<std::uint64_t>(a[0].number())
                                : static_cast<std::uint64_t>(a[0].number());
  std::string text;
  do {
    text.insert(text.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[left % base]);
    left /= static_cast<std::uint64_t>(base);
  } while (left > 0);
  return Value(a[0].number() < 0 ? "-" + text : text);
}

constexpr Function math_rows[] = {
    {"abs(bigint) bigint", [](Runtime&, Arguments a) { return Value(std::abs(a[0].number())); }},
    {"abs(integer) integer", [](Runtime&, Arguments a) { return Value(std::abs(a[0].number())); }},
    {"abs(double) double", real_function<std::fabs>},
    {"cbrt(double) double", real_function<cube_root>},
    {"ceil(double) double", real_function<std::ceil>},
    {"ceiling(double) double", real_function<std::ceil>},
    {"ceil(bigint) bigint", [](Runtime&, Arguments a) { return a[0]; }},
    {"ceiling(bigint) bigint", [](Runtime&, Arguments a) { return a[0]; }},
    {"floor(bigint) bigint", [](Runtime&, Arguments a) { return a[0]; }},
    {"degrees(double) double", real_function<degrees>},
    {"radians(double) double", real_function<radians>},
    {"e() double", [](Runtime&, Arguments) { return Value(std::numbers::e); }},
    {"pi() double", [](Runtime&, Arguments) { return Value(std::numbers::pi); }},
    {"infinity() double",
     [](Runtime&, Arguments) { return Value(std::numeric_limits<double>::infinity()); }},
    {"nan() double",
     [](Runtime&, Arguments) { return Value(std::numeric_limits<double>::quiet_NaN()); }},
    {"exp(double) double", real_function<std::exp>},
    {"floor(double) double", real_function<std::floor>},
    {"ln(double) double", real_function<std::log>},
    {"log2(double) double", real_function<std::log2>},
    {"log10(double) double", real_function<std::log10>},
    {"sqrt(double) double", real_function<std::sqrt>},
    {"sign(double) double", real_function<sign_of>},
    {"sign(bigint) bigint",
     [](Runtime&, Arguments a) {
       return Value(std::int64_t{(a[0].number() > 0) - (a[0].number() < 0)});
     }},
    {"acos(double) double", real_function<std::acos>},
    {"asin(double) double", real_function<std::asin>},
    {"atan(double) double", real_function<std::atan>},
    {"atan2(double, double) double",
     [](Runtime&, Arguments a) { return Value(std::atan2(a[0].real(), a[1].real())); }},
    {"cos(double) double", real_function<std::cos>},
    {"cosh(double) double", real_function<std::cosh>},
    {"sin(double) double", real_function<std::sin>},
    {"tan(double) double", real_function<std::tan>},
    {"tanh(double) double", real_function<std::tanh>},
    {"truncate(double) double", real_function<std::trunc>},
    {"pow(double, double) double",
     [](Runtime&, Arguments a) { return Value(std::pow(a[0].real(), a[1].real())); }},
    {"power(double, double) double",
     [](Runtime&, Arguments a) { return Value(std::pow(a[0].real(), a[1].real())); }},
    {"mod(double, double) double",
     [](Runtime&, Arguments a) { return Value(std::fmod(a[0].real(), a[1].real())); }},
    {"mod(bigint, bigint) bigint",
     [](Runtime& r, Arguments a) {
       if (a[1].number() == 0) return r.fail("Division by zero");
       return Value(a[1].number() == -1 ? 0 : a[0].number() % a[1].number());
     }},
    {"round(double) double", [](Runtime&, Arguments a) { return Value(std::round(a[0].real())); }},
    {"round(bigint) bigint", [](Runtime&, Arguments a) { return a[0]; }},
    {"round(integer) integer", [](Runtime&, Arguments a) { return a[0]; }},
    {"round(double, bigint) double",
     [](Runtime&, Arguments a) { return Value(rounded(a[0].real(), a[1].number())); }},
    {"rand() double", [](Runtime& r, Arguments) { return Value(random_real(r)); }},
    {"random() double", [](Runtime& r, Arguments) { return Value(random_real(r)); }},
    {"rand(bigint) bigint", random_below},
    {"random(bigint) bigint", random_below},
    {"is_finite(double) boolean",
     [](Runtime&, Arguments a) { return Value(std::isfinite(a[0].real())); }},
    {"is_infinite(double) boolean",
     [](Runtime&, Arguments a) { return Value(std::isinf(a[0].real())); }},
    {"is_nan(double) boolean",
     [](Runtime&, Arguments a) { return Value(std::isnan(a[0].real())); }},
    {"from_base(varchar, bigint) bigint", from_base},
    {"to_base(bigint, bigint) varchar", to_base},
    {"bit_count(bigint, bigint) bigint", bit_count},
    {"bitwise_and(bigint, bigint) bigint",
     [](Runtime&, Arguments a) { return Value(a[0].number() & a[1].number()); }},
    {"bitwise_or(bigint, bigint) bigint",
     [](Runtime&, Arguments a) { return Value(a[0].number() | a[1].number()); }},
    {"bitwise_xor(bigint, bigint) bigint",
     [](Runtime&, Arguments a) { return Value(a[0].number() ^ a[1].number()); }},
    {"bitwise_not(bigint) bigint", [](Runtime&, Arguments a) { return Value(~a[0].number()); }},
};

}  // namespace

std::span<const Function> math_functions() { return math_rows; }

}  // namespace levada::timestream::sql
