#pragma once
// SimRandom: chance that a seed repeats.

#include "io/random.h"
#include "io/xoshiro.h"

namespace levada::io {

class SimRandom final : public Random {
 public:
  explicit SimRandom(std::uint64_t seed) : sequence_(seed) {}
  void fill(MutableByteView bytes) override {
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(sequence_.next() >> 56);
  }
  std::uint64_t next() override { return sequence_.next(); }

 private:
  Xoshiro sequence_;
};

}  // namespace levada::io
