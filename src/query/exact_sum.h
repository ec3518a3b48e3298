#pragma once
// ExactSum: a sum of doubles without rounding, so that values can leave it again and the order of
// arrival does not matter (after Kulisch; chunks of 32 bits over the whole range of exponents).

#include <array>
#include <cstdint>
#include <tuple>

namespace levada::query {

class ExactSum {
 public:
  void add(double value, std::int64_t weight);
  double value() const { return static_cast<double>(extended()); }
  long double extended() const;  // rounded once more than value() needs
  bool empty() const { return count_ == 0; }
  std::int64_t count() const { return count_; }

  auto fields() {
    return std::tie(chunks_, adds_, count_, nans_, infinities_, negative_infinities_);
  }

 private:
  static constexpr std::size_t chunk_count = 72;       // 2098 bits of a double's range, and carries
  static constexpr std::uint32_t adds_max = 1u << 20;  // each adds less than 2^33 to a chunk
  using Chunks = std::array<std::int64_t, chunk_count>;

  static void carry(Chunks& chunks);

  Chunks chunks_{};
  std::uint32_t adds_ = 0;
  std::int64_t count_ = 0;
  std::int64_t nans_ = 0, infinities_ = 0, negative_infinities_ = 0;
};

}  // namespace levada::query
