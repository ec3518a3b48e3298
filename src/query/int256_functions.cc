// Arithmetic of rw_int256: eight words of 32 bits, two's complement; what does not fit is refused.

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "query/aggregate.h"
#include "query/function_table.h"
#include "query/int256.h"

namespace levada::query {

namespace {

using enum TypeKind;
using Arguments = std::span<const Datum>;

constexpr std::size_t words = 8;

struct Wide {
  std::array<std::uint32_t, words> word{};  // the lowest first

  static Wide of(const Datum& datum) {
    Wide made;
    std::memcpy(made.word.data(), datum.bytes, sizeof made.word);
    return made;
  }
  bool is_negative() const { return word[words - 1] >> 31 != 0; }
  bool is_zero() const {
    return std::all_of(word.begin(), word.end(), [](std::uint32_t w) { return w == 0; });
  }
  Wide negated() const {
    Wide made;
    std::uint64_t carry = 1;
    for (std::size_t i = 0; i < words; ++i) {
      carry += std::uint64_t{~word[i]};
      made.word[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    return made;
  }
  Wide magnitude() const { return is_negative() ? negated() : *this; }
};

Datum datum_of(Evaluation& evaluation, const Wide& value) {
  const std::string_view bytes(reinterpret_cast<const char*>(value.word.data()), sizeof value.word);
  return int256_datum(evaluation.text(bytes).bytes);
}
Datum overflow(Evaluation& evaluation) { return out_of_range(evaluation, "rw_int256"); }

std::optional<Wide> sum(const Wide& a, const Wide& b) {
  Wide made;
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < words; ++i) {
    carry += std::uint64_t{a.word[i]} + b.word[i];
    made.word[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (a.is_negative() == b.is_negative() && made.is_negative() != a.is_negative())
    return std::nullopt;
  return made;
}

// The sign put on a magnitude; nullopt: it does not fit.
std::optional<Wide> with_sign(const Wide& magnitude, bool negative) {
  if (!negative) return magnitude.is_negative() ? std::nullopt : std::optional(magnitude);
  const Wide made = magnitude.negated();
  return made.is_negative() || made.is_zero() ? std::optional(made) : std::nullopt;
}

std::optional<Wide> product(const Wide& x, const Wide& y) {
  const Wide a = x.magnitude(), b = y.magnitude();
  Wide made;
  for (std::size_t i = 0; i < words; ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; j < words; ++j) {
      const std::uint64_t part = std::uint64_t{a.word[i]} * b.word[j];
      if (i + j >= words) {
        if (part != 0 || carry != 0) return std::nullopt;
        continue;
      }
      carry += part + made.word[i + j];
      made.word[i + j] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) return std::nullopt;
  }
  return with_sign(made, x.is_negative() != y.is_negative());
}

// Bit by bit: both are rare, and 256 rounds are few.
struct Division {
  Wide quotient, rest;
};
Division divided(const Wide& a, const Wide& b) {  // magnitudes
  Division made;
  for (std::size_t bit = words * 32; bit-- > 0;) {
    std::uint32_t in = a.word[bit / 32] >> (bit % 32) & 1;
    for (std::uint32_t& word : made.rest.word) {
      const std::uint32_t out = word >> 31;
      word = word << 1 | in;
      in = out;
    }
    const bool fits = !std::lexicographical_compare(made.rest.word.rbegin(), made.rest.word.rend(),
                                                    b.word.rbegin(), b.word.rend());
    if (!fits) continue;
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < words; ++i) {
      const std::uint64_t less = std::uint64_t{made.rest.word[i]} - b.word[i] - borrow;
      made.rest.word[i] = static_cast<std::uint32_t>(less);
      borrow = less >> 63;
    }
    made.quotient.word[bit / 32] |= std::uint32_t{1} << (bit % 32);
  }
  return made;
}

Datum plus(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto made = sum(Wide::of(a[0]), Wide::of(a[1]));
  return made ? datum_of(evaluation, *made) : overflow(evaluation);
}
Datum minus(Evaluation& evaluation, const CallSite&, Arguments a) {
  // -b has no place when b is the smallest; ~b + 1 + a has.
  const Wide x = Wide::of(a[0]), y = Wide::of(a[1]);
  Wide made;
  std::uint64_t carry = 1;
  for (std::size_t i = 0; i < words; ++i) {
    carry += std::uint64_t{x.word[i]} + static_cast<std::uint32_t>(~y.word[i]);
    made.word[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (x.is_negative() != y.is_negative() && made.is_negative() != x.is_negative())
    return overflow(evaluation);
  return datum_of(evaluation, made);
}
Datum times(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto made = product(Wide::of(a[0]), Wide::of(a[1]));
  return made ? datum_of(evaluation, *made) : overflow(evaluation);
}
template <bool rest>
Datum quotient(Evaluation& evaluation, const CallSite&, Arguments a) {
  const Wide x = Wide::of(a[0]), y = Wide::of(a[1]);
  if (y.is_zero()) return evaluation.fail(sqlstate::division_by_zero, "division by zero");
  const Division division = divided(x.magnitude(), y.magnitude());
  const auto made = rest ? with_sign(division.rest, x.is_negative())
                         : with_sign(division.quotient, x.is_negative() != y.is_negative());
  return made ? datum_of(evaluation, *made) : overflow(evaluation);
}
Datum negation(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto made = with_sign(Wide::of(a[0]).magnitude(), !Wide::of(a[0]).is_negative());
  return made ? datum_of(evaluation, *made) : overflow(evaluation);
}
Datum magnitude(Evaluation& evaluation, const CallSite&, Arguments a) {
  const auto made = with_sign(Wide::of(a[0]).magnitude(), false);
  return made ? datum_of(evaluation, *made) : overflow(evaluation);
}
Datum same(Evaluation&, const CallSite&, Arguments a) { return a[0]; }

// "0x0f", "-0xff": digits of base 16.
Datum from_hex(Evaluation& evaluation, const CallSite&, Arguments a) {
  std::string_view text = a[0].text();
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  Wide value;
  bool good = !text.empty();
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    good = good && digit >= 0 && value.word[words - 1] >> 28 == 0;
    if (!good) break;
    auto in = static_cast<std::uint32_t>(digit);
    for (std::uint32_t& word : value.word) {
      const std::uint32_t out = word >> 28;
      word = word << 4 | in;
      in = out;
    }
  }
  if (!good)
    return evaluation.fail(sqlstate::invalid_parameter_value,
                           "invalid hexadecimal number: " + std::string(a[0].text()));
  return datum_of(evaluation, negative ? value.negated() : value);
}

constinit const Function int256_rows[] = {
    {"+", {int256, int256}, int256, plus},
    {"-", {int256, int256}, int256, minus},
    {"*", {int256, int256}, int256, times},
    {"/", {int256, int256}, int256, quotient<false>},
    {"%", {int256, int256}, int256, quotient<true>},
    {"mod", {int256, int256}, int256, quotient<true>},
    {"-", {int256}, int256, negation},
    {"+", {int256}, int256, same},
    {"abs", {int256}, int256, magnitude},
    {"@", {int256}, int256, magnitude},
    {"hex_to_int256", {varchar}, int256, from_hex},
};

class Int256Sum final : public KeptAccumulator<Int256Sum> {
 public:
  void add(Arguments arguments, std::int64_t weight) override {
    if (arguments[0].is_null()) return;
    const Wide value = Wide::of(arguments[0]);
    const Wide one = weight < 0 ? value.negated() : value;
    for (std::int64_t i = 0; i < std::abs(weight); ++i) {
      Wide next;
      std::uint64_t carry = 0;  // round about the ends: what fits in the end is right
      for (std::size_t w = 0; w < words; ++w) {
        carry += std::uint64_t{sum_.word[w]} + one.word[w];
        next.word[w] = static_cast<std::uint32_t>(carry);
        carry >>= 32;
      }
      sum_ = next;
    }
    count_ += weight;
  }
  Datum result(Evaluation& evaluation) const override {
    return count_ == 0 ? Datum::null() : datum_of(evaluation, sum_);
  }
  auto fields() { return std::tie(sum_.word, count_); }

 private:
  Wide sum_;
  std::int64_t count_ = 0;
};

constinit const AggregateFunction aggregate_rows[] = {
    {"sum",
     {int256},
     int256,
     0,
     [](std::span<const Type>) -> std::unique_ptr<Accumulator> {
       return std::make_unique<Int256Sum>();
     }},
};

}  // namespace

std::span<const Function> int256_functions() { return int256_rows; }
std::span<const AggregateFunction> int256_aggregates() { return aggregate_rows; }

}  // namespace levada::query
