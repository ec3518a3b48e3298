#include "query/exact_sum.h"

#include <cmath>
#include <limits>

#include "query/value.h"

namespace levada::query {

namespace {

constexpr int chunk_bits = 32;
constexpr int exponent_min = -1074;  // of the lowest bit that a double has

}  // namespace

void ExactSum::add(double value, std::int64_t weight) {
  count_ += weight;
  if (std::isnan(value)) {
    nans_ += weight;
    return;
  }
  if (std::isinf(value)) {
    (value > 0 ? infinities_ : negative_infinities_) += weight;
    return;
  }
  if (value == 0 || weight == 0) return;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);  // 0.5 ≤ |fraction| < 1
  auto mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
  exponent -= 53;
  while (exponent < exponent_min) {  // a subnormal: its low bits are zero
    mantissa /= 2;
    ++exponent;
  }
  const Int128 product = Int128{mantissa} * weight;
  const bool negative = product < 0;
  auto rest = static_cast<unsigned __int128>(negative ? -product : product);
  const auto shift = static_cast<std::size_t>(exponent - exponent_min);
  std::size_t chunk = shift / chunk_bits;
  const auto bits = static_cast<int>(shift % chunk_bits);
  for (; rest != 0; rest >>= chunk_bits, ++chunk) {
    const std::uint64_t part = static_cast<std::uint64_t>(rest & 0xFFFFFFFF) << bits;
    const auto low = static_cast<std::int64_t>(part & 0xFFFFFFFF);
    const auto high = static_cast<std::int64_t>(part >> chunk_bits);
    chunks_[chunk] += negative ? -low : low;
    chunks_[chunk + 1] += negative ? -high : high;
  }
  if (++adds_ == adds_max) {
    carry(chunks_);
    adds_ = 0;
  }
}

void ExactSum::carry(Chunks& chunks) {
  for (std::size_t i = 0; i + 1 < chunk_count; ++i) {
    const std::int64_t over = chunks[i] >> chunk_bits;  // rounds down, so what stays is positive
    chunks[i] -= over * (std::int64_t{1} << chunk_bits);
    chunks[i + 1] += over;
  }
}

long double ExactSum::extended() const {
  if (nans_ > 0 || (infinities_ > 0 && negative_infinities_ > 0))
    return std::numeric_limits<long double>::quiet_NaN();
  if (infinities_ > 0) return std::numeric_limits<long double>::infinity();
  if (negative_infinities_ > 0) return -std::numeric_limits<long double>::infinity();
  Chunks chunks = chunks_;
  carry(chunks);
  const bool negative = chunks.back() < 0;
  if (negative) {
    for (std::int64_t& chunk : chunks) chunk = -chunk;
    carry(chunks);
  }
  std::size_t top = chunk_count;
  while (top > 0 && chunks[top - 1] == 0) --top;
  long double sum = 0;
  for (std::size_t i = top; i > 0 && i + 4 > top; --i)  // 128 bits are more than are kept
    sum += std::ldexp(static_cast<long double>(chunks[i - 1]),
                      static_cast<int>(i - 1) * chunk_bits + exponent_min);
  return negative ? -sum : sum;
}

}  // namespace levada::query
