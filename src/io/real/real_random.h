#pragma once
// Chance from the kernel: keys and tokens by getrandom, the fast sequence seeded by it.

#include "io/random.h"
#include "io/xoshiro.h"

namespace levada::io {

class RealRandom final : public Random {
 public:
  RealRandom();
  void fill(MutableByteView bytes) override;
  std::uint64_t next() override { return sequence_.next(); }

 private:
  Xoshiro sequence_;
};

}  // namespace levada::io
